//! The formats, and what each can hold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sinet_text::OffsetUnit;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// GLiNER 2's JSON lines. Read only.
    Gliner2,
    /// doccano's JSON lines.
    Doccano,
    /// Label Studio's JSON.
    LabelStudio,
    /// Prodigy's JSON lines.
    Prodigy,
    /// The training pairs of spaCy's scripts, and JSON lines like them.
    Spacy,
    /// Argilla's records. Read only.
    Argilla,
    /// PubAnnotation's JSON, also TextAE's.
    PubAnnotation,
    /// JSON with relations as triples of words, as DuIE and CasRel have. Read only.
    Triples,
    /// Columns of CoNLL, of many dialects; written as CoNLL 2003.
    Conll,
    /// WebAnno TSV 3, which INCEpTION exports. Read only.
    WebAnno,
    /// BioC's JSON, as PubTator exports it.
    BiocJson,
    /// BioC's XML.
    BiocXml,
    /// JSON lines of words and their tags, as `datasets` of Hugging Face writes them.
    TokenTags,
    /// XMI of a UIMA CAS, which INCEpTION exports. Read only.
    Xmi,
    /// JSON of a UIMA CAS, which INCEpTION exports. Read only.
    CasJson,
    /// TACRED's JSON: a sentence with one pair of entities. Read only.
    Tacred,
    /// DocRED's JSON, also of Re-DocRED: relations between things that a document mentions. Read only.
    Docred,
    /// Parquet, as `datasets` of Hugging Face writes it. Read only.
    Parquet,
    /// spaCy's `DocBin`. Read only.
    DocBin,
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
    /// None: the words of entities are searched for in the text.
    Mentions,
}

