//! A document as one line of HTML that needs nothing: no script, no style sheet, no network.
//!
//! A [`still`] holds a wide and a narrow picture, the same in words, and the document itself as JSON:
//!
//! ```html
//! <figure class="sinet"><sinet-text dir="ltr" model="scierc" annotation='{"text":…}'><div role="img" aria-label="TEXT">
//! <svg class="sinet-wide">…</svg><svg class="sinet-narrow">…</svg></div><p hidden>… <mark>parser</mark> (Method) …</p>
//! <details dir="auto"><summary>2 entities, 1 relation</summary><ul><li>…</li></ul></details></sinet-text></figure>
//! ```
//!
//! - Colours are mixed from the types' tones and the colour of the text around, in presentation attributes, so the picture
//!   follows whatever theme its host switches to, also where a Content-Security-Policy forbids styles within the page.
//! - One of the pictures is as high as 0: its height is said in em, and its font is as large as 0 or 16 pixels, by
//!   the window's width. So phones get the narrow one without a style sheet; [`SINET_CSS`](crate::SINET_CSS), where it
//!   is there, asks for the room that there really is.
//! - There are no ids, because hosts print a page's figures a second time; no empty line and no line end, which end
//!   HTML within Markdown.
//! - The `<p hidden>` is what feed readers show, which drop SVG.

use std::fmt::Write;

use sinet_formats::{LabelledDocument, Provenance};
use sinet_text::Types;

use crate::annotation::annotation;
use crate::colours::Colours;
use crate::decimal::{fixed, number};
use crate::direction::is_right_to_left;
use crate::drawn::Drawn;
use crate::escaped::{escaped, escaped_line};
use crate::faces::{Face, MEASURED_FAMILY};
use crate::paint::{paint_with_places, right_edge};
use crate::picture::Drawing;
use crate::sorted::sorted;
use crate::triples::{counts, triples};
use crate::widths::estimated_width;

/// Width of the wide picture, in CSS pixels.
pub const WIDE: f32 = 720.0;
/// Width of the narrow picture, in CSS pixels: what a phone leaves a text.
pub const NARROW: f32 = 344.0;
/// Windows narrower than this many CSS pixels show the narrow picture.
const PHONE: u32 = 600;
/// At both sides of a picture, in CSS pixels, for the edges of boxes.
const MARGIN: f32 = 1.0;

/// The elements of a still. Whatever a text holds, there is no other.
pub const ELEMENTS: [&str; 16] = [
    "figure",
    "sinet-text",
    "div",
    "svg",
    "g",
    "rect",
    "path",
    "text",
    "tspan",
    "p",
    "mark",
    "details",
    "summary",
    "ul",
    "li",
    "bdi",
];

/// The attributes of a still, with those that only the element `<sinet-text>` reads. Whatever a text holds, there is no other.
pub const ATTRIBUTES: [&str; 46] = [
    "annotation",
    "aria-label",
    "base",
    "class",
    "d",
    "data-entity",
    "data-lock",
    "data-relation",
    "device",
    "dir",
    "direction",
    "display",
    "editable",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "height",
    "hidden",
    "integrity",
    "labels",
    "lang",
    "lengthAdjust",
    "list",
    "live",
    "model",
    "open",
    "preserveAspectRatio",
    "role",
    "rx",
    "scores",
    "stroke",
    "stroke-dasharray",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "textLength",
    "theme",
    "threshold",
    "transform",
    "v-pre",
    "viewBox",
    "width",
    "x",
    "y",
];

/// The form of a still.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StillOptions {
    /// Name or address of the model that has read the text; the element reads on with it.
    pub model: Option<String>,
    /// When the element starts the model, if ever.
    pub live: Option<Live>,
    /// Whether labels tell their scores.
    pub scores: bool,
    /// The list of all relations below the picture.
    pub list: List,
    /// Name of the entry of the lock file that the labels are from.
    pub lock: Option<String>,
    /// The host that the still is written for.
    pub host: Host,
    /// Language of the text, as a tag of BCP 47.
    pub lang: Option<String>,
    /// Further attributes that the element reads and a still has no use for, by name.
    pub element: Vec<(&'static str, String)>,
}

