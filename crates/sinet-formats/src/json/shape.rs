//! The fields of a JSON file by its start, which may break off anywhere.

use std::collections::BTreeMap;

/// The paths in the records at the start of a file, and the kinds of the values there. A path has `[]` for the elements of a
/// list, as in `entities[].start`; a record that is a list itself begins with it.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    paths: BTreeMap<String, u8>,
}

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text = 1,
    Number = 2,
    List = 4,
    Object = 8,
    /// `true`, `false` and `null`.
    Other = 16,
}

/// An object or a list that is open.
struct Frame {
    is_list: bool,
    /// Its own path; `None` for the list around the records.
    path: Option<String>,
    /// The field whose value comes next.
    key: Option<String>,
}

impl Shape {
    /// So many paths are kept, and of so many levels; files come from strangers.
    const PATHS: usize = 2000;
    const LEVELS: usize = 12;

    /// The shape of a file that starts with `head`.
    pub(crate) fn of(head: &str) -> Self {
        let mut shape = Self::default();
        let mut open: Vec<Frame> = Vec::new();
        let mut characters = head.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    let mut escaped = false;
                    let end = characters.find(|&(_, character)| {
                        let closes = character == '"' && !escaped;
                        escaped = character == '\\' && !escaped;
                        closes
                    });
                    match (open.last_mut(), end) {
                        (Some(Frame { is_list: false, key: key @ None, .. }), Some((end, _))) => {
                            *key = Some(head[at + 1..end].to_owned())
                        }
                        (Some(Frame { is_list: false, key: None, .. }), None) => break,
                        // A text may be longer than the start of the file.
                        _ => drop(shape.enter(&mut open, Kind::Text as u8)),
                    }
                }
                '{' => {
                    let path = shape.enter(&mut open, Kind::Object as u8);
                    open.push(Frame { is_list: false, path: Some(path), key: None });
                }
                '[' => {
                    // The list around the records is none itself; a list of scalars is.
                    let next = head[at + 1..].trim_start().chars().next();
                    let is_around = open.is_empty() && matches!(next, Some('{' | '[' | ']') | None);
                    let path = if is_around { None } else { Some(shape.enter(&mut open, Kind::List as u8)) };
                    open.push(Frame { is_list: true, path, key: None });
                }
                '}' | ']' => drop(open.pop()),
                '-' | '0'..='9' | 'a'..='z' | 'I' | 'N' => {
                    while characters.next_if(|(_, next)| next.is_alphanumeric() || "+-.".contains(*next)).is_some() {}
                    let is_number = matches!(character, '-' | '0'..='9');
                    let kind = if is_number { Kind::Number } else { Kind::Other };
                    shape.enter(&mut open, kind as u8);
                }
                _ => {}
            }
        }
        // A field whose value the start of the file does not reach.
        if open.last().is_some_and(|frame| frame.key.is_some()) {
            shape.enter(&mut open, 0);
        }
        shape
    }

    /// Whether there is a value at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    /// Whether there is a value of `kind` at `path`.
    pub(crate) fn has_as(&self, path: &str, kind: Kind) -> bool {
        self.paths.get(path).is_some_and(|kinds| kinds & kind as u8 != 0)
    }

    /// Whether a path ends so.
    pub(crate) fn has_ending(&self, ending: &str) -> bool {
        self.paths.keys().any(|path| path.ends_with(ending))
    }

    /// The names of the records' own fields, in alphabetical order.
    pub(crate) fn fields(&self) -> Vec<String> {
        self.paths.keys().filter(|path| !path.contains(['.', '['])).cloned().collect()
    }

    /// Counts a value that begins, of the bit of its kind; returns its path.
    fn enter(&mut self, open: &mut [Frame], kind: u8) -> String {
        let levels = open.len();
        let path = match open.last_mut() {
            None | Some(Frame { path: None, .. }) => String::new(),
            Some(Frame { is_list: true, path: Some(path), .. }) => format!("{path}[]"),
            Some(Frame { path: Some(path), key, .. }) => {
                let key = key.take().unwrap_or_default();
                if path.is_empty() { key } else { format!("{path}.{key}") }
            }
        };
        let room = self.paths.len() < Self::PATHS && levels <= Self::LEVELS && !path.is_empty();
        if room || self.paths.contains_key(&path) {
            *self.paths.entry(path.clone()).or_default() |= kind;
        }
        // Deeper paths are not kept, nor need they be made.
        if levels <= Self::LEVELS { path } else { "…".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(head: &str, expected: Expect) {
        let shape = Shape::of(head);
        let paths: Vec<String> = shape.paths.iter().map(|(path, kinds)| format!("{path}={kinds}")).collect();
        expected.assert_eq(&paths.join(" "));
    }

    #[test]
    fn paths_of_all_records_are_seen() {
        check(
            r#"[{"text": "a", "label": [[0, 1, "K"]], "meta": {"b\"c": null}}, {"text": "b", "entities": [{"start": 0, "#,
            expect![[r#"
                entities=4 entities[]=8 entities[].start=2 label=4 label[]=4 label[][]=3 meta=8 meta.b\"c=16 text=1"#]],
        );
        check("{\"text\": \"a: {\", \"spans\": []}\n{\"text\": 7, \"ok\": true", expect!["ok=16 spans=4 text=3"]);
        check("{\"id\": 1, \"text\": \"a text that is longer", expect!["id=2 text=1"]);
        check("{\"id\": 1, \"te", expect!["id=2"]);
        check(r#"["a", {"entities": [[0, 1, "K"]]}]"#, expect!["[]=9 [].entities=4 [].entities[]=4 [].entities[][]=3"]);
        check(
            r#"[["a", {"entities": [[0, 1, "K"]]}], ["#,
            expect!["[]=9 [].entities=4 [].entities[]=4 [].entities[][]=3"],
        );
        check("[]", expect![""]);
        check("}]\"", expect![""]);
    }
}
