//! The browser's Cache API, which keeps model files between visits. It is a convenience: wherever it is missing,
//! full or forbidden, the files are fetched instead.

use js_sys::{Array, Uint8Array};
use sinet_infer::Manifest;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response};

use crate::worker_scope;

/// The files of models, each under its address with its hash in the query.
pub struct ModelCache(Option<Cache>);

impl ModelCache {
    /// Opens the cache, if there is one.
    pub async fn open() -> Self {
        // Pages that were not served securely have none.
        let storage = worker_scope().caches().ok().filter(|storage| !storage.is_undefined());
        let cache = match storage {
            Some(storage) => JsFuture::from(storage.open("sinet-models")).await.ok(),
            None => None,
        };
        Self(cache.map(JsCast::unchecked_into))
    }

    /// The bytes of a file.
    pub async fn get(&self, base: &str, file: &str, query: &str) -> Option<Vec<u8>> {
        let address = format!("{base}{file}{query}");
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(&address)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    /// Keeps a file.
    pub async fn put(&self, base: &str, file: &str, query: &str, bytes: &[u8]) {
        let Some(cache) = &self.0 else { return };
        let body = Uint8Array::from(bytes);
        if let Ok(response) = Response::new_with_opt_js_u8_array(Some(&body)) {
            // A full disk is no reason to stop.
            JsFuture::from(cache.put_with_str(&format!("{base}{file}{query}"), &response)).await.ok();
        }
    }

    /// Forgets all files of a model, and says whether there were any.
    pub async fn forget(&self, base: &str) -> bool {
        self.forget_where(|address| address.starts_with(base)).await
    }

    /// Forgets the files of a model that its manifest does not name: those of older versions.
    pub async fn forget_others(&self, base: &str, manifest: &Manifest) {
        let current: Vec<String> =
            (manifest.files.iter()).map(|(name, entry)| format!("{base}{name}?sha256={}", entry.sha256)).collect();
        self.forget_where(|address| address.starts_with(base) && !current.iter().any(|known| known == address)).await;
    }

    async fn forget_where(&self, condition: impl Fn(&str) -> bool) -> bool {
        let Some(cache) = &self.0 else { return false };
        let Ok(keys) = JsFuture::from(cache.keys()).await else { return false };
        let mut any = false;
        for request in Array::from(&keys) {
            let request: Request = request.unchecked_into();
            if condition(&request.url()) {
                any |= JsFuture::from(cache.delete_with_request(&request)).await.is_ok();
            }
        }
        any
    }
}
