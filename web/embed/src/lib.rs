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

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{"text": "A naïve parser, and trees.",
        "entities": [{"type": "Other", "start": 20, "end": 25, "score": 0.5}, {"type": "Method", "start": 2, "end": 14}],
        "relations": [{"type": "USED-FOR", "head": 1, "tail": 0, "score": 0.75}]}"#;

    #[test]
    fn groups_of_a_still_tell_their_places_in_the_annotation() {
        let still = still(SAMPLE, true, "none").unwrap();
        for place in ["data-entity=\"0\"", "data-entity=\"1\"", "data-relation=\"0\""] {
            // In the wide picture and in the narrow one.
            assert_eq!(still.matches(place).count(), 2, "{place} in {still}");
        }
        assert!(!still.contains("<details"), "{still}");
    }

    #[test]
    fn a_picture_for_a_file_is_light_or_dark() {
        let [light, dark] = [false, true].map(|dark| picture(SAMPLE, dark).unwrap());
        assert!(light.starts_with("<svg xmlns=") && light.contains("naïve"), "{light}");
        assert_ne!(light, dark);
    }

    #[test]
    fn what_is_no_annotation_is_refused_in_one_sentence() {
        let table = [
            ("{", "the annotation is not JSON"),
            ("{}", "the annotation's text is missing"),
            (r#"{"text": "a", "entities": [{"type": "T", "start": 0, "end": 9}]}"#, "the annotation's entities[0].end"),
        ];
        for (json, expected) in table {
            for error in [still(json, false, "").unwrap_err(), picture(json, false).unwrap_err()] {
                assert!(error.starts_with(expected), "{error}");
            }
        }
    }
}
