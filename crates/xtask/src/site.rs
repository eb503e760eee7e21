//! Building the page into `dist/`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::PageTools;
use crate::{html, offline, paths, process, sizes};

/// Builds the page in release with Trunk and prints what each part weighs.
///
/// # Errors
/// When Trunk fails or leaves something unexpected.
pub fn build(tools: &PageTools) -> Result<()> {
    let root = paths::root()?;
    let mut trunk = Command::new("trunk");
    trunk.args(["build", "--release"]).current_dir(&root).env("PATH", &tools.path);
    trunk.env("CARGO_TARGET_DIR", paths::target()?);
    // Trunk takes NO_COLOR for a flag of its own and refuses the values that others write there.
    trunk.env_remove("NO_COLOR");
    process::run(tools.toolchain.configure(&mut trunk))?;

    let dist = paths::dist()?;
    move_inline_scripts(&dist)?;
    offline::write(&root.join("web/page/offline.js"), &dist)?;
    sizes::print(&dist)
}

/// Moves the scripts that Trunk writes into the page to files beside it, because the page's Content-Security-Policy
/// runs only scripts that have an address of their own. Relative imports keep their meaning: the folder is the same.
fn move_inline_scripts(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index).with_context(|| format!("Trunk left no {}", index.display()))?;
    while let Some(script) = html::inline_script(&page) {
        let mut hasher = DefaultHasher::new();
        script.code.hash(&mut hasher);
        let file = format!("start-{:016x}.js", hasher.finish());
        fs::write(dist.join(&file), script.code)?;
        let element = format!("<script{} src=\"./{file}\"></script>", script.attributes);
        let range = script.element;
        page.replace_range(range, &element);
    }
    fs::write(&index, page)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn no_script_stays_inline() {
        let dist = tempfile::tempdir().unwrap();
        let index = dist.path().join("index.html");
        fs::write(&index, "<head><script type=\"module\">import './a.js'</script><script>b()</script></head>").unwrap();
        move_inline_scripts(dist.path()).unwrap();

        let page = fs::read_to_string(index).unwrap();
        let files: Vec<_> = page.split("src=\"./").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let code: Vec<_> = files.iter().map(|file| fs::read_to_string(dist.path().join(file)).unwrap()).collect();
        assert_eq!(code, ["import './a.js'", "b()"]);
        let shape = page.replace(files[0], "FIRST").replace(files[1], "SECOND");
        expect![[r#"<head><script type="module" src="./FIRST"></script><script src="./SECOND"></script></head>"#]]
            .assert_eq(&shape);
    }
}
