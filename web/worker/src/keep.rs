//! Taking in a model that a person has brought: checked first, then kept in the cache.

use js_sys::Uint8Array;
use sinet_infer::folder::MANIFEST;
use sinet_infer::folder::archive::manifest_path;
use sinet_infer::{FolderError, Manifest, ModelFiles};
use sinet_protocol::{Fault, Keeping, Reply};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::cache::{ModelCache, address};
use crate::fault::Trouble;
use crate::{device, download, post};

/// Reads the files of a model folder, or a zip archive of one, runs the model's self-test, and keeps it under `shelf`.
pub async fn keep(paths: &[String], files: &[File], shelf: &str) -> Result<Reply, Trouble> {
    let files = match files {
        [archive] if archive.name() != MANIFEST => ModelFiles::from_zip(&read(archive).await?)?,
        files => folder(paths, files).await?,
    };
    let total = files.total_bytes();
    post(&Reply::Progress { loaded_bytes: total, total_bytes: total });
    let verified = download::verify(files).await?;
    device::load_on(verified.clone(), &burn::tensor::Device::flex()).await?;

    let mut files = verified.files().clone();
    if Manifest::parse(files.get(MANIFEST)?)?.version > 1 {
        // It is kept whole, so that a model that came in chunks is the same as one that did not.
        files.seal();
    }
    let manifest_bytes = files.get(MANIFEST)?;
    let folder = Manifest::fingerprint(manifest_bytes);
    let base = format!("{shelf}{folder}/");
    let cache = ModelCache::open().await;
    // The manifest comes last: a model that it does not stand before is none.
    let manifest = Manifest::parse(manifest_bytes)?;
    let named = manifest.parts().map(|part| (part.file, address(&base, &part)));
    for (name, address) in named.chain([(MANIFEST, format!("{base}{MANIFEST}"))]) {
        let keeping = cache.put(&address, files.get(name)?).await;
        if keeping != Keeping::Kept {
            cache.forget(&base).await;
            let why = if keeping == Keeping::Full { "it has no room left" } else { "it does not let this page" };
            return Err(Trouble::new(Fault::Storage, format!("the browser cannot keep the model: {why}")));
        }
    }
    Ok(Reply::Kept { folder })
}

/// The files of a folder that its manifest names, chunks joined, none of them longer than it says.
async fn folder(paths: &[String], files: &[File]) -> Result<ModelFiles, Trouble> {
    let manifest_at = manifest_path(paths.iter().map(String::as_str))
        .ok_or_else(|| Trouble::new(Fault::Model, format!("there is no {MANIFEST} among the files")))?;
    let find = |wanted: &str| files.iter().zip(paths).find(|(_, path)| *path == wanted).map(|(file, _)| file);
    let missing = |name: &str| FolderError::Missing { name: name.to_owned() };
    let parent = manifest_at.trim_end_matches(MANIFEST);
    let manifest_bytes = read(find(manifest_at).ok_or_else(|| missing(MANIFEST))?).await?;
    let manifest = Manifest::parse(&manifest_bytes)?;
    let mut found = ModelFiles::new();
    for (name, entry) in &manifest.files {
        let mut joined = Vec::with_capacity(entry.bytes as usize);
        for part in entry.parts(name) {
            let file = find(&format!("{parent}{}", part.name)).ok_or_else(|| missing(&part.name))?;
            let (name, expected, found) = (part.name.into_owned(), part.bytes, file.size() as u64);
            if found != expected {
                return Err(FolderError::WrongSize { name, expected, found }.into());
            }
            joined.extend(read(file).await?);
        }
        found.insert(name.clone(), joined);
    }
    found.insert(MANIFEST, manifest_bytes);
    Ok(found)
}

async fn read(file: &File) -> Result<Vec<u8>, Trouble> {
    let blob: &Blob = file.as_ref();
    let unreadable = |_| Trouble::new(Fault::Damaged, format!("{} cannot be read", file.name()));
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