/// When an element starts its model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Live {
    /// When the reader asks for it.
    #[default]
    Click,
    /// When it comes into view.
    Visible,
    /// At once.
    Load,
}

/// The list of relations below a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum List {
    /// Opened by the reader.
    #[default]
    Closed,
    /// Open from the beginning.
    Open,
    /// None. Who hears the page then hears the sentence without its labels.
    None,
}

/// The program that takes a still up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Host {
    /// Whatever takes HTML, also within Markdown.
    #[default]
    Html,
    /// Vue and VitePress: `v-pre` keeps the template's hands off.
    Vue,
    /// MDX and JSX, as in Docusaurus: an element of React whose content is the HTML, as a string of JavaScript.
    Mdx,
}

/// A document as one line of HTML, which begins with `<figure`.
///
/// The document's labels by persons carry a tick only if others are a model's. It has its words: see
/// [`LabelledDocument::with_words`].
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn still(document: &LabelledDocument, types: &Types, options: &StillOptions) -> String {
    let content = content(document, types, options);
    match options.host {
        Host::Html => format!("<figure class=\"sinet\">{content}</figure>"),
        Host::Vue => format!("<figure class=\"sinet\" v-pre>{content}</figure>"),
        Host::Mdx => {
            let string = serde_json::to_string(&content).expect("a string is JSON");
            format!("<figure className=\"sinet\" dangerouslySetInnerHTML={{{{__html: {string}}}}} />")
        }
    }
}

/// What is within the figure.
fn content(document: &LabelledDocument, types: &Types, options: &StillOptions) -> String {
    let mut written = format!("<sinet-text{}>", attributes(document, types, options));
    let _ = write!(written, "<div role=\"img\" aria-label=\"{}\">", escaped_line(&document.text));
    written += &picture(document, types, options.scores, WIDE);
    written += &picture(document, types, options.scores, NARROW);
    let _ = write!(written, "</div><p hidden>{}</p>", marked_text(document, types));
    let open = match options.list {
        List::Closed => Some(""),
        List::Open => Some(" open"),
        List::None => None,
    };
    if let Some(open) = open {
        let _ = write!(written, "<details{open} dir=\"auto\"><summary>{}</summary><ul>", counts(document));
        for line in triples(document, types, options.scores, isolated) {
            let _ = write!(written, "<li>{line}</li>");
        }
        written += "</ul></details>";
    }
    written + "</sinet-text>"
}

fn attributes(document: &LabelledDocument, types: &Types, options: &StillOptions) -> String {
    let direction = if is_right_to_left(&document.text) { "rtl" } else { "ltr" };
    let mut written = format!(" dir=\"{direction}\"");
    if let Some(lang) = &options.lang {
        let _ = write!(written, " lang=\"{}\"", escaped_line(lang));
    }
    if let Some(model) = &options.model {
        let _ = write!(written, " model=\"{}\"", escaped_line(model));
    }
    written += match options.live {
        None => "",
        Some(Live::Click) => " live",
        Some(Live::Visible) => " live=\"visible\"",
        Some(Live::Load) => " live=\"load\"",
    };
    if options.scores {
        written += " scores";
    }
    written += match options.list {
        List::Closed => "",
        List::Open => " list=\"open\"",
        List::None => " list=\"none\"",
    };
    if let Some(lock) = &options.lock {
        let _ = write!(written, " data-lock=\"{}\"", escaped_line(lock));
    }
    for (name, value) in &options.element {
        let _ = write!(written, " {name}=\"{}\"", escaped_line(value));
    }
    let _ = write!(written, " annotation='{}'", annotation(document, types));
    written
}

