//! SHA-256 by the browser, which has instructions for it that WebAssembly has not.

use js_sys::{Object, Uint8Array};
use sinet_infer::folder::{self, Digest};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::worker_scope;

/// The SHA-256 of some bytes.
pub async fn sha256(bytes: &[u8]) -> Digest {
    match by_browser(bytes).await {
        Some(digest) => digest,
        None => folder::sha256(bytes),
    }
}

/// `None` where the browser does not do it: for pages that come over plain HTTP from another machine.
async fn by_browser(bytes: &[u8]) -> Option<Digest> {
    let subtle = worker_scope().crypto().ok()?.subtle();
    if !subtle.is_instance_of::<Object>() {
        return None;
    }
    // A copy: the memory of this program may move while the browser reads.
    let bytes = Uint8Array::from(bytes);
    let digest = subtle.digest_with_str_and_buffer_source("SHA-256", &bytes).ok()?;
    Uint8Array::new(&JsFuture::from(digest).await.ok()?).to_vec().try_into().ok()
}
