//! Ways out of the page: downloads, the clipboard, pictures of points.

use js_sys::{Array, Promise, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
};

/// The longest side of a picture that browsers draw.
const MAX_SIDE: f64 = 16_000.0;

/// Hands a file to the browser's downloads.
pub fn download(name: &str, media_type: &str, content: &[u8]) -> Result<(), String> {
    let parts = Array::of1(&Uint8Array::from(content));
    let properties = BlobPropertyBag::new();
    properties.set_type(media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &properties).map_err(told)?;
    download_blob(name, &blob)
}

/// Hands a file to the browser's downloads.
pub fn download_blob(name: &str, blob: &Blob) -> Result<(), String> {
    let address = web_sys::Url::create_object_url_with_blob(blob).map_err(told)?;
    let anchor: HtmlAnchorElement = document().create_element("a").map_err(told)?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The download has its own hold on the content once it has begun.
    set_timeout(
        move || web_sys::Url::revoke_object_url(&address).unwrap_or_default(),
        std::time::Duration::from_secs(60),
    );
    Ok(())
}

/// Puts text into the clipboard.
pub async fn copy(text: &str) -> Result<(), String> {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return Err("This browser lets no page write to the clipboard here: download the file instead.".to_owned());
    }
    let refused = |_| "The browser did not allow copying: download the file instead.".to_owned();
    JsFuture::from(clipboard.write_text(text)).await.map(drop).map_err(refused)
}

/// A picture of points from one of lines, twice as fine where that is not too large.
pub async fn png(svg: &str) -> Result<Blob, String> {
    let image = HtmlImageElement::new().map_err(told)?;
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", String::from(js_sys::encode_uri_component(svg))));
    JsFuture::from(image.decode())
        .await
        .map_err(|_| "The picture cannot be drawn: take the SVG instead.".to_owned())?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = (MAX_SIDE / width.max(height).max(1.0)).min(2.0);
    if scale < 0.5 {
        return Err("The document is too long for a PNG: take the SVG instead.".to_owned());
    }
    let canvas: HtmlCanvasElement = document().create_element("canvas").map_err(told)?.unchecked_into();
    canvas.set_width((width * scale) as u32);
    canvas.set_height((height * scale) as u32);
    let context = canvas.get_context("2d").ok().flatten().ok_or("This browser has no canvas: take the SVG instead.")?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width * scale, height * scale)
        .map_err(told)?;
    let blob = Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob(&resolve) {
            reject.call1(&JsValue::UNDEFINED, &error).ok();
        }
    });
    let blob = JsFuture::from(blob).await.map_err(told)?;
    blob.dyn_into().map_err(|_| "The picture is too large for a PNG: take the SVG instead.".to_owned())
}

fn told(error: JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    format!("The browser refused: {}", message.unwrap_or_else(|| "it does not say why".to_owned()))
}
