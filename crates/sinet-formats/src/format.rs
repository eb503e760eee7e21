//! The formats, and what each can hold.

use std::fmt;
use std::str::FromStr;

use sinet_text::OffsetUnit;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// This project's own JSON, as `sinet predict` prints it; holds everything.
    Sinet,
    /// SpERT's JSON, which `sinet train` reads.
    Spert,
    /// DyGIE++'s JSON lines, also of PURE and PL-Marker.
    Dygie,
    /// brat's standoff: a zip archive of `.txt` and `.ann` files.
    Brat,
    /// GLiNER's training JSON.
    Gliner,
    /// doccano's JSON lines.
    Doccano,
    /// Label Studio's JSON.
    LabelStudio,
    /// Prodigy's JSON lines.
    Prodigy,
    /// PubAnnotation's JSON, also TextAE's.
    PubAnnotation,
    /// Columns of CoNLL, of many dialects; written as CoNLL 2003.
    Conll,
    /// WebAnno TSV 3, which INCEpTION exports. Read only.
    WebAnno,
    /// One row a relation. Written only.
    Csv,
    /// RDF, with NIF's addresses of text. Written only.
    NTriples,
    /// W3C web annotations. Written only.
    WebAnnotation,
}

/// The parts of a [`crate::LabelledDocument`] that a format holds, beside entities and their types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// The text.
    pub text: TextForm,
    /// The bounds of words.
    pub words: bool,
    /// The bounds of sentences.
    pub sentences: bool,
    /// Names of documents.
    pub ids: bool,
    /// Entities that overlap.
    pub overlaps: bool,
    /// Relations.
    pub relations: bool,
    /// Entities and relations that reach over the end of a sentence.
    pub across_sentences: bool,
    /// Scores of entities and relations.
    pub scores: bool,
    /// Whether a person or a model made a label.
    pub provenance: bool,
}

/// The part of the text that a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// The text as it was written.
    Written,
    /// Its words, which a reader joins by single spaces.
    Words,
    /// Only the text of entities.
    None,
}

/// The unit of a format's positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positions {
    /// Characters in this unit, end exclusive.
    Characters(OffsetUnit),
    /// Words of the sentence, end exclusive.
    Words,
    /// Words of the whole document, end inclusive.
    WordsInclusive,
    /// None: a tag stands beside each word.
    Tags,
}

impl Format {
    /// All formats, the ones that can be read first.
    pub const ALL: [Self; 14] = [
        Self::Sinet,
        Self::Spert,
        Self::Dygie,
        Self::Brat,
        Self::Gliner,
        Self::Doccano,
        Self::LabelStudio,
        Self::Prodigy,
        Self::PubAnnotation,
        Self::Conll,
        Self::WebAnno,
        Self::Csv,
        Self::NTriples,
        Self::WebAnnotation,
    ];

