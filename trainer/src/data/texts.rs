//! Texts whose labels do not count.

use std::path::Path;

use sinet_formats::{Dataset, Example, Options, SniffError};
use sinet_text::{Document, WordRange};

use crate::Error;
use crate::data::labelled;
use crate::error::DataError;
use crate::files::read;

/// The sentences of the texts in a file, without labels: those of each document where the file is of a known format, otherwise
/// those of each line. Sentences and words are found as a model finds them in a text that it is to read.
///
/// # Errors
///
/// [`Error::Read`] if it cannot be read, [`Error::Data`] if it is neither text in UTF-8 nor of a known format,
/// [`Error::Documents`] for the first mistake in it.
pub fn sentences(path: &Path) -> Result<Dataset, Error> {
    let mut dataset = Dataset { sentences: Vec::new() };
    let mut add = |text: String, number: usize| dataset.sentences.extend(examples(&Document::parse(text), number));
    match labelled::open(path, None, Options::default()) {
        Ok(file) => {
            for (number, document) in file.documents.enumerate() {
                add(document?.text, number);
            }
        }
        Err(Error::Data {
            problem: DataError::Unrecognised(SniffError::PlainText { .. } | SniffError::Line { .. }),
            ..
        }) => {
            let text = String::from_utf8(read(path)?).map_err(Error::data(path))?;
            text.lines().enumerate().for_each(|(number, line)| add(line.to_owned(), number));
        }
        Err(error) => return Err(error),
    }
    Ok(dataset)
}

/// The sentences of a document, without labels.
fn examples(document: &Document, number: usize) -> impl Iterator<Item = Example> {
    let tokens = |sentence: &WordRange| {
        let words = (sentence.start..sentence.end).filter_map(|word| document.word_text(word));
        words.map(str::to_owned).collect()
    };
    document.sentences.iter().filter(|sentence| sentence.start < sentence.end).enumerate().map(
        move |(sentence, words)| Example {
            tokens: tokens(words),
            entities: Vec::new(),
            relations: Vec::new(),
            document_id: String::new(),
            document: number,
            sentence,
        },
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn words(name: &str, content: &str) -> Result<Vec<(usize, String)>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let dataset = sentences(&path)?;
        Ok(dataset.sentences.iter().map(|example| (example.document, example.tokens.join("|"))).collect())
    }

    #[track_caller]
    fn check(name: &str, content: &str, expected: &[(usize, &str)]) {
        let found = words(name, content).unwrap();
        assert_eq!(found.iter().map(|(document, words)| (*document, words.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_line_is_a_document() {
        let text = "It works. Does it?\n\nYes (it does).\n";
        check("a.txt", text, &[(0, "It|works|."), (0, "Does|it|?"), (2, "Yes|(|it|does|)|.")]);
    }

    #[test]
    fn documents_of_a_known_format_leave_their_labels_and_their_words_behind() {
        let spert = r#"[{"tokens": ["Ada(", "sings", ")", "."], "entities": [{"type": "P", "start": 0, "end": 1}], "relations": []}]"#;
        check("a.json", spert, &[(0, "Ada|(|sings|)|.")]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let error = words("a.json", r#"[{"nothing": 1}]"#).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }
}
