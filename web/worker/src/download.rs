//! Fetching the files of a model, from the cache where they are there.

use js_sys::{Reflect, Uint8Array};
use sinet_infer::{FolderError, Manifest, ModelFiles};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response};

use crate::cache::ModelCache;
use crate::worker_scope;

/// The most bytes that a manifest may have.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Fetches the files of the model folder at `base` and checks them against its manifest. `progress` is told the
/// bytes that are here and the bytes in all.
///
/// What the cache holds is not fetched again. If that turns out to be damaged, it is, once.
pub async fn model_files(base: &str, progress: &dyn Fn(u64, u64)) -> Result<ModelFiles, DownloadError> {
    let manifest_bytes = fetch(base, "manifest.json", "", MANIFEST_LIMIT, &|_| {}).await?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let cache = ModelCache::open().await;
    match gather(base, &manifest, manifest_bytes.clone(), &cache, progress).await {
        Err(DownloadError::Folder(_)) if cache.forget(base).await => {
            gather(base, &manifest, manifest_bytes, &cache, progress).await
        }
        result => result,
    }
}

/// Why a model has not arrived.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server has no such file, or cannot give it.
    #[error("the server answered {status} for {file}; check that the site was built with its models")]
    Status {
        /// The file.
        file: String,
        /// HTTP status.
        status: u16,
    },
    /// The connection failed.
    #[error("{file} did not arrive; check the connection and press Annotate to try again")]
    Connection {
        /// The file.
        file: String,
    },
    /// A file is not what the manifest says.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

async fn gather(
    base: &str,
    manifest: &Manifest,
    manifest_bytes: Vec<u8>,
    cache: &ModelCache,
    progress: &dyn Fn(u64, u64),
) -> Result<ModelFiles, DownloadError> {
    let total = manifest.total_bytes();
    let mut files = ModelFiles::new();
    let mut fetched = Vec::new();
    let mut done = 0;
    progress(0, total);
    for (name, entry) in &manifest.files {
        // The hash in the address keeps files of another version out of every cache on the way.
        let query = format!("?sha256={}", entry.sha256);
        let bytes = match cache.get(base, name, &query).await {
            Some(bytes) => bytes,
            None => {
                let bytes = fetch(base, name, &query, entry.bytes, &|loaded| progress(done + loaded, total)).await?;
                fetched.push((name, query));
                bytes
            }
        };
        done += bytes.len() as u64;
        progress(done.min(total), total);
        files.insert(name.clone(), bytes);
    }
    files.insert("manifest.json", manifest_bytes);
    files.verify()?;
    if !fetched.is_empty() {
        cache.forget_others(base, manifest).await;
    }
    for (name, query) in fetched {
        cache.put(base, name, &query, files.get(name)?).await;
    }
    Ok(files)
}

/// Fetches one file. Stops as soon as it has more than `expected` bytes: then it is the wrong one.
async fn fetch(
    base: &str,
    file: &str,
    query: &str,
    expected: u64,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, DownloadError> {
    let lost = |_: JsValue| DownloadError::Connection { file: file.to_owned() };
    let options = RequestInit::new();
    options.set_cache(if query.is_empty() { RequestCache::NoCache } else { RequestCache::Default });
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
            // What has come is enough for the check to say what is wrong.
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
