//! Collections of brat's documents as they are written: the two files of each in one zip archive.

use std::collections::HashSet;
use std::io::Write;

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::labels;
use crate::document::LabelledDocument;
use crate::error::WriteError;
use crate::loss_report::{Loss, LossReport};

/// Writes the two files of each document into a zip archive.
pub(crate) struct ArchiveWriter<W: Write> {
    archive: ZipWriter<StreamWriter<W>>,
    names: HashSet<String>,
}

impl<W: Write> ArchiveWriter<W> {
    pub(crate) fn new(output: W) -> Self {
        Self { archive: ZipWriter::new_stream(output), names: HashSet::new() }
    }

    pub(crate) fn write(&mut self, document: &LabelledDocument, report: &mut LossReport) -> Result<(), WriteError> {
        let name = self.name(&document.id);
        report.add(Loss::Ids, usize::from(!document.id.is_empty() && name != document.id));
        let labels = labels(document, report);
        for (extension, content) in [("txt", &document.text), ("ann", &labels)] {
            self.archive.start_file(format!("{name}.{extension}"), SimpleFileOptions::default())?;
            self.archive.write_all(content.as_bytes())?;
        }
        Ok(())
    }

    /// A file name that is no path out of a folder and not taken.
    fn name(&mut self, id: &str) -> String {
        let good = id.len() <= 120
            && id.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part != "__MACOSX")
            && id.chars().all(|character| character.is_alphanumeric() || "-_./ ".contains(character))
            && id.trim() == id;
        let number = self.names.len() + 1;
        let mut name = if good { id.to_owned() } else { format!("document-{number}") };
        while !self.names.insert(name.clone()) {
            name = format!("{name}-{number}");
        }
        name
    }

    pub(crate) fn finish(self) -> Result<W, WriteError> {
        let mut output = self.archive.finish()?.into_inner();
        output.flush()?;
        Ok(output)
    }
}
