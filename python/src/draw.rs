//! Pictures of annotations, the same as the page's.

use pyo3::prelude::*;
use sinet_figure::{StillOptions, Theme, WIDTH, plain_text, standalone_svg, still};
use sinet_formats::{Format, LabelledDocument, Options, Reader};
use sinet_text::Types;

use crate::error::refuse;

/// An annotation as one element of HTML with pictures in it, which needs no script.
#[pyfunction]
pub fn html(annotation: &str, types: &str) -> PyResult<String> {
    let (document, types) = labelled(annotation, types)?;
    Ok(still(&document, &types, &StillOptions { scores: true, ..StillOptions::default() }))
}

/// An annotation as a file of SVG.
#[pyfunction]
pub fn svg(annotation: &str, types: &str, dark: bool) -> PyResult<String> {
    let (document, types) = labelled(annotation, types)?;
    Ok(standalone_svg(&document, &types, if dark { Theme::Dark } else { Theme::Light }, WIDTH))
}

/// An annotation as lines for people: the text with its labels below, then the relations.
#[pyfunction]
pub fn plain(annotation: &str, types: &str) -> PyResult<String> {
    let (document, types) = labelled(annotation, types)?;
    Ok(plain_text(&document, &types))
}

fn labelled(annotation: &str, types: &str) -> PyResult<(LabelledDocument, Types)> {
    let types = serde_json::from_str(types).map_err(refuse)?;
    // The reader of files, since whoever holds an annotation may have changed it.
    let mut reader = Reader::new(Format::Sinet, annotation.as_bytes(), "the annotation", Options::default());
    let document = reader.next().ok_or_else(|| refuse("there is no annotation"))?.map_err(refuse)?;
    Ok((document.with_words(), types))
}
