//! Addresses of the files beside the page.

/// The absolute address of a file beside the page, whatever folder that is served from.
pub fn address(file: &str) -> String {
    let base = web_sys::window().and_then(|window| window.document()).and_then(|document| document.base_uri().ok());
    base.flatten()
        .and_then(|base| web_sys::Url::new_with_base(file, &base).ok())
        .map_or_else(|| file.to_owned(), |url| url.href())
}