    /// The name for command lines, as [`Format::from_str`] reads it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sinet => "sinet",
            Self::Spert => "spert",
            Self::Dygie => "dygie",
            Self::Brat => "brat",
            Self::Gliner => "gliner",
            Self::Doccano => "doccano",
            Self::LabelStudio => "label-studio",
            Self::Prodigy => "prodigy",
            Self::PubAnnotation => "pubannotation",
            Self::Conll => "conll",
            Self::WebAnno => "webanno",
            Self::Csv => "csv",
            Self::NTriples => "n-triples",
            Self::WebAnnotation => "json-ld",
        }
    }

    /// The name for readers.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sinet => "SINET JSON",
            Self::Spert => "SpERT JSON",
            Self::Dygie => "DyGIE JSONL",
            Self::Brat => "brat standoff",
            Self::Gliner => "GLiNER JSON",
            Self::Doccano => "doccano JSONL",
            Self::LabelStudio => "Label Studio JSON",
            Self::Prodigy => "Prodigy JSONL",
            Self::PubAnnotation => "PubAnnotation JSON",
            Self::Conll => "CoNLL",
            Self::WebAnno => "WebAnno TSV",
            Self::Csv => "CSV triples",
            Self::NTriples => "N-Triples",
            Self::WebAnnotation => "JSON-LD web annotations",
        }
    }

    /// The end of its files' names, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sinet | Self::Dygie | Self::Doccano | Self::Prodigy => "jsonl",
            Self::Spert | Self::Gliner | Self::LabelStudio | Self::PubAnnotation => "json",
            Self::Brat => "zip",
            Self::Conll => "conll",
            Self::WebAnno => "tsv",
            Self::Csv => "csv",
            Self::NTriples => "nt",
            Self::WebAnnotation => "jsonld",
        }
    }

    /// The media type of its files.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Sinet | Self::Dygie | Self::Doccano | Self::Prodigy => "application/jsonl",
            Self::Spert | Self::Gliner | Self::LabelStudio | Self::PubAnnotation => "application/json",
            Self::Brat => "application/zip",
            Self::Conll => "text/plain",
            Self::WebAnno => "text/tab-separated-values",
            Self::Csv => "text/csv",
            Self::NTriples => "application/n-triples",
            Self::WebAnnotation => "application/ld+json",
        }
    }

    /// Whether [`crate::Reader`] reads it.
    pub fn can_be_read(self) -> bool {
        !matches!(self, Self::Csv | Self::NTriples | Self::WebAnnotation)
    }

    /// Whether [`crate::Writer`] writes it.
    pub fn can_be_written(self) -> bool {
        !matches!(self, Self::WebAnno)
    }

    /// The unit of its positions.
    pub fn positions(self) -> Positions {
        match self {
            Self::Sinet
            | Self::Brat
            | Self::Doccano
            | Self::Prodigy
            | Self::PubAnnotation
            | Self::Csv
            | Self::NTriples
            | Self::WebAnnotation => Positions::Characters(OffsetUnit::CodePoints),
            Self::LabelStudio | Self::WebAnno => Positions::Characters(OffsetUnit::Utf16),
            Self::Spert => Positions::Words,
            Self::Dygie | Self::Gliner => Positions::WordsInclusive,
            Self::Conll => Positions::Tags,
        }
    }

    /// Whether the file itself says in what it counts; elsewhere that is so by the definition of the format.
    pub fn writes_unit(self) -> bool {
        matches!(self.positions(), Positions::Characters(_))
            && !matches!(self, Self::Brat | Self::NTriples | Self::WebAnno)
    }

    /// The parts of a document that it holds.
    pub fn holds(self) -> Holds {
        let all = Holds {
            text: TextForm::Written,
            words: true,
            sentences: true,
            ids: true,
            overlaps: true,
            relations: true,
            across_sentences: true,
            scores: true,
            provenance: true,
        };
        let characters = Holds { words: false, sentences: false, scores: false, provenance: false, ..all };
        let words = Holds { text: TextForm::Words, scores: false, provenance: false, across_sentences: false, ..all };
        match self {
            Self::Sinet => all,
            Self::Spert | Self::Dygie => words,
            Self::Gliner => Holds { sentences: false, across_sentences: true, ..words },
            Self::Conll => Holds { ids: false, overlaps: false, relations: false, ..words },
            Self::Brat | Self::Doccano | Self::PubAnnotation => characters,
            Self::WebAnno => Holds { words: true, sentences: true, ids: false, ..characters },
            Self::LabelStudio => Holds { scores: true, provenance: true, ..characters },
            Self::Prodigy => Holds { sentences: false, ..all },
            Self::Csv => Holds { text: TextForm::None, scores: true, provenance: true, ..characters },
            Self::NTriples | Self::WebAnnotation => Holds { text: TextForm::None, ..characters },
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.title())
    }
}

impl fmt::Display for Positions {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Characters(OffsetUnit::Bytes) => "UTF-8 bytes, end exclusive",
            Self::Characters(OffsetUnit::CodePoints) => "Unicode code points, end exclusive",
            Self::Characters(OffsetUnit::Utf16) => "UTF-16 code units, end exclusive",
            Self::Words => "words of the sentence, end exclusive",
            Self::WordsInclusive => "words of the document, end inclusive",
            Self::Tags => "words: a tag stands beside each",
        })
    }
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format {name:?}; the formats are {}", Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat {
    /// The name.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert!("Brat".parse::<Format>().unwrap_err().to_string().starts_with("there is no format \"Brat\"; the"));
    }
}
