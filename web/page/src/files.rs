//! Files in and out of the page: what a person opens, and what they take away.

use js_sys::{Array, Promise, Uint8Array};
use leptos::prelude::*;
use sinet_page::document::OpenDocument;
use sinet_page::link;
use sinet_page::opening::{Opened, names_labels, open};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
};

use crate::app::Page;
use crate::drop::NamedFile;

/// The most bytes that are opened at once.
const MAX_BYTES: f64 = 256e6;
/// How much of the end of an archive is looked at.
const ARCHIVE_TAIL: f64 = 65_536.0;
/// The longest side of a picture that browsers draw.
const MAX_SIDE: f64 = 16_000.0;

/// What came of the files that were opened last; a copy is the same.
#[derive(Clone, Copy, Default)]
pub struct Files {
    /// What was recognised, and what could not be kept, each a sentence.
    pub notes: RwSignal<Vec<String>>,
    /// What went wrong, each a sentence.
    pub failures: RwSignal<Vec<String>>,
}

impl Files {
    /// Nothing was opened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads files and opens the first document in them.
    pub fn open(self, page: Page, files: Vec<NamedFile>) {
        self.clear();
        if files.is_empty() {
            return;
        }
        if files.iter().map(|(_, file)| file.size()).sum::<f64>() > MAX_BYTES {
            return self
                .failures
                .set(vec!["These files are larger than 256 MB together: open fewer of them.".to_owned()]);
        }
        spawn_local(async move {
            let mut contents = Vec::with_capacity(files.len());
            for (path, file) in files {
                match JsFuture::from(file.array_buffer()).await {
                    Ok(buffer) => contents.push((path, Uint8Array::new(&buffer).to_vec())),
                    Err(_) => self.failures.update(|failures| failures.push(format!("{path} cannot be read."))),
                }
            }
            let Opened { documents, mut notes, mut failures } = open(contents);
            let count = documents.len();
            let mut documents = documents.into_iter().map(OpenDocument::new);
            if let Some(first) = documents.next() {
                page.open_labelled(first);
                if count > 1 {
                    let kept = page.library.add(page, documents).await;
                    notes.insert(0, format!("The first of {count} documents is open, {kept} others are in the list."));
                }
            } else if failures.is_empty() {
                failures.push("There is no document in these files.".to_owned());
            }
            self.notes.set(notes);
            self.failures.update(|all| all.append(&mut failures));
        });
    }

    /// Opens the document in the address, if it holds one, and says whether it does.
    pub fn open_link(self, page: Page) -> bool {
        let fragment = window().location().hash().unwrap_or_default();
        match link::from_fragment(&fragment) {
            Ok(None) => return false,
            Ok(Some(document)) => page.open_labelled(OpenDocument::new(document)),
            Err(error) => self.failures.set(vec![error.to_string()]),
        }
        true
    }

    /// Forgets what was said about files.
    pub fn clear(self) {
        self.notes.set(Vec::new());
        self.failures.set(Vec::new());
    }
}

/// Whether files are one zip archive of texts and labels. It is not read for that: its list of names stands at its end.
pub async fn is_archive_of_labels(files: &[NamedFile]) -> bool {
    let [(_, file)] = files else { return false };
    let start = (file.size() - ARCHIVE_TAIL).max(0.0);
    let Ok(tail) = file.slice_with_f64_and_f64(start, file.size()) else { return false };
    match JsFuture::from(tail.array_buffer()).await {
        Ok(buffer) => names_labels(&Uint8Array::new(&buffer).to_vec()),
        Err(_) => false,
    }
}

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
