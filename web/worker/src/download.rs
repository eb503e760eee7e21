//! Getting the files of a model, from the cache where they are there.

use std::collections::BTreeMap;

use js_sys::{Reflect, Uint8Array};
use sinet_infer::folder::{MANIFEST, Part};
use sinet_infer::{FolderError, Manifest, ModelFiles, VerifiedFiles};
use sinet_protocol::Keeping;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response};

use crate::cache::{ModelCache, address};
use crate::hash::sha256;
use crate::worker_scope;

/// The most bytes that a manifest may have.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Has the files of the model folder at `base`, each checked against the manifest, and that against `integrity`: from the cache
/// where they are there, else from the network. `progress` is told the bytes that are here and the bytes in all.
///
/// A file that is not the right one is fetched once more, past every cache.
pub async fn model_files(
    base: &str,
    integrity: Option<&str>,
    progress: &dyn Fn(u64, u64),
) -> Result<(VerifiedFiles, Keeping), DownloadError> {
    let manifest_bytes = manifest(base, integrity).await?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let cache = ModelCache::open().await;
    let total = manifest.total_bytes();
    let mut files = ModelFiles::new();
    let mut fetched = Vec::new();
    let mut done = 0;
    progress(0, total);
    for (name, entry) in &manifest.files {
        let mut joined = Vec::with_capacity(entry.bytes as usize);
        for part in entry.parts(name) {
            let kept = cache.get(&address(base, &part)).await.unwrap_or_default();
            let bytes = match part.check(&kept, &sha256(&kept).await) {
                Ok(()) => kept,
                Err(_) => {
                    let bytes = fetch_part(base, &part, &|loaded| progress(done + loaded, total)).await?;
                    fetched.push((part.clone(), joined.len()..joined.len() + bytes.len()));
                    bytes
                }
            };
            done += part.bytes;
            progress(done, total);
            joined.extend(bytes);
        }
        files.insert(name.clone(), joined);
    }
    files.insert(MANIFEST, manifest_bytes);
    if !fetched.is_empty() {
        cache.forget_others(base, &manifest).await;
    }
    let mut keeping = Keeping::Kept;
    for (part, place) in fetched {
        match cache.put(&address(base, &part), &files.get(part.file)?[place]).await {
            Keeping::Kept => {}
            other => keeping = other,
        }
    }
    Ok((verify(files).await?, keeping))
}

/// The manifest of a model folder.
async fn manifest(base: &str, integrity: Option<&str>) -> Result<Vec<u8>, DownloadError> {
    let get = |integrity| {
        fetch(format!("{base}{MANIFEST}"), MANIFEST, MANIFEST_LIMIT, RequestCache::NoCache, integrity, &|_| {})
    };
    match get(integrity).await {
        // A browser says no more than that it did not take it: if it comes without the hash, that was the reason.
        Err(DownloadError::Connection { .. }) if integrity.is_some() => {
            get(None).await?;
            Err(FolderError::WrongHash { name: MANIFEST.to_owned() }.into())
        }
        manifest => manifest,
    }
}

/// Fetches a file of a model folder or a chunk of one, and checks it.
async fn fetch_part(base: &str, part: &Part<'_>, progress: &dyn Fn(u64)) -> Result<Vec<u8>, DownloadError> {
    let get = |caching| fetch(address(base, part), &part.name, part.bytes, caching, None, progress);
    let bytes = get(RequestCache::Default).await?;
    if part.check(&bytes, &sha256(&bytes).await).is_ok() {
        return Ok(bytes);
    }
    let bytes = get(RequestCache::Reload).await?;
    part.check(&bytes, &sha256(&bytes).await)?;
    Ok(bytes)
}

/// The files of a model that [`keep`](crate::keep) has put into the cache. `progress` is told that all bytes are here.
pub async fn own_files(base: &str, progress: &dyn Fn(u64, u64)) -> Result<VerifiedFiles, DownloadError> {
    let cache = ModelCache::open().await;
    let manifest_bytes = cache.get(&format!("{base}{MANIFEST}")).await.ok_or(DownloadError::Gone)?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let mut files = ModelFiles::new();
    for part in manifest.parts() {
        files.insert(part.file, cache.get(&address(base, &part)).await.ok_or(DownloadError::Gone)?);
    }
    progress(manifest.total_bytes(), manifest.total_bytes());
    files.insert(MANIFEST, manifest_bytes);
    Ok(verify(files).await?)
}

/// Compares files with their manifest.
pub async fn verify(files: ModelFiles) -> Result<VerifiedFiles, FolderError> {
    let mut digests = BTreeMap::new();
    for name in Manifest::parse(files.get(MANIFEST)?)?.files.into_keys() {
        let digest = sha256(files.get(&name)?).await;
        digests.insert(name, digest);
    }
    files.verify_with(&digests)
}

/// Why a model has not arrived.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server has no such file, or cannot give it.
    #[error("the server answered {status} for {file}")]
    Status {
        /// The file.
        file: String,
        /// HTTP status.
        status: u16,
    },
    /// The connection failed.
    #[error("{file} did not arrive")]
    Connection {
        /// The file.
        file: String,
    },
    /// A model of the person's own is in the cache no more.
    #[error("the browser has dropped its files")]
    Gone,
    /// A file is not what the manifest says.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Fetches one file. Stops as soon as it has more than `expected` bytes: then it is the wrong one.
async fn fetch(
    address: String,
    file: &str,
    expected: u64,
    caching: RequestCache,
    integrity: Option<&str>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, DownloadError> {
    let lost = |_: JsValue| DownloadError::Connection { file: file.to_owned() };
    let options = RequestInit::new();
    options.set_cache(caching);
    if let Some(integrity) = integrity {
        options.set_integrity(integrity);
    }
    let request = Request::new_with_str_and_init(&address, &options).map_err(lost)?;
    let response: Response =
        JsFuture::from(worker_scope().fetch_with_request(&request)).await.map_err(lost)?.unchecked_into();
    if !response.ok() {
        return Err(DownloadError::Status { file: file.to_owned(), status: response.status() });
    }
    let mut bytes = Vec::with_capacity(expected as usize);
    let Some(body) = response.body() else { return Ok(bytes) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut told = 0;
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(lost)?;
        let value = Reflect::get(&part, &"value".into()).map_err(lost)?;
        if value.is_undefined() {
            return Ok(bytes);
        }
        let part: Uint8Array = value.unchecked_into();
        let start = bytes.len();
        bytes.resize(start + part.length() as usize, 0);
        part.copy_to(&mut bytes[start..]);
        let loaded = bytes.len() as u64;
        if loaded > expected {
            // The bytes that have come are enough for the check to say what is wrong.
            drop(JsFuture::from(reader.cancel()));
            return Ok(bytes);
        }
        // A hundred steps are smooth enough.
        if loaded - told > expected / 100 {
            told = loaded;
            progress(loaded);
        }
    }
}
