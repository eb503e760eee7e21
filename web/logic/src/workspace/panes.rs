//! The widths of the panes beside the text, as a person has set them.

use serde::{Deserialize, Serialize};

/// A pane beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The list of documents.
    Documents,
    /// What is selected, and what explains it.
    Inspector,
}

/// A pane's widths, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths {
    /// The least.
    pub least: u16,
    /// The most.
    pub most: u16,
}

impl Pane {
    /// The widths that it may have, in CSS pixels.
    pub fn widths(self) -> Widths {
        match self {
            Self::Documents => Widths { least: 160, most: 480 },
            Self::Inspector => Widths { least: 280, most: 760 },
        }
    }
}

/// The panes as a person has set them. A width that nobody has set is the style sheet's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panes {
    #[serde(default)]
    documents: Option<u16>,
    #[serde(default)]
    inspector: Option<u16>,
    /// Whether the list of documents is folded away.
    #[serde(default)]
    pub is_folded: bool,
}

impl Panes {
    /// The width of a pane in CSS pixels, if somebody has set it.
    pub fn width(&self, pane: Pane) -> Option<u16> {
        match pane {
            Pane::Documents => self.documents,
            Pane::Inspector => self.inspector,
        }
    }

    /// Sets the width of a pane, in CSS pixels, within its limits.
    pub fn set_width(&mut self, pane: Pane, width: f64) {
        let Widths { least, most } = pane.widths();
        // A number that is none becomes 0, which is within no limits.
        let width = Some((width.round() as u16).clamp(least, most));
        match pane {
            Pane::Documents => self.documents = width,
            Pane::Inspector => self.inspector = width,
        }
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers are plain JSON")
    }

    /// From what was kept; the style sheet's widths where that is damaged.
    pub fn from_json(json: &str) -> Self {
        let kept: Self = serde_json::from_str(json).unwrap_or_default();
        let mut panes = Self { is_folded: kept.is_folded, ..Self::default() };
        for pane in [Pane::Documents, Pane::Inspector] {
            if let Some(width) = kept.width(pane) {
                panes.set_width(pane, f64::from(width));
            }
        }
        panes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let mut panes = Panes { is_folded: true, ..Panes::default() };
        panes.set_width(Pane::Inspector, 412.4);
        assert_eq!(panes.width(Pane::Inspector), Some(412));
        assert_eq!(Panes::from_json(&panes.to_json()), panes);
    }

    #[test]
    fn damaged_notes_are_the_style_sheets_widths() {
        for damaged in ["", "null", "[]", "{\"documents\":-3}", "{\"documents\":\"wide\"}"] {
            assert_eq!(Panes::from_json(damaged), Panes::default(), "{damaged}");
        }
        let beyond = Panes::from_json("{\"documents\":9999,\"inspector\":1}");
        assert_eq!((beyond.width(Pane::Documents), beyond.width(Pane::Inspector)), (Some(480), Some(280)));
    }

    proptest! {
        #[test]
        fn widths_stay_within_their_limits(width in any::<f64>()) {
            for pane in [Pane::Documents, Pane::Inspector] {
                let mut panes = Panes::default();
                panes.set_width(pane, width);
                let Widths { least, most } = pane.widths();
                prop_assert!((least..=most).contains(&panes.width(pane).unwrap()));
            }
        }
    }
}
