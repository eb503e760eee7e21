//! The comment lines of CoNLL's dialects.

/// A line between the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comment<'l> {
    /// A document starts, perhaps with a name: `# newdoc id = d`, `#begin document (d); part 000`, `#doc d`.
    Document(Option<&'l str>),
    /// The name of a sentence: `# sent_id = s`, `# id s`.
    Sentence {
        name: &'l str,
        /// More stands after it.
        and_more: bool,
    },
    /// The text of a sentence: `# text = …`.
    Text(&'l str),
    /// It says something of the file's form.
    Form,
    /// Anything else, by its first word if that is a name.
    Other(&'l str),
}

impl<'l> Comment<'l> {
    /// The comment that a line which starts with `#` is.
    pub(super) fn of(line: &'l str) -> Self {
        if let Some(name) = line.strip_prefix("#begin document") {
            return Self::Document(Some(name.trim()).filter(|name| !name.is_empty()));
        }
        if let Some(name) = line.strip_prefix("###MEDLINE:") {
            return Self::Document(Some(name.trim()));
        }
        if let Some(name) = line.strip_prefix("#doc").filter(|name| name.starts_with([' ', '\t'])) {
            return Self::Document(Some(name.trim()).filter(|name| !name.is_empty()));
        }
        if line.trim_end() == "#end document" {
            return Self::Form;
        }
        let content = line.trim_start_matches('#').trim();
        let (key, value) = match content.split_once('=') {
            Some((key, value)) if !key.trim().contains(' ') || key.starts_with("newdoc") => (key.trim(), value.trim()),
            _ => content.split_once([' ', '\t']).map_or((content, ""), |(key, value)| (key, value.trim())),
        };
        match key {
            "newdoc" if value.is_empty() => Self::Document(None),
            "newdoc id" | "newdoc_id" | "newdoc" if !value.is_empty() => Self::Document(Some(value)),
            "text" if !value.is_empty() => Self::Text(value),
            "sent_id" | "id" | "sentence_id" if !value.is_empty() => {
                let (name, rest) = value.split_once([' ', '\t']).unwrap_or((value, ""));
                Self::Sentence { name, and_more: !rest.trim().is_empty() }
            }
            _ if key.starts_with("global.") => Self::Form,
            _ => {
                let is_name = key.chars().all(|character| character.is_alphanumeric() || character == '_');
                Self::Other(if is_name { key } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_say_what_they_are() {
        for (line, expected) in [
            (
                "#begin document (bc/cctv/00/cctv_0000); part 000",
                Comment::Document(Some("(bc/cctv/00/cctv_0000); part 000")),
            ),
            ("#end document", Comment::Form),
            ("# newdoc id = d", Comment::Document(Some("d"))),
            ("# newdoc", Comment::Document(None)),
            ("#doc 5121", Comment::Document(Some("5121"))),
            ("# sent_id = s 1", Comment::Sentence { name: "s", and_more: true }),
            ("# id 01a\tdomain=en", Comment::Sentence { name: "01a", and_more: true }),
            ("# text = a = b", Comment::Text("a = b")),
            ("# global.Entity = eid-etype", Comment::Form),
            ("#\thttp://a.b/?c=d", Comment::Other("")),
            ("# speaker = A", Comment::Other("speaker")),
            ("#", Comment::Other("")),
        ] {
            assert_eq!(Comment::of(line), expected, "{line}");
        }
    }
}
