//! The picture of a document as a file: SVG, and a page of its own that opens without a network.

mod html;
mod svg;

pub use html::{STYLE, html};
pub use svg::{figure, svg};

use crate::document::OpenDocument;
use crate::layout::{Scene, Sentence, layout};
use crate::picture::{Face, Hidden, Picture};
use crate::types::Types;

/// Width of an exported picture, in CSS pixels.
pub const WIDTH: f32 = 880.0;
/// The fonts of everything in a sentence.
pub const FAMILY: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/// Weight and size in pixels of a face.
pub fn weight_and_size(face: Face) -> (u32, f32) {
    match face {
        Face::Word => (400, 17.0),
        Face::EntityLabel => (600, 11.5),
        Face::ArcLabel => (400, 11.5),
    }
}

/// A sentence that has been laid out.
pub struct Drawn {
    picture: Picture,
    sentence: Sentence,
    scene: Scene,
}

impl Drawn {
    /// All sentences of a document, on lines of at most [`WIDTH`]. `measure` gives the width of a string in pixels.
    pub fn all(
        document: &OpenDocument,
        types: &Types,
        hidden: &Hidden,
        mut measure: impl FnMut(&str, Face) -> f32,
    ) -> Vec<Self> {
        let labels = document.labels();
        let sentences = (0..document.sentences().len()).map(|sentence| {
            let picture = Picture::of(document, &labels, sentence, hidden);
            let (sentence, _) = picture.sentence(types, &mut measure);
            let scene = layout(&sentence, WIDTH);
            Self { picture, sentence, scene }
        });
        sentences.collect()
    }
}

/// A text within XML or HTML. Characters that XML does not have become replacement characters.
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            '\t' | '\n' | '\r' => written.push(character),
            '\0'..' ' | '\u{7f}'..'\u{a0}' | '\u{fffe}' | '\u{ffff}' => written.push('\u{fffd}'),
            other => written.push(other),
        }
    }
    written
}

#[cfg(test)]
mod tests;
