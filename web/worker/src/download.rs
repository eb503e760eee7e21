//! Getting the files of a model, from the cache where they are there.

use std::collections::BTreeMap;

use js_sys::{Reflect, Uint8Array};
use sinet_infer::folder::MANIFEST;
use sinet_infer::{FolderError, Manifest, ModelFiles, VerifiedFiles};
use sinet_protocol::Keeping;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response};

use crate::cache::ModelCache;
use crate::hash::sha256;
use crate::worker_scope;

/// The most bytes that a manifest may have.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Has the files of the model folder at `base`, each checked against the manifest: from the cache where they are
/// there, else from the network. `progress` is told the bytes that are here and the bytes in all.
///
/// A file that is not the right one is fetched once more, past every cache.
pub async fn model_files(base: &str, progress: &dyn Fn(u64, u64)) -> Result<(VerifiedFiles, Keeping), DownloadError> {
    let manifest_bytes = fetch(base, MANIFEST, "", MANIFEST_LIMIT, RequestCache::NoCache, &|_| {}).await?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let cache = ModelCache::open().await;
    let total = manifest.total_bytes();
    let mut files = ModelFiles::new();
    let mut digests = BTreeMap::new();
    let mut fetched = Vec::new();
    let mut done = 0;
    progress(0, total);
    for (name, entry) in &manifest.files {
        // The hash in the address keeps files of another version out of every cache on the way.
        let query = format!("?sha256={}", entry.sha256);
        let mut bytes = cache.get(&format!("{base}{name}{query}")).await.unwrap_or_default();
        let mut digest = sha256(&bytes).await;
        if manifest.check(name, &bytes, &digest).is_err() {
            let arrived = |loaded| progress(done + loaded, total);
            fetched.push((name, query.clone()));
            bytes = fetch(base, name, &query, entry.bytes, RequestCache::Default, &arrived).await?;
            digest = sha256(&bytes).await;
            if manifest.check(name, &bytes, &digest).is_err() {
                bytes = fetch(base, name, &query, entry.bytes, RequestCache::Reload, &arrived).await?;
                digest = sha256(&bytes).await;
                manifest.check(name, &bytes, &digest)?;
            }
        }
        done += entry.bytes;
        progress(done, total);
        files.insert(name.clone(), bytes);
        digests.insert(name.clone(), digest);
    }
    files.insert(MANIFEST, manifest_bytes);
    if !fetched.is_empty() {
        cache.forget_others(base, &manifest).await;
    }
    let mut keeping = Keeping::Kept;
    for (name, query) in fetched {
        match cache.put(&format!("{base}{name}{query}"), files.get(name)?).await {
            Keeping::Kept => {}
            other => keeping = other,
        }
    }
    Ok((files.verify_with(&digests)?, keeping))
}

/// The files of a model that [`keep`](crate::keep) has put into the cache.
pub async fn own_files(base: &str) -> Result<VerifiedFiles, DownloadError> {
    let cache = ModelCache::open().await;
    let manifest_bytes = cache.get(&format!("{base}{MANIFEST}")).await.ok_or(DownloadError::Gone)?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let mut files = ModelFiles::new();
    for (name, entry) in &manifest.files {
        let address = format!("{base}{name}?sha256={}", entry.sha256);
        files.insert(name.clone(), cache.get(&address).await.ok_or(DownloadError::Gone)?);
    }
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
    base: &str,
    file: &str,
    query: &str,
    expected: u64,
    caching: RequestCache,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, DownloadError> {
    let lost = |_: JsValue| DownloadError::Connection { file: file.to_owned() };
    let options = RequestInit::new();
    options.set_cache(caching);
    let request = Request::new_with_str_and_init(&format!("{base}{file}{query}"), &options).map_err(lost)?;
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
