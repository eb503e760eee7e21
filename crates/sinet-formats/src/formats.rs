//! The formats, a module each.

pub(crate) mod argilla;
pub(crate) mod bioc;
pub mod brat;
pub(crate) mod conll;
pub(crate) mod csv;
pub(crate) mod docbin;
pub(crate) mod doccano;
pub(crate) mod docred;
pub(crate) mod dygie;
pub(crate) mod gliner;
pub(crate) mod gliner2;
pub(crate) mod label_studio;
pub(crate) mod n_triples;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod prodigy;
pub(crate) mod pubannotation;
pub(crate) mod sinet;
pub(crate) mod spacy;
mod spans;
pub(crate) mod spert;
pub(crate) mod tacred;
pub(crate) mod token_tags;
pub(crate) mod triples;
pub(crate) mod uima;
pub(crate) mod web_annotation;
pub(crate) mod webanno;
