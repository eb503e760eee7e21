//! A document in the fragment of a link, which no browser sends to a server.
//!
//! `#d=` is followed by the document as [`Format::Sinet`] writes it, deflated, in base64 for addresses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use sinet_formats::{Format, LabelledDocument, Limits, Options, Reader, Writer};

/// The longest fragment that is offered: some programs cut longer addresses.
pub const MAX_OFFERED: usize = 8 << 10;
/// The longest fragment that is opened.
const MAX_OPENED: usize = 64 << 10;
/// The longest document that a fragment may hold, in bytes of JSON: a small fragment can hold a large nothing.
const MAX_DOCUMENT: usize = 4 << 20;
const KEY: &str = "d=";

/// Why there is no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The document is too long for a link.
    #[error("The link would be {} kB long, and many programs cut links over {} kB: take a file instead.", bytes.div_ceil(1024), MAX_OFFERED >> 10)]
    TooLong {
        /// Length of the fragment in bytes.
        bytes: usize,
    },
    /// The document contradicts itself.
    #[error("This document fits into no link: {0}")]
    Document(String),
    /// A link is damaged, or is none of this page's.
    #[error("The document in this link cannot be opened: {0}. Ask for a file instead.")]
    Damaged(String),
}

/// The fragment that holds `document`, without `#`.
///
/// Words and sentences are left out: who opens the link finds them again.
///
/// # Errors
///
/// [`LinkError::TooLong`] above [`MAX_OFFERED`].
pub fn to_fragment(document: &LabelledDocument) -> Result<String, LinkError> {
    let slim = LabelledDocument { words: Vec::new(), sentences: Vec::new(), ..document.clone() };
    let mut writer = Writer::new(Format::Sinet, Vec::new());
    let written = writer.write(&slim).and_then(|()| writer.finish());
    let (json, _) = written.map_err(|error| LinkError::Document(error.to_string()))?;
    let fragment = KEY.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec(&json, 9));
    match fragment.len() {
        bytes if bytes > MAX_OFFERED => Err(LinkError::TooLong { bytes }),
        _ => Ok(fragment),
    }
}

/// Whether a fragment, with or without `#`, says that it holds a document.
pub fn is_link(fragment: &str) -> bool {
    fragment.strip_prefix('#').unwrap_or(fragment).starts_with(KEY)
}

/// The document in a fragment, with or without `#`.
///
/// # Errors
///
/// [`LinkError::Damaged`] if what it holds is no document.
pub fn from_fragment(fragment: &str) -> Result<LabelledDocument, LinkError> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let damaged = |what: &str| LinkError::Damaged(what.to_owned());
    let data = fragment.strip_prefix(KEY).ok_or_else(|| damaged("it holds none"))?;
    if data.len() > MAX_OPENED {
        return Err(damaged("it is too long"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(data).map_err(|_| damaged("it was cut or changed"))?;
    let json = decompress_to_vec_with_limit(&bytes, MAX_DOCUMENT).map_err(|_| damaged("it was cut or changed"))?;
    let limits = Limits { document_bytes: MAX_DOCUMENT, labels: 20_000, ..Limits::default() };
    let mut documents = Reader::new(Format::Sinet, json.as_slice(), "link", Options { limits, ..Options::default() });
    match (documents.next(), documents.next()) {
        (Some(Ok(document)), None) => Ok(document),
        (Some(Err(error)), _) => Err(LinkError::Damaged(error.problem.to_string())),
        _ => Err(damaged("it does not hold one document")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sinet_formats::{LabelledEntity, LabelledRelation, Provenance};
    use sinet_text::ByteSpan;

    fn document(text: &str) -> LabelledDocument {
        let end = text.chars().next().map_or(0, char::len_utf8);
        let entity = |score, provenance| LabelledEntity {
            kind: "Method & more".to_owned(),
            span: ByteSpan { start: 0, end },
            score,
            provenance,
        };
        LabelledDocument {
            entities: vec![entity(Some(0.25), Provenance::Model), entity(None, Provenance::Person)],
            relations: vec![LabelledRelation {
                kind: "R".to_owned(),
                head: 1,
                tail: 0,
                score: None,
                provenance: Provenance::Person,
            }],
            ..LabelledDocument::new("id", text)
        }
    }

    proptest! {
        #[test]
        fn a_link_restores_the_document(text in "\\PC(\\PC|😀|\u{301}|\r\n){0,60}") {
            let document = document(&text);
            let fragment = to_fragment(&document).unwrap();
            prop_assert!(fragment.chars().all(|character| character.is_ascii_alphanumeric() || "=-_".contains(character)));
            prop_assert_eq!(from_fragment(&format!("#{fragment}")), Ok(document));
        }

        #[test]
        fn no_fragment_panics(data in "d=[A-Za-z0-9_-]{0,200}", json in prop::collection::vec(any::<u8>(), 0..100)) {
            _ = from_fragment(&data);
            _ = from_fragment(&(KEY.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec(&json, 1))));
        }
    }

    #[test]
    fn what_is_no_link_of_this_page_is_refused() {
        assert!(!is_link("") && !is_link("#section") && is_link("#d=") && is_link("d=!"));
        let bomb = KEY.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec(&vec![b' '; MAX_DOCUMENT + 1], 9));
        let wrapped = |json: &str| KEY.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), 9));
        for (fragment, expected) in [
            ("#section".to_owned(), "it holds none"),
            ("d=!".to_owned(), "it was cut or changed"),
            ("d=AAAA".to_owned(), "it was cut or changed"),
            (bomb, "it was cut or changed"),
            (format!("d={}", "A".repeat(MAX_OPENED + 1)), "it is too long"),
            (wrapped("{}"), "there is no `text`; the fields are none"),
            (wrapped(""), "it does not hold one document"),
            (
                wrapped(r#"{"text":"a","offset_unit":"code_points","entities":[{"type":"K","start":0,"end":9}]}"#),
                "the span 0..9 does not fit the text of 1 Unicode code points",
            ),
        ] {
            let error = from_fragment(&fragment).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("The document in this link cannot be opened: {expected}. Ask for a file instead.")
            );
        }
    }

    #[test]
    fn long_documents_get_no_link() {
        // Random letters do not deflate.
        let mut seed = 1u32;
        let letter = |_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'!' + (seed >> 24) as u8 % 90)
        };
        let text: String = (0..20_000).map(letter).collect();
        let error = to_fragment(&LabelledDocument::new("", text)).unwrap_err();
        assert!(matches!(error, LinkError::TooLong { bytes } if bytes > MAX_OFFERED), "{error}");
    }
}
