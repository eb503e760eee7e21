//! All documents with the types of the set in one file, to go on elsewhere: nothing of them is lost.

use std::io::{BufRead, BufReader, Cursor, Read, Write};

use serde::{Deserialize, Serialize};
use sinet_document::Tagset;
use sinet_document::record::{Body, Head, Rescued};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The documents, one a line as the browser keeps them.
const DOCUMENTS: &str = "set.jsonl";
/// The types, as `sinet train` and the page read them.
const TYPES: &str = "types.json";
/// The most bytes of either, unpacked.
const MOST_BYTES: u64 = 256 << 20;

/// The documents of a set and its types.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentSet {
    /// The types, if a person has made some.
    pub types: Option<Tagset>,
    /// The documents, in their order.
    pub documents: Vec<(Head, Body)>,
    /// Documents that are damaged, and left out.
    pub damaged: usize,
}

/// Why a set cannot be written or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// The archive is damaged.
    #[error("The set cannot be opened: {0}. Take it away once more where it came from.")]
    Archive(#[from] zip::result::ZipError),
    /// A part of it cannot be read.
    #[error("The set cannot be opened: {0}. Take it away once more where it came from.")]
    Read(#[from] std::io::Error),
    /// It is too large.
    #[error("The set has more than {} MB unpacked and is not opened.", MOST_BYTES >> 20)]
    TooLarge,
    /// Its types are none.
    #[error("The types of the set cannot be opened: {0}")]
    Types(#[from] sinet_document::tagset::TagsetError),
}

impl DocumentSet {
    /// The set as a zip archive.
    ///
    /// # Errors
    ///
    /// [`SetError::Archive`] if it is larger than an archive may be.
    pub fn to_zip(&self) -> Result<Vec<u8>, SetError> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        if let Some(types) = &self.types {
            archive.start_file(TYPES, SimpleFileOptions::default())?;
            archive.write_all(types.to_json().as_bytes())?;
        }
        archive.start_file(DOCUMENTS, SimpleFileOptions::default())?;
        for (head, body) in &self.documents {
            writeln!(archive, "{}", Rescued::to_json(head, body))?;
        }
        Ok(archive.finish()?.into_inner())
    }

    /// The set in a file; `None` if that is none.
    ///
    /// # Errors
    ///
    /// [`SetError`] if it is one, and damaged as a whole.
    pub fn from_zip(bytes: &[u8]) -> Option<Result<Self, SetError>> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        archive.index_for_name(DOCUMENTS)?;
        Some(Self::read(&mut archive))
    }

    fn read(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Self, SetError> {
        let mut set = Self::default();
        if archive.index_for_name(TYPES).is_some() {
            let mut json = String::new();
            archive.by_name(TYPES)?.take(sinet_document::tagset::FILE_BYTES as u64 + 1).read_to_string(&mut json)?;
            set.types = Some(Tagset::from_json(&json)?);
        }
        let documents = archive.by_name(DOCUMENTS)?;
        if documents.size() > MOST_BYTES {
            return Err(SetError::TooLarge);
        }
        for line in BufReader::new(documents.take(MOST_BYTES)).lines() {
            match Rescued::from_json(&line?) {
                Ok(document) => set.documents.push(document),
                Err(_) => set.damaged += 1,
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sinet_document::record::State;
    use sinet_document::{Edit, OpenDocument};
    use sinet_text::WordRange;

    use super::*;

    fn set() -> DocumentSet {
        let mut document = OpenDocument::of_text("Ada met Bo.\nThey sang.");
        let words = WordRange { start: 0, end: 1 };
        document.apply(Edit::AddEntity { kind: "Person".to_owned(), words }).unwrap();
        let mut body = Body::new("none".to_owned(), document, None);
        body.checked = true;
        body.set_note("Ask “Bo”.");
        let head = Head::new("a1".to_owned(), &body, 1.7e12, 3, State::Labelled);
        let types = Tagset::from_json(r#"{"entities": {"Person": {"key": "p"}}, "relations": {}}"#).unwrap();
        DocumentSet { types: Some(types), documents: vec![(head, body)], damaged: 0 }
    }

    #[test]
    fn a_set_comes_back_whole() {
        let read = DocumentSet::from_zip(&set().to_zip().unwrap()).unwrap().unwrap();
        assert_eq!(read, set());
        let mut body = read.documents[0].1.clone();
        assert!(body.document.undo().is_some(), "the last edit can still be taken back");
        let none = DocumentSet { types: None, ..set() };
        assert_eq!(DocumentSet::from_zip(&none.to_zip().unwrap()).unwrap().unwrap(), none);
    }

    #[test]
    fn other_files_are_no_sets() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("train.json", SimpleFileOptions::default()).unwrap();
        let other = archive.finish().unwrap().into_inner();
        for bytes in [&b""[..], b"{}", &other] {
            assert!(DocumentSet::from_zip(bytes).is_none());
        }
    }

    #[test]
    fn a_damaged_document_is_counted() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(DOCUMENTS, SimpleFileOptions::default()).unwrap();
        let (head, body) = set().documents.remove(0);
        write!(archive, "{}\n[\"x\"]\nnot json\n", Rescued::to_json(&head, &body)).unwrap();
        let read = DocumentSet::from_zip(&archive.finish().unwrap().into_inner()).unwrap().unwrap();
        assert_eq!((read.documents.len(), read.damaged), (1, 2));
    }

    proptest! {
        #[test]
        fn no_bytes_stop_the_page(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = set().to_zip().unwrap();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            // Whatever comes of it.
            drop(DocumentSet::from_zip(&bytes));
        }
    }
}
