//! Words about a person's own types.

/// The colours of types in words, each with its line, which differs without colours, too.
pub const COLOURS: [&str; sinet_document::tagset::TONES] = [
    "Blue, whole line",
    "Orange, dashes",
    "Green, dots",
    "Pink, long dashes",
    "Red, dash and dot",
    "Light blue, short dashes",
    "Grey, far dots",
    "Yellow, long dash, dot, dot",
];

/// A person's labels that go with a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Those of the open document, in words.
    pub here: Vec<String>,
    /// How many other documents have.
    pub labels_elsewhere: usize,
    /// How many documents these are.
    pub documents_elsewhere: usize,
    /// Those of them whose labels were never counted.
    pub uncounted: usize,
}

impl Removal {
    /// The most labels that are named one by one.
    pub const NAMED: usize = 20;

    /// Whether no label goes.
    pub fn is_empty(&self) -> bool {
        self.here.is_empty() && self.documents_elsewhere == 0
    }

    /// The labels in one or two sentences.
    pub fn tell(&self) -> String {
        let count = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        };
        let here = format!("{} of this document", count(self.here.len(), "label"));
        let elsewhere = format!(
            "{} of {}",
            count(self.labels_elsewhere, "label"),
            count(self.documents_elsewhere, "other document")
        );
        let both = [(!self.here.is_empty(), here), (self.documents_elsewhere > 0, elsewhere)];
        let parts: Vec<String> = both.into_iter().filter_map(|(is_there, part)| is_there.then_some(part)).collect();
        let uncounted = match self.uncounted {
            0 => "",
            _ => " Some documents were not counted yet and may have more.",
        };
        format!("With the type go {}.{uncounted}", parts.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_go_are_counted() {
        let removal = |here: usize, labels_elsewhere, documents_elsewhere, uncounted| Removal {
            here: vec!["“Ada”".to_owned(); here],
            labels_elsewhere,
            documents_elsewhere,
            uncounted,
        };
        assert!(removal(0, 0, 0, 0).is_empty());
        for (removal, told) in [
            (removal(1, 0, 0, 0), "With the type go 1 label of this document."),
            (removal(2, 7, 1, 0), "With the type go 2 labels of this document and 7 labels of 1 other document."),
            (
                removal(0, 1, 3, 2),
                "With the type go 1 label of 3 other documents. Some documents were not counted yet and may have more.",
            ),
        ] {
            assert!(!removal.is_empty());
            assert_eq!(removal.tell(), told);
        }
    }
}
