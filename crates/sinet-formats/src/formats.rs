//! The formats, a module each.

pub(crate) mod argilla;
pub mod brat;
pub(crate) mod conll;
pub(crate) mod csv;
pub(crate) mod doccano;
pub(crate) mod dygie;
pub(crate) mod gliner;
pub(crate) mod gliner2;
pub(crate) mod label_studio;
pub(crate) mod n_triples;
pub(crate) mod prodigy;
pub(crate) mod pubannotation;
pub(crate) mod sinet;
pub(crate) mod spacy;
mod spans;
pub(crate) mod spert;
pub(crate) mod triples;
pub(crate) mod web_annotation;
