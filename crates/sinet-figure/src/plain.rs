//! A document as plain text: a drawing for terminals and mails.

use sinet_formats::LabelledDocument;
use sinet_text::Types;
use unicode_width::UnicodeWidthStr;

use crate::layout::Gap;
use crate::picture::{Drawing, Picture};
use crate::tones::tone;
use crate::triples::triples;

/// The most columns of a line.
const COLUMNS: usize = 80;

/// A document as text: its sentences with the entities underlined and named below, and a line for each relation.
///
/// A sentence from right to left has no lines below it, because terminals do not agree where its words stand.
///
/// The document has its words: see [`LabelledDocument::with_words`].
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn plain_text(document: &LabelledDocument, types: &Types) -> String {
    text(document, types, |part, _| part.to_owned())
}

/// As [`plain_text`], for a terminal with colours: each entity's line and name are in one of eight, by its type.
///
/// # Panics
///
/// As [`plain_text`].
pub fn coloured_text(document: &LabelledDocument, types: &Types) -> String {
    text(document, types, |part, kind| format!("\x1b[{}m{part}\x1b[0m", TERMINAL[tone(types, kind) % TERMINAL.len()]))
}

/// The colours of terminals that are nearest to the tones of entity types, in their order.
const TERMINAL: [u8; 8] = [34, 33, 32, 35, 31, 36, 90, 93];

fn text(document: &LabelledDocument, types: &Types, paint: impl Fn(&str, &str) -> String) -> String {
    let drawing = Drawing::new(document.clone());
    let mut written: String =
        (0..drawing.sentence_count()).map(|sentence| drawn(&drawing.picture(sentence), types, &paint)).collect();
    let lines = triples(document, types, false, printed);
    if !lines.is_empty() {
        written.push('\n');
    }
    for line in lines {
        written += &line;
        written.push('\n');
    }
    written
}

/// A word on a line: where it begins and ends, in columns.
struct Place {
    line: usize,
    start: usize,
    end: usize,
}

fn drawn(picture: &Picture, types: &Types, paint: &impl Fn(&str, &str) -> String) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    let mut places = Vec::with_capacity(picture.texts.len());
    let mut column = 0;
    for (word, gap) in &picture.texts {
        let word = printed(word);
        let space = usize::from(*gap == Gap::Space && column > 0);
        if column + space + word.width() > COLUMNS && *gap == Gap::Space && column > 0 {
            lines.push(String::new());
            column = 0;
        }
        let line = lines.len() - 1;
        if space > 0 && column > 0 {
            lines[line].push(' ');
            column += 1;
        }
        lines[line] += &word;
        let start = column;
        column += word.width();
        places.push(Place { line, start, end: column });
    }
    let mut written = String::new();
    for (line, text) in lines.iter().enumerate() {
        written += text.trim_end();
        written.push('\n');
        if !picture.right_to_left {
            written += &below(picture, types, &places, line, paint);
        }
    }
    written
}

/// Two lines below a line of text, and how far each goes, in columns: `paint` may add what has no width.
#[derive(Default)]
struct Row {
    dashes: (String, usize),
    labels: (String, usize),
}

/// The rows below a line: in each, lines below entities that do not touch, and their types below those.
fn below(
    picture: &Picture,
    types: &Types,
    places: &[Place],
    line: usize,
    paint: &impl Fn(&str, &str) -> String,
) -> String {
    let mut rows: Vec<Row> = Vec::new();
    let mut entities: Vec<(usize, usize, usize)> = (picture.entities.iter().enumerate())
        .filter_map(|(entity, found)| {
            let words =
                found.words.start - picture.words.start..found.words.end.min(picture.words.end) - picture.words.start;
            let mut own = places[words].iter().filter(|place| place.line == line);
            let first = own.next()?;
            Some((first.start, own.next_back().unwrap_or(first).end, entity))
        })
        .collect();
    entities.sort_by_key(|&(start, end, entity)| (start, std::cmp::Reverse(end), entity));
    for (start, end, entity) in entities {
        let label = printed(&picture.entity_label(types, entity));
        let taken = |row: &Row| row.dashes.1.max(row.labels.1);
        let row = rows.iter().position(|row| taken(row) == 0 || taken(row) < start).unwrap_or_else(|| {
            rows.push(Row::default());
            rows.len() - 1
        });
        let Row { dashes, labels } = &mut rows[row];
        for ((text, columns), part) in [(dashes, "─".repeat(end - start)), (labels, label)] {
            *text += &" ".repeat(start - *columns);
            *text += &paint(&part, &picture.entities[entity].kind);
            *columns = start + part.width();
        }
    }
    rows.into_iter().map(|Row { dashes, labels }| format!("{}\n{}\n", dashes.0, labels.0)).collect()
}

/// A text without characters that would move the ones behind it.
fn printed(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