/// All sentences, one below the other.
fn picture(document: &LabelledDocument, types: &Types, scores: bool, width: f32) -> String {
    let drawing = Drawing::new(ticked(document));
    let sentences: Vec<Drawn> = (0..drawing.sentence_count())
        .map(|sentence| {
            let picture = crate::Picture { scores, ..drawing.picture(sentence) };
            Drawn::new(picture, types, width - 2.0 * MARGIN, whole_width)
        })
        .collect();
    let wide = width == WIDE;
    let (class, em, order) = if wide {
        ("sinet-wide", number(WIDE / EM), format!("100vw - {}px", PHONE - 1))
    } else {
        ("sinet-narrow", number(NARROW / EM), format!("{PHONE}px - 100vw"))
    };
    let height = sentences.iter().map(|drawn| drawn.scene.height).sum::<f32>().max(1.0);
    let right = number(sentences.iter().map(right_edge).fold(0.0, f32::max) + 2.0 * MARGIN);
    let mut written = format!(
        "<svg class=\"{class}\" display=\"block\" width=\"min(100%,{em}em)\" height=\"{}em\" font-size=\"clamp(0px,({order})*999,{}px)\" \
         viewBox=\"-{} 0 {right} {}\" preserveAspectRatio=\"xMinYMin\" direction=\"ltr\" fill=\"currentColor\" \
         font-family=\"{MEASURED_FAMILY}\">",
        fixed(height / EM, 2),
        number(EM),
        number(MARGIN),
        number(height),
    );
    let mut top = 0.0;
    for (sentence, drawn) in sentences.iter().enumerate() {
        let (entities, relations) = (drawing.entities(sentence), drawing.relations(sentence));
        let content = paint_with_places(drawn, types, Colours::Host, entities, relations);
        if top > 0.0 {
            let _ = write!(written, "<g transform=\"translate(0 {})\">{content}</g>", number(top));
        } else {
            written += &content;
        }
        top += drawn.scene.height;
    }
    written + "</svg>"
}

/// The estimated width of a text, in whole pixels: numbers with decimals would be a tenth of a still.
fn whole_width(text: &str, face: Face) -> f32 {
    estimated_width(text, face).round()
}

/// Pixels of an em in the pictures' heights.
const EM: f32 = 16.0;

/// The document with a person's labels known as such only if there are others.
fn ticked(document: &LabelledDocument) -> LabelledDocument {
    let mut document = document.clone();
    let mut makers = document.entities.iter().map(|entity| entity.provenance);
    let mut more = document.relations.iter().map(|relation| relation.provenance);
    if makers.all(|maker| maker == Provenance::Person) && more.all(|maker| maker == Provenance::Person) {
        document.entities.iter_mut().for_each(|entity| entity.provenance = Provenance::Model);
        document.relations.iter_mut().for_each(|relation| relation.provenance = Provenance::Model);
    }
    document
}

/// The text with each entity marked and followed by its type. An entity that crosses the edge of another is not marked.
fn marked_text(document: &LabelledDocument, types: &Types) -> String {
    let span = |entity: usize| document.entities[entity].span;
    let order = sorted(document.entities.len(), &|a, b| {
        let (a, b) = (span(a), span(b));
        a.start.cmp(&b.start).then(b.end.cmp(&a.end))
    });
    let mut written = String::new();
    let mut here = 0;
    let mut open: Vec<usize> = Vec::new();
    let close = |written: &mut String, here: &mut usize, entity: usize| {
        *written += &escaped(&document.text[*here..span(entity).end]);
        *here = span(entity).end;
        let _ = write!(written, "</mark> ({})", escaped(types.entity(&document.entities[entity].kind)));
    };
    for entity in order {
        while let Some(&inner) = open.last().filter(|&&inner| span(inner).end <= span(entity).start) {
            close(&mut written, &mut here, inner);
            open.pop();
        }
        if open.last().is_some_and(|&inner| span(inner).end < span(entity).end) {
            continue;
        }
        written += &escaped(&document.text[here..span(entity).start]);
        here = span(entity).start;
        written += "<mark>";
        open.push(entity);
    }
    while let Some(inner) = open.pop() {
        close(&mut written, &mut here, inner);
    }
    written += &escaped(&document.text[here..]);
    written.replace(['\t', '\n', '\r'], " ")
}

/// A text within a list of others, kept apart from their direction.
fn isolated(text: &str) -> String {
    let escaped = escaped_line(text);
    if is_right_to_left(text) { format!("<bdi>{escaped}</bdi>") } else { escaped }
}
