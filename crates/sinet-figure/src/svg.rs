//! A document as one SVG picture, in the page's colours.

use sinet_formats::LabelledDocument;
use sinet_text::Types;

use crate::colours::Colours;
use crate::decimal::number;
use crate::drawn::{Drawn, WIDTH};
use crate::escaped::escaped_line;
use crate::faces::{FAMILY, MEASURED_FAMILY};
use crate::paint::{paint, right_edge};
use crate::style::DARK_RULES;
use crate::widths::estimated_width;

/// The ground that a picture lies on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// White.
    Light,
    /// Dark.
    Dark,
    /// Dark where the reader's system is, else white.
    #[default]
    Auto,
}

/// Around the whole picture.
const MARGIN: f32 = 16.0;

/// All sentences, one below the other, on white.
pub fn svg(sentences: &[Drawn], types: &Types) -> String {
    whole(sentences, types, Theme::Light, FAMILY)
}

/// A document as an SVG file, for an `<img>` or a program for drawing. Its words are laid out on lines of at most
/// `width` pixels, the margin included, with estimated widths.
///
/// The document has its words: see [`LabelledDocument::with_words`].
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn standalone_svg(document: &LabelledDocument, types: &Types, theme: Theme, width: f32) -> String {
    let sentences = Drawn::within(document.clone(), types, width - 2.0 * MARGIN, estimated_width);
    whole(&sentences, types, theme, MEASURED_FAMILY)
}

fn whole(sentences: &[Drawn], types: &Types, theme: Theme, family: &str) -> String {
    let height: f32 = sentences.iter().map(|drawn| drawn.scene.height).sum();
    let widest = sentences.iter().map(right_edge).fold(0.0, f32::max);
    let [width, height] = [widest + 2.0 * MARGIN, height + 2.0 * MARGIN].map(number);
    let (colours, ground) = match theme {
        Theme::Light | Theme::Auto => (Colours::Light, "#ffffff"),
        Theme::Dark => (Colours::Dark, "#15181b"),
    };
    let style = match theme {
        Theme::Auto => format!(
            "<style>@media (prefers-color-scheme: dark) {{\n  .ground {{ fill: #15181b; }}\n{DARK_RULES}}}</style>\n"
        ),
        Theme::Light | Theme::Dark => String::new(),
    };
    let mut written = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{family}\">{style}<rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"{ground}\"/>\n"
    );
    let mut top = MARGIN;
    for drawn in sentences {
        let content = paint(drawn, types, colours);
        written += &format!("<g transform=\"translate({} {})\">{content}</g>\n", number(MARGIN), number(top));
        top += drawn.scene.height;
    }
    written + "</svg>\n"
}

/// One sentence, laid out with estimated widths, as an SVG element within a page that has [`STYLE`](crate::STYLE), named
/// for those who hear it.
pub fn figure(drawn: &Drawn, types: &Types, name: &str) -> String {
    figure_in(drawn, types, name, MEASURED_FAMILY)
}

/// The same, laid out with the widths of another family.
pub(crate) fn figure_in(drawn: &Drawn, types: &Types, name: &str, family: &str) -> String {
    let [width, height] = [right_edge(drawn).max(WIDTH), drawn.scene.height].map(number);
    format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"{family}\">{}</svg>\n",
        escaped_line(name),
        paint(drawn, types, Colours::Light)
    )
}
