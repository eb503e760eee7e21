//! The browser's Cache API, which keeps model files between visits. For models of the site it is a convenience:
//! wherever it is missing, full or forbidden, the files are fetched instead. Models that a person has brought lie
//! nowhere else.

use js_sys::{Array, Uint8Array};
use sinet_infer::Manifest;
use sinet_infer::folder::Part;
use sinet_protocol::Keeping;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, DomException, Headers, Request, Response, ResponseInit};

use crate::worker_scope;

/// Where a part of a model folder is fetched from and kept. The hash in it keeps files of another version out of every cache
/// on the way.
pub fn address(base: &str, part: &Part<'_>) -> String {
    format!("{base}{}?sha256={}", part.name, part.sha256)
}

/// The files of models, each under its [`address`].
pub struct ModelCache(Option<Cache>);

impl ModelCache {
    /// Opens the cache, if there is one.
    pub async fn open() -> Self {
        // Pages that were not served securely have none.
        let storage = worker_scope().caches().ok().filter(|storage| !storage.is_undefined());
        let cache = match storage {
            Some(storage) => JsFuture::from(storage.open(sinet_protocol::MODEL_CACHE)).await.ok(),
            None => None,
        };
        Self(cache.map(JsCast::unchecked_into))
    }

    /// The bytes of a file.
    pub async fn get(&self, address: &str) -> Option<Vec<u8>> {
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(address)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    /// Keeps a file, and says whether it will still be there at the next visit.
    pub async fn put(&self, address: &str, bytes: &[u8]) -> Keeping {
        let Some(cache) = &self.0 else { return Keeping::Forbidden };
        // The length is for the page, which tells how much is kept.
        let init = ResponseInit::new();
        let named = Headers::new().and_then(|headers| {
            headers.set("content-length", &bytes.len().to_string())?;
            init.set_headers(&headers);
            Response::new_with_opt_js_u8_array_and_init(Some(&Uint8Array::from(bytes)), &init)
        });
        let Ok(response) = named else { return Keeping::Full };
        match JsFuture::from(cache.put_with_str(address, &response)).await {
            Ok(_) => Keeping::Kept,
            Err(error) => match error.dyn_ref::<DomException>().map(DomException::name) {
                Some(name) if name != "QuotaExceededError" => Keeping::Forbidden,
                _ => Keeping::Full,
            },
        }
    }

    /// Forgets all files whose address begins so.
    pub async fn forget(&self, base: &str) {
        self.forget_where(|address| address.starts_with(base)).await;
    }

    /// Forgets the files of a model that its manifest does not name: those of older versions.
    pub async fn forget_others(&self, base: &str, manifest: &Manifest) {
        let current: Vec<String> = manifest.parts().map(|part| address(base, &part)).collect();
        self.forget_where(|address| address.starts_with(base) && !current.iter().any(|known| known == address)).await;
    }

    async fn forget_where(&self, condition: impl Fn(&str) -> bool) {
        let Some(cache) = &self.0 else { return };
        let Ok(keys) = JsFuture::from(cache.keys()).await else { return };
        for request in Array::from(&keys) {
            let request: Request = request.unchecked_into();
            if condition(&request.url()) {
                JsFuture::from(cache.delete_with_request(&request)).await.ok();
            }
        }
    }
}
