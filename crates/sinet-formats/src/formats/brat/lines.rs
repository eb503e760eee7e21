//! The lines of brat's labels.

use sinet_text::TextRange;

use crate::error::{Fault, Problem, shortened};
use crate::loss_report::Loss;

/// An annotation, as its line has it.
pub(super) enum Line {
    /// A text-bound annotation.
    Entity { id: String, kind: String, stretch: Stretch },
    /// The arguments are pairs of a role and an id.
    Relation { kind: String, arguments: Vec<(String, String)> },
    /// What is not read.
    Other(Loss),
}

pub(super) struct Stretch {
    /// At least one.
    pub pieces: Vec<TextRange>,
    /// The text that stands beside them.
    pub text: Option<String>,
}

/// A line that is none of brat's.
pub(super) struct Bad {
    found: String,
    expected: &'static str,
}

impl Bad {
    /// The fault on line `number`, from 0.
    pub(super) fn at(self, number: u64) -> Fault {
        Fault { field: None, line: number, problem: Problem::Line { found: self.found, expected: self.expected } }
    }
}

const ENTITY: &str = "an entity, as in `T1⇥Type 0 5⇥text`";
const RELATION: &str = "a relation, as in `R1⇥Type Arg1:T1 Arg2:T2`";
const ANNOTATION: &str = "an annotation of brat; they start with T, R, E, A, M, N, # or *";

/// The annotations with their lines, from 0.
///
/// Some programs write the text of an entity as it is, line ends and all: lines that are no annotations go on with the text
/// of the entity before them, as long as that is shorter than its stretch.
pub(super) fn of(labels: &str) -> impl Iterator<Item = (u64, Result<Line, Bad>)> {
    let mut lines = labels.strip_prefix('\u{feff}').unwrap_or(labels).lines().enumerate().peekable();
    std::iter::from_fn(move || {
        let (number, line) = lines.find(|(_, line)| !line.trim().is_empty())?;
        let mut parsed = parse(line);
        while let Ok(Line::Entity { stretch, .. }) = &mut parsed {
            let Some((_, next)) = lines.next_if(|(_, next)| stretch.goes_on() && goes_on(next)) else { break };
            if let Some(text) = &mut stretch.text {
                text.push('\n');
                text.push_str(next);
            }
        }
        Some((number as u64, parsed))
    })
}

impl Stretch {
    fn goes_on(&self) -> bool {
        let [TextRange { start, end }] = self.pieces[..] else { return false };
        self.text.as_ref().is_some_and(|text| text.chars().count() < end.saturating_sub(start))
    }
}

/// Whether a line is no annotation of its own, but text.
fn goes_on(line: &str) -> bool {
    let id = line.split_once('\t').map_or("", |(id, _)| id);
    let number = id.strip_prefix(['T', 'R', 'E', 'A', 'M', 'N', '#']).unwrap_or_default();
    let is_annotation = id == "*" || number.starts_with(|digit: char| digit.is_ascii_digit());
    !is_annotation && !line.trim().is_empty()
}

fn parse(line: &str) -> Result<Line, Bad> {
    let bad = |expected| Bad { found: shortened(line), expected };
    let (id, body) = line.split_once('\t').unwrap_or((line, ""));
    Ok(match id.as_bytes().first() {
        Some(b'T') => {
            let (kind, stretch) = entity(body).ok_or_else(|| bad(ENTITY))?;
            Line::Entity { id: id.trim().to_owned(), kind, stretch }
        }
        Some(b'R') => {
            let mut parts = body.split_whitespace();
            let kind = parts.next().ok_or_else(|| bad(RELATION))?.to_owned();
            let arguments: Option<Vec<_>> = parts.map(argument).collect();
            let arguments = arguments.filter(|arguments| !arguments.is_empty()).ok_or_else(|| bad(RELATION))?;
            Line::Relation { kind, arguments }
        }
        Some(b'E') => Line::Other(Loss::Events),
        Some(b'A' | b'M') => Line::Other(Loss::Attributes),
        Some(b'N') => Line::Other(Loss::Normalisations),
        Some(b'#') => Line::Other(Loss::Notes),
        Some(b'*') => Line::Other(Loss::Coreference),
        _ => return Err(bad(ANNOTATION)),
    })
}

/// `Peop 0 3⇥Ada`; some programs write tabs between all parts, or types with spaces.
fn entity(body: &str) -> Option<(String, Stretch)> {
    let (place, text) = match body.split_once('\t') {
        Some((place, text)) => (place, Some(text)),
        None => (body, None),
    };
    let found = typed_place(place).map(|(kind, pieces)| (kind, pieces, text)).or_else(|| {
        let mut parts = body.splitn(4, '\t');
        let place = [parts.next()?, parts.next()?, parts.next()?].join(" ");
        typed_place(&place).map(|(kind, pieces)| (kind, pieces, parts.next()))
    });
    let (kind, pieces, text) = found?;
    Some((kind, Stretch { pieces, text: text.map(str::to_owned) }))
}

/// `Loc 9 14;19 24`.
fn typed_place(text: &str) -> Option<(String, Vec<TextRange>)> {
    let is_place = |part: &str| part.chars().all(|character| character.is_ascii_digit() || character == ';');
    let parts: Vec<&str> = text.split(' ').filter(|part| !part.is_empty()).collect();
    let kind = parts.iter().rposition(|part| !is_place(part)).unwrap_or(0) + 1;
    let pieces: Option<Vec<TextRange>> = parts.get(kind..)?.join(" ").split(';').map(piece).collect();
    Some((parts[..kind].join(" "), pieces?))
}

/// `0 5`.
fn piece(text: &str) -> Option<TextRange> {
    let (start, end) = text.trim().split_once(' ')?;
    Some(TextRange { start: start.parse().ok()?, end: end.parse().ok()? })
}

/// `Arg1:T1`.
fn argument(text: &str) -> Option<(String, String)> {
    let (role, id) = text.split_once(':')?;
    Some((role.to_owned(), id.to_owned()))
}
