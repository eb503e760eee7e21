//! Figures in HTML: elements `<sinet-text>`, and the code blocks that hosts make of fences.
//!
//! Over the tokenizer of the HTML standard, whose spans say which bytes a tag takes: a page is changed there and nowhere else.

use std::collections::BTreeSet;
use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use crate::error::Problem;
use crate::found::{Found, line_of};
use crate::request::Request;

/// Name of the element.
pub const ELEMENT: &str = "sinet-text";

/// What a page holds.
#[derive(Debug, Default)]
pub struct Page {
    /// The figures that are to be drawn, in their order.
    pub figures: Vec<Found>,
    /// Whether a figure stands there drawn.
    pub has_stills: bool,
    /// Whether one of these is live.
    pub has_live_stills: bool,
    /// The first byte of `</head>`, if the page has that.
    pub head_end: Option<usize>,
    /// The addresses of style sheets and scripts.
    pub links: BTreeSet<String>,
}

/// A token, as far as figures depend on it.
enum Piece {
    Open { name: String, attributes: Vec<(String, String)> },
    Close { name: String },
    Text(String),
    Comment,
}

struct Part {
    piece: Piece,
    range: Range<usize>,
}

/// Looks through a page. `models` are the names that a word can be.
pub fn read(page: &str, models: &BTreeSet<String>) -> Page {
    let parts = parts(page);
    let mut read = Page::default();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        let mut next = at + 1;
        match &part.piece {
            Piece::Open { name, attributes } if name == ELEMENT => {
                let found = element(page, &parts, at, attributes, models);
                next = found.after;
                match found.figure {
                    Some(figure) => read.figures.push(figure),
                    None => {
                        read.has_stills = true;
                        let live = attributes.iter().find(|(name, _)| name == "live");
                        read.has_live_stills |= live.is_some_and(|(_, value)| value != "off");
                    }
                }
            }
            Piece::Open { name, attributes } if is_fence(name, attributes) => {
                if let Some((figure, after)) = fence(page, &parts, at, models) {
                    read.figures.push(figure);
                    next = after;
                }
            }
            Piece::Open { name, attributes } if matches!(name.as_str(), "link" | "script") => {
                let address = attributes.iter().find(|(name, _)| matches!(name.as_str(), "href" | "src"));
                read.links.extend(address.map(|(_, address)| address.clone()));
            }
            Piece::Close { name } if name == "head" => _ = read.head_end.get_or_insert(part.range.start),
            _ => {}
        }
        at = next;
    }
    read
}

/// The text between tags, or the first tag in it.
pub(crate) fn plain(html: &str) -> Result<String, Problem> {
    let mut text = String::new();
    for part in parts(html) {
        match part.piece {
            Piece::Text(piece) => text += &piece,
            Piece::Open { name, .. } => return Err(Problem::TagInText(format!("<{name}>"))),
            Piece::Close { name } => return Err(Problem::TagInText(format!("</{name}>"))),
            Piece::Comment => return Err(Problem::TagInText("<!-- -->".to_owned())),
        }
    }
    Ok(text)
}

/// The elements in the HTML of `source`, where all else is blank: the bytes of each, its attributes, and the bytes
/// between its tags.
pub(crate) fn elements(source: &str) -> Vec<Element> {
    let parts = parts(source);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        at += 1;
        let Piece::Open { name, attributes } = &part.piece else { continue };
        if name != ELEMENT {
            continue;
        }
        let close = close_of(&parts, at - 1);
        let inner = close.map(|close| part.range.end..parts[close].range.start);
        let end = close.map_or(part.range.end, |close| parts[close].range.end);
        at = close.map_or(at, |close| close + 1);
        let (range, open) = (part.range.start..end, part.range.clone());
        found.push(Element { range, open, attributes: attributes.clone(), inner });
    }
    found
}

/// An element in some source.
pub(crate) struct Element {
    pub range: Range<usize>,
    /// Its start tag.
    pub open: Range<usize>,
    pub attributes: Vec<(String, String)>,
    /// What stands between its tags, if it has an end.
    pub inner: Option<Range<usize>>,
}

impl Element {
    pub fn request(&self, text: &str, models: &BTreeSet<String>) -> Result<Request, Problem> {
        let attributes = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Request::from_attributes(attributes, text, models)
    }

    /// Whether the still stands in it already.
    pub fn is_drawn(&self) -> bool {
        self.attributes.iter().any(|(name, _)| name == DRAWN)
    }
}

/// The mark of an element that holds its still.
pub const DRAWN: &str = "annotation";

struct ElementFound {
    figure: Option<Found>,
    after: usize,
}

fn element(
    page: &str,
    parts: &[Part],
    open: usize,
    attributes: &[(String, String)],
    models: &BTreeSet<String>,
) -> ElementFound {
    let close = close_of(parts, open);
    let inside = &parts[open + 1..close.unwrap_or(open + 1)];
    let after = close.map_or(open + 1, |close| close + 1);
    if attributes.iter().any(|(name, _)| name == DRAWN) {
        return ElementFound { figure: None, after };
    }
    // Hosts put what they take for a line of text into a paragraph.
    let tag = inside.iter().find_map(|part| match &part.piece {
        Piece::Open { name, .. } if name != "p" => Some(format!("<{name}>")),
        Piece::Close { name } if name != "p" => Some(format!("</{name}>")),
        Piece::Comment => Some("<!-- -->".to_owned()),
        _ => None,
    });
    let request = match (close, tag) {
        (None, _) => Err(Problem::Unclosed),
        (_, Some(tag)) => Err(Problem::TagInText(tag)),
        (Some(_), None) => {
            let attributes = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            Request::from_attributes(attributes, &text_of(inside), models)
        }
    };
    let (first, last) = widened(parts, open, close.unwrap_or(open));
    let figure = Found {
        range: parts[first].range.start..parts[last].range.end,
        line: line_of(page, parts[open].range.start),
        request,
    };
    ElementFound { figure: Some(figure), after: after.max(last + 1) }
}

