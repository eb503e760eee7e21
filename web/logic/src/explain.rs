//! A reading explained: attention as shades, coverage of a text, decisions in words.

pub mod attention;
pub mod coverage;
pub mod why;
