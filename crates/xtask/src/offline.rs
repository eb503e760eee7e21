//! The service worker: `web/page/offline.js` with the list of what was built.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Its name in `dist/`. Its folder is all that it may serve.
const SERVICE_WORKER: &str = "offline.js";

/// A file that the service worker may serve.
#[derive(Debug, Serialize)]
struct Entry {
    /// The hash by which a browser checks it.
    integrity: String,
    /// Whether every visitor needs it. Of the workers, each needs only one.
    always: bool,
}

/// Writes the service worker of the page in `dist`.
///
/// # Errors
/// When a file cannot be read or the template has lost its names.
pub fn write(template: &Path, dist: &Path) -> Result<()> {
    let template = fs::read_to_string(template).with_context(|| format!("there is no {}", template.display()))?;
    fs::write(dist.join(SERVICE_WORKER), fill(&template, &entries(dist)?)?)?;
    Ok(())
}

fn fill(template: &str, entries: &BTreeMap<String, Entry>) -> Result<String> {
    let list = serde_json::to_string_pretty(entries)?;
    ensure!(["'VERSION'", "FILES;"].iter().all(|name| template.contains(name)), "the service worker lost its names");
    let version: String =
        Sha256::digest(format!("{template}{list}")).iter().take(8).map(|b| format!("{b:02x}")).collect();
    Ok(template.replace("'VERSION'", &format!("'{version}'")).replace("FILES;", &format!("{list};")))
}

/// Everything in `dist` but the models, of which only the manifests: they say which weights this version has.
fn entries(dist: &Path) -> Result<BTreeMap<String, Entry>> {
    let mut entries = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(dist.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(format!("{path}/"));
            } else if path != SERVICE_WORKER && (!path.starts_with("models/") || path.ends_with("/manifest.json")) {
                let hash = BASE64_STANDARD.encode(Sha256::digest(fs::read(entry.path())?));
                let always = !path.starts_with("sinet-worker-");
                entries.insert(path, Entry { integrity: format!("sha256-{hash}"), always });
            }
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_list_holds_the_page_and_not_the_weights() {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir_all(dist.path().join("models/a")).unwrap();
        let names =
            ["index.html", "sinet-worker-gpu.js", "models/a/manifest.json", "models/a/config.json", SERVICE_WORKER];
        for name in names {
            fs::write(dist.path().join(name), "abc").unwrap();
        }
        let list = serde_json::to_string_pretty(&entries(dist.path()).unwrap()).unwrap();
        expect![[r#"
            {
              "index.html": {
                "integrity": "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
                "always": true
              },
              "models/a/manifest.json": {
                "integrity": "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
                "always": true
              },
              "sinet-worker-gpu.js": {
                "integrity": "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
                "always": false
              }
            }"#]]
        .assert_eq(&list);
    }

    #[test]
    fn another_file_is_another_version() {
        let template = include_str!("../../../web/page/offline.js");
        let entry = |integrity: &str| {
            BTreeMap::from([("a".to_owned(), Entry { integrity: integrity.to_owned(), always: true })])
        };
        let [a, b, again] = ["a", "b", "a"].map(|hash| fill(template, &entry(hash)).unwrap());
        let version = |script: &str| script.split("const version = '").nth(1).unwrap()[..16].to_owned();
        assert_ne!(version(&a), version(&b));
        assert_eq!(a, again);
        assert!(fill("const nothing = 0;", &entry("a")).is_err());
    }
}
