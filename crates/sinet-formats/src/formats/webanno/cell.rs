//! Cells of the format: values side by side, numbers in brackets behind them, and characters behind a backslash.

/// A value of a cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value<'c> {
    /// As it is written; `None` for `*`, which stands for no value.
    written: Option<&'c str>,
    /// The number in brackets behind it; empty if there is none.
    pub number: &'c str,
}

impl<'c> Value<'c> {
    fn of(cell: &'c str) -> Self {
        let split = cell.strip_suffix(']').filter(|rest| !rest.ends_with('\\')).and_then(|rest| rest.rsplit_once('['));
        let (written, number) = split.unwrap_or((cell, ""));
        Self { written: (!matches!(written, "*" | "")).then_some(written), number }
    }

    /// The value without backslashes.
    pub(super) fn text(&self) -> Option<String> {
        self.written.map(unescaped)
    }

    /// The value as it is written; empty where there is none.
    pub(super) fn raw(&self) -> &'c str {
        self.written.unwrap_or_default()
    }
}

/// The values of a cell that lie on one token: none for `_`.
pub(super) fn values(cell: &str) -> impl Iterator<Item = Value<'_>> {
    let cell = Some(cell).filter(|cell| !matches!(*cell, "_" | ""));
    cell.into_iter().flat_map(|cell| split(cell, '|')).map(Value::of)
}

/// The parts of a value between `;`, as slots have them.
pub(super) fn slots(cell: &str) -> impl Iterator<Item = Value<'_>> {
    split(cell, ';').map(Value::of)
}

/// Parts between marks that no backslash stands before.
fn split(cell: &str, mark: char) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    cell.split(move |character| {
        let is_mark = character == mark && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_mark
    })
}

/// A text without the backslashes that the format puts before characters with a meaning.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let mut after = escape[1..].chars();
        // Versions up to 3.1 write other characters by their numbers in UTF-16.
        let unit = escape.get(2..6).filter(|_| escape.starts_with("\\u"));
        let unit = unit.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if !before.is_empty() || unit.is_none() {
            take_units(&mut units, &mut plain);
        }
        plain.push_str(before);
        if let Some(unit) = unit {
            units.push(unit);
            rest = &escape[6..];
            continue;
        }
        match after.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{c}'),
            Some('b') => plain.push('\u{8}'),
            Some(character) if character.is_alphanumeric() => plain.extend(['\\', character]),
            Some(character) => plain.push(character),
            None => plain.push('\\'),
        }
        rest = after.as_str();
    }
    take_units(&mut units, &mut plain);
    plain + rest
}

fn take_units(units: &mut Vec<u16>, plain: &mut String) {
    plain.push_str(&String::from_utf16_lossy(units));
    units.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_values_side_by_side() {
        let seen =
            |cell| -> Vec<_> { values(cell).map(|value: Value| (value.text(), value.number.to_owned())).collect() };
        let some = |text: &str, number: &str| (Some(text.to_owned()), number.to_owned());
        assert_eq!(seen("_"), []);
        assert_eq!(seen("*"), [(None, String::new())]);
        assert_eq!(seen("PER[1]|a\\|b\\[2\\]|*[3]"), [some("PER", "1"), some("a|b[2]", ""), (None, "3".to_owned())]);
        assert_eq!(seen("\\_"), [some("_", "")]);
        assert_eq!(seen("a\\->b\\\\|c"), [some("a->b\\", ""), some("c", "")]);
    }

    #[test]
    fn backslashes_are_taken_away() {
        for (text, expected) in [
            ("a\\tb\\n", "a\tb\n"),
            ("C:\\dir", "C:\\dir"),
            ("\\\\t", "\\t"),
            ("\\u00e9\\ud83d\\ude00x", "é😀x"),
            ("\\u00", "\\u00"),
            ("\\", "\\"),
            ("é\\é", "é\\é"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
