//! Layout and drawing for the element `<sinet-text>`, whose script lies in `element/`: what has drawn a still when a page
//! was built draws it again when its annotation changes.
//!
//! Annotations come as JSON, as in a still's `annotation` attribute. A fault is one sentence.

use sinet_figure::{List, StillOptions, Theme, read_annotation, standalone_svg};
use wasm_bindgen::prelude::*;

/// Width of a picture for a file, in CSS pixels.
const WIDTH: f32 = 720.0;

/// An annotation as the HTML of a still. `list` is `open`, `none`, or anything else for a list that the reader opens.
///
/// # Errors
///
/// If it is no annotation.
#[wasm_bindgen]
pub fn still(annotation: &str, scores: bool, list: &str) -> Result<String, String> {
    let (document, types) = read_annotation(annotation).map_err(|error| error.to_string())?;
    let list = match list {
        "open" => List::Open,
        "none" => List::None,
        _ => List::Closed,
    };
    Ok(sinet_figure::still(&document, &types, &StillOptions { scores, list, ..StillOptions::default() }))
}

/// An annotation as an SVG file, light or dark.
///
/// # Errors
///
/// If it is no annotation.
#[wasm_bindgen]
pub fn picture(annotation: &str, dark: bool) -> Result<String, String> {
    let (document, types) = read_annotation(annotation).map_err(|error| error.to_string())?;
    let theme = if dark { Theme::Dark } else { Theme::Light };
    Ok(standalone_svg(&document, &types, theme, WIDTH))
}