impl Format {
    /// All formats, the ones that can be read first.
    pub const ALL: [Self; 27] = [
        Self::Sinet,
        Self::Spert,
        Self::Dygie,
        Self::Brat,
        Self::Gliner,
        Self::Gliner2,
        Self::Doccano,
        Self::LabelStudio,
        Self::Prodigy,
        Self::Spacy,
        Self::Argilla,
        Self::PubAnnotation,
        Self::Triples,
        Self::Conll,
        Self::WebAnno,
        Self::BiocJson,
        Self::BiocXml,
        Self::TokenTags,
        Self::Xmi,
        Self::CasJson,
        Self::Tacred,
        Self::Docred,
        Self::Parquet,
        Self::DocBin,
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
            Self::Gliner2 => "gliner2",
            Self::Doccano => "doccano",
            Self::LabelStudio => "label-studio",
            Self::Prodigy => "prodigy",
            Self::Spacy => "spacy",
            Self::Argilla => "argilla",
            Self::PubAnnotation => "pubannotation",
            Self::Triples => "triples",
            Self::Conll => "conll",
            Self::WebAnno => "webanno",
            Self::BiocJson => "bioc-json",
            Self::BiocXml => "bioc-xml",
            Self::TokenTags => "token-tags",
            Self::Xmi => "xmi",
            Self::CasJson => "cas-json",
            Self::Tacred => "tacred",
            Self::Docred => "docred",
            Self::Parquet => "parquet",
            Self::DocBin => "docbin",
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
            Self::Gliner2 => "GLiNER 2 JSONL",
            Self::Doccano => "doccano JSONL",
            Self::LabelStudio => "Label Studio JSON",
            Self::Prodigy => "Prodigy JSONL",
            Self::Spacy => "spaCy JSONL",
            Self::Argilla => "Argilla JSON",
            Self::PubAnnotation => "PubAnnotation JSON",
            Self::Triples => "JSON of triples",
            Self::Conll => "CoNLL",
            Self::WebAnno => "WebAnno TSV",
            Self::BiocJson => "BioC JSON",
            Self::BiocXml => "BioC XML",
            Self::TokenTags => "tokens and tags JSONL",
            Self::Xmi => "UIMA CAS XMI",
            Self::CasJson => "UIMA CAS JSON",
            Self::Tacred => "TACRED JSON",
            Self::Docred => "DocRED JSON",
            Self::Parquet => "Parquet",
            Self::DocBin => "spaCy DocBin",
            Self::Csv => "CSV triples",
            Self::NTriples => "N-Triples",
            Self::WebAnnotation => "JSON-LD web annotations",
        }
    }

    /// The end of its files' names, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Sinet
            | Self::Dygie
            | Self::Gliner2
            | Self::Doccano
            | Self::Prodigy
            | Self::Spacy
            | Self::Triples
            | Self::TokenTags => "jsonl",
            Self::Spert | Self::Gliner | Self::LabelStudio | Self::Argilla | Self::PubAnnotation => "json",
            Self::BiocJson | Self::CasJson | Self::Tacred | Self::Docred => "json",
            Self::BiocXml => "xml",
            Self::Xmi => "xmi",
            Self::Parquet => "parquet",
            Self::DocBin => "spacy",
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
        match self.extension() {
            "jsonl" => "application/jsonl",
            "json" => "application/json",
            "xml" | "xmi" => "application/xml",
            "parquet" => "application/vnd.apache.parquet",
            "zip" => "application/zip",
            "conll" => "text/plain",
            "tsv" => "text/tab-separated-values",
            "csv" => "text/csv",
            "nt" => "application/n-triples",
            "jsonld" => "application/ld+json",
            _ => "application/octet-stream",
        }
    }

    /// Whether [`crate::Reader`] reads it.
    pub fn can_be_read(self) -> bool {
        !matches!(self, Self::Csv | Self::NTriples | Self::WebAnnotation)
    }

    /// Whether [`crate::Writer`] writes it.
    pub fn can_be_written(self) -> bool {
        !matches!(
            self,
            Self::Gliner2
                | Self::Argilla
                | Self::Triples
                | Self::WebAnno
                | Self::Xmi
                | Self::CasJson
                | Self::Tacred
                | Self::Docred
                | Self::Parquet
                | Self::DocBin
        )
    }

    /// The unit of its positions.
    pub fn positions(self) -> Positions {
        match self {
            Self::Sinet
            | Self::Brat
            | Self::Doccano
            | Self::Prodigy
            | Self::Spacy
            | Self::Argilla
            | Self::PubAnnotation
            | Self::BiocJson
            | Self::BiocXml
            | Self::Csv
            | Self::NTriples
            | Self::WebAnnotation => Positions::Characters(OffsetUnit::CodePoints),
            Self::LabelStudio | Self::WebAnno | Self::Xmi | Self::CasJson => Positions::Characters(OffsetUnit::Utf16),
            Self::Spert | Self::Docred => Positions::Words,
            Self::Dygie | Self::Gliner | Self::Tacred => Positions::WordsInclusive,
            Self::Conll | Self::TokenTags | Self::Parquet | Self::DocBin => Positions::Tags,
            Self::Gliner2 | Self::Triples => Positions::Mentions,
        }
    }

    /// Whether the file itself says in what it counts; elsewhere that is so by the definition of the format.
    pub fn writes_unit(self) -> bool {
        matches!(self.positions(), Positions::Characters(_))
            && !matches!(
                self,
                Self::Brat
                    | Self::Spacy
                    | Self::NTriples
                    | Self::WebAnno
                    | Self::BiocJson
                    | Self::BiocXml
                    | Self::Xmi
                    | Self::CasJson
            )
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
            Self::Tacred => Holds { sentences: false, ..words },
            Self::Docred => Holds { across_sentences: true, ..words },
            Self::TokenTags | Self::Parquet => {
                Holds { sentences: false, across_sentences: true, overlaps: false, relations: false, ..words }
            }
            Self::DocBin => {
                Holds { text: TextForm::Written, across_sentences: true, overlaps: false, relations: false, ..words }
            }
            Self::Xmi | Self::CasJson => Holds { words: true, sentences: true, ..characters },
            Self::Conll => Holds { ids: false, overlaps: false, relations: false, ..words },
            Self::Brat
            | Self::Doccano
            | Self::Argilla
            | Self::PubAnnotation
            | Self::Gliner2
            | Self::Triples
            | Self::BiocJson
            | Self::BiocXml => characters,
            Self::WebAnno => Holds { words: true, sentences: true, ids: false, ..characters },
            Self::Spacy => Holds { ids: false, relations: false, ..characters },
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
            Self::Mentions => "no unit: its words are searched for in the text",
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