/// The end tag of an element: there is none if another begins before.
fn close_of(parts: &[Part], open: usize) -> Option<usize> {
    let next = (open + 1..parts.len()).find(|&part| parts[part].opens(ELEMENT) || parts[part].closes(ELEMENT))?;
    parts[next].closes(ELEMENT).then_some(next)
}

/// The elements that hosts make of a fence.
const BLOCKS: [&str; 3] = ["code", "div", "pre"];

/// Whether an element is made from a fence: by its class in most hosts, by an attribute in some.
fn is_fence(name: &str, attributes: &[(String, String)]) -> bool {
    BLOCKS.contains(&name)
        && attributes.iter().any(|(name, value)| match name.as_str() {
            "class" => value.split_ascii_whitespace().any(|class| {
                let language = class.strip_prefix("language-").or_else(|| class.strip_prefix("highlight-"));
                language == Some("sinet")
            }),
            "data-lang" | "data-language" => value == "sinet",
            _ => false,
        })
}

/// The figure of a code block that starts at `open`, and the part after it.
fn fence(page: &str, parts: &[Part], open: usize, models: &BTreeSet<String>) -> Option<(Found, usize)> {
    let close = end_of(parts, open)?;
    // Where others end in it, or it in others, a figure in its place would make a fence of something that is none now.
    let is_whole = BLOCKS.iter().all(|name| {
        let own = &parts[open..=close];
        own.iter().filter(|part| part.opens(name)).count() == own.iter().filter(|part| part.closes(name)).count()
    });
    if !is_whole {
        return None;
    }
    // Hosts put buttons and the name of the language around the code.
    let code = (open..close).find(|&part| parts[part].opens("code")).or_else(|| {
        let mut blocks = open..close;
        blocks.find(|&part| parts[part].opens("pre"))
    })?;
    let text = text_of(&parts[code..end_of(&parts[..=close], code)?]);
    let (first, last) = widened(parts, open, close);
    let found = Found {
        range: parts[first].range.start..parts[last].range.end,
        line: line_of(page, parts[open].range.start),
        request: Request::from_words("", &text, models),
    };
    Some((found, last + 1))
}

/// The part that ends the element which starts at `open`.
fn end_of(parts: &[Part], open: usize) -> Option<usize> {
    let Piece::Open { name, .. } = &parts.get(open)?.piece else { return None };
    let mut depth = 0usize;
    (open..parts.len()).find(|&part| {
        depth += usize::from(parts[part].opens(name));
        let closes = parts[part].closes(name);
        depth -= usize::from(closes && depth > 0);
        closes && depth == 0
    })
}

/// The stretch of parts with the elements that hold it and nothing else, and that no figure may stand in.
fn widened(parts: &[Part], mut first: usize, mut last: usize) -> (usize, usize) {
    loop {
        let before = (0..first).rev().find(|&part| !parts[part].is_blank());
        let after = (last + 1..parts.len()).find(|&part| !parts[part].is_blank());
        let (Some(before), Some(after)) = (before, after) else { return (first, last) };
        let Piece::Open { name, attributes } = &parts[before].piece else { return (first, last) };
        let is_block_of_code = || {
            attributes
                .iter()
                .any(|(name, value)| name == "class" && value.split(' ').any(|class| class == "example-wrap"))
        };
        let is_wrapping = matches!(name.as_str(), "p" | "pre") || (name == "div" && is_block_of_code());
        if !is_wrapping || !parts[after].closes(name) {
            return (first, last);
        }
        (first, last) = (before, after);
    }
}

fn text_of(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match &part.piece {
        Piece::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn parts(page: &str) -> Vec<Part> {
    let mut emitter = DefaultEmitter::new_with_span();
    // The code of a script is no HTML.
    emitter.naively_switch_states(true);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let part = |token| {
        let (piece, span) = match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                (Piece::Open { name: text(&tag.name), attributes: attributes.collect() }, tag.span)
            }
            Token::EndTag(tag) => (Piece::Close { name: text(&tag.name) }, tag.span),
            Token::String(string) => (Piece::Text(text(&string)), string.span),
            Token::Comment(comment) => (Piece::Comment, comment.span),
            Token::Doctype(_) | Token::Error(_) => return None,
        };
        Some(Part { piece, range: span.start..span.end })
    };
    Tokenizer::new_with_emitter(page, emitter).flatten().filter_map(part).collect()
}

impl Part {
    fn opens(&self, wanted: &str) -> bool {
        matches!(&self.piece, Piece::Open { name, .. } if name == wanted)
    }

    fn closes(&self, wanted: &str) -> bool {
        matches!(&self.piece, Piece::Close { name } if name == wanted)
    }

    fn is_blank(&self) -> bool {
        matches!(&self.piece, Piece::Text(text) if text.trim().is_empty())
    }
}
