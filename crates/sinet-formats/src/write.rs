//! Documents into a file, one at a time.

use std::io::{self, Write};

use crate::document::{LabelledDocument, Provenance};
use crate::error::WriteError;
use crate::format::{Format, TextForm};
use crate::formats::brat::writer::ArchiveWriter;
use crate::formats::{
    bioc, conll, csv, doccano, dygie, gliner, label_studio, n_triples, prodigy, pubannotation, sinet, spacy, spert,
    token_tags, web_annotation,
};
use crate::loss_report::{Loss, LossReport};

/// Writes documents in one format.
///
/// [`Writer::finish`] must be called: it closes arrays and archives, and says what was lost.
pub struct Writer<W: Write> {
    output: Output<W>,
    format: Format,
    report: LossReport,
    /// Elements written so far.
    elements: usize,
}

enum Output<W: Write> {
    Plain(W),
    Archive(Box<ArchiveWriter<W>>),
}

/// The text around and between the documents of a file.
struct Frame {
    before: &'static str,
    between: &'static str,
    after: &'static str,
}

impl<W: Write> Writer<W> {
    /// Writes to `output`, which is best buffered.
    pub fn new(format: Format, output: W) -> Self {
        let output = match format {
            Format::Brat => Output::Archive(Box::new(ArchiveWriter::new(output))),
            _ => Output::Plain(output),
        };
        let mut report = LossReport::default();
        report.note(format!(
            "Written as {format}, which counts in {}{}.",
            format.positions(),
            if format.writes_unit() { "; the file says so" } else { ", by its definition" },
        ));
        Self { output, format, report, elements: 0 }
    }

    /// Writes one document.
    ///
    /// # Errors
    /// If the document contradicts itself, the format can only be read, or the output takes no more.
    pub fn write(&mut self, document: &LabelledDocument) -> Result<(), WriteError> {
        document.check().map_err(|problem| WriteError::Document { id: document.id.clone(), problem })?;
        let report = &mut self.report;
        let before = report.left_out();
        let elements: Vec<Vec<u8>> = match self.format {
            Format::Sinet => vec![line(&sinet::write(document))],
            Format::Spert => spert::write(document, report).iter().map(line).collect(),
            Format::Dygie => dygie::write(document, report).iter().map(line).collect(),
            Format::Gliner => gliner::write(document, report).iter().map(line).collect(),
            Format::Doccano => vec![line(&doccano::write(document))],
            Format::LabelStudio => vec![line(&label_studio::write(document))],
            Format::Prodigy => vec![line(&prodigy::write(document, report))],
            Format::PubAnnotation => vec![line(&pubannotation::write(document))],
            Format::BiocJson => vec![line(&bioc::json::write(document))],
            Format::BiocXml => vec![bioc::xml::write(document, report).into_bytes()],
            Format::TokenTags => token_tags::write(document, report).iter().map(line).collect(),
            Format::Conll => conll::write(document, report).into_iter().map(String::into_bytes).collect(),
            Format::Csv => vec![csv::write(document, self.elements == 0, report)],
            Format::NTriples => vec![n_triples::write(document).into_bytes()],
            Format::WebAnnotation => web_annotation::write(document).iter().map(line).collect(),
            Format::Spacy => vec![line(&spacy::write(document))],
            Format::Brat => Vec::new(),
            format => return Err(WriteError::ReadOnly(format)),
        };
        match &mut self.output {
            Output::Plain(output) => {
                let frame = frame(self.format);
                for element in elements {
                    let separator = if self.elements == 0 { frame.before } else { frame.between };
                    output.write_all(separator.as_bytes())?;
                    output.write_all(&element)?;
                    self.elements += 1;
                }
            }
            Output::Archive(archive) => archive.write(document, report)?,
        }
        report_common(document, self.format, report);
        let after = report.left_out();
        report.documents += 1;
        report.entities += document.entities.len() - (after.entities - before.entities);
        report.relations += document.relations.len() - (after.relations - before.relations);
        Ok(())
    }

    /// Ends the file; returns the output and what could not be kept.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn finish(self) -> Result<(W, LossReport), WriteError> {
        let output = match self.output {
            Output::Plain(mut output) => {
                let frame = frame(self.format);
                if self.elements == 0 {
                    output.write_all(frame.before.as_bytes())?;
                }
                output.write_all(frame.after.as_bytes())?;
                output.flush()?;
                output
            }
            Output::Archive(archive) => archive.finish()?,
        };
        Ok((output, self.report))
    }
}

fn frame(format: Format) -> Frame {
    let of = |[before, between, after]: [&'static str; 3]| Frame { before, between, after };
    match format {
        Format::BiocJson => of(bioc::json::FRAME),
        Format::BiocXml => of(bioc::xml::FRAME),
        Format::Spert | Format::Gliner | Format::LabelStudio | Format::WebAnnotation => {
            Frame { before: "[\n", between: ",\n", after: "\n]\n" }
        }
        Format::Sinet
        | Format::Dygie
        | Format::Doccano
        | Format::Prodigy
        | Format::Spacy
        | Format::PubAnnotation
        | Format::TokenTags => Frame { before: "", between: "\n", after: "\n" },
        _ => Frame { before: "", between: "", after: "" },
    }
}

fn line(value: &serde_json::Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// Counts the losses that follow from [`Format::holds`] alone.
fn report_common(document: &LabelledDocument, format: Format, report: &mut LossReport) {
    let holds = format.holds();
    let scores = document.entities.iter().map(|entity| entity.score);
    let scores = scores.chain(document.relations.iter().map(|relation| relation.score));
    let makers = document.entities.iter().map(|entity| entity.provenance);
    let makers = makers.chain(document.relations.iter().map(|relation| relation.provenance));
    if !holds.scores {
        report.add(Loss::Scores, scores.flatten().count());
    }
    if !holds.provenance {
        report.add(Loss::Provenance, makers.filter(|&maker| maker == Provenance::Model).count());
    }
    if !holds.relations {
        report.add(Loss::Relations, document.relations.len());
    }
    if holds.text == TextForm::None {
        report.add(Loss::Text, 1);
    }
    if !holds.words && !document.words.is_empty() {
        report.add(Loss::Words, 1);
    }
    if !holds.sentences && !document.sentences.is_empty() {
        report.add(Loss::Sentences, 1);
    }
    if !holds.ids && !document.id.is_empty() {
        report.add(Loss::Ids, 1);
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Io(io::Error::other(error))
    }
}
