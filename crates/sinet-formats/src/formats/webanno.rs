//! WebAnno TSV 3, as WebAnno and INCEpTION export it: a document, with a line for each token and columns for the layers. Read
//! only.
//!
//! ```text
//! #FORMAT=WebAnno TSV 3.3
//! #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value
//! #T_RL=webanno.custom.Relation|label|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity
//!
//!
//! #Text=Ada lives in New York
//! 1-1⇥0-3⇥Ada⇥Peop⇥_⇥_
//! 1-2⇥4-9⇥lives⇥_⇥_⇥_
//! 1-3⇥10-12⇥in⇥_⇥_⇥_
//! 1-4⇥13-16⇥New⇥Loc[1]⇥Live_In⇥1-1[0_1]
//! 1-5⇥17-21⇥York⇥Loc[1]⇥_⇥_
//! ```
//!
//! where ⇥ is a tab. Positions are in UTF-16 units by the format's definition; the tokens beside them show if a file counts
//! otherwise. An annotation of several tokens, or one of several on a token, has a number in brackets. A relation stands at its
//! target and names the token of its source. The layer of named entities is read, or else every layer that is not one of
//! linguistic analysis; of its features, the one that looks like a type.

use std::io::BufRead;

use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::lines::LineReader;
use crate::loss_report::Loss;

use annotations::Annotations;
use header::Header;
use sentence::Sentence;

mod annotations;
mod cell;
mod header;
mod sentence;

/// The first characters of a file.
pub(crate) const START: &str = "#FORMAT=WebAnno TSV 3";

/// Whether `text` starts as the second version of the format does: with its layers on a line without a name, then a sentence.
pub(crate) fn is_second_version(text: &str) -> bool {
    let mut lines = text.lines();
    let layers = lines.next().is_some_and(|line| line.starts_with(" # ") && line.contains(" | "));
    layers && lines.next().is_some_and(|line| line.starts_with("#id="))
}

/// The one document of a file.
pub(crate) struct Tokens<R> {
    input: Option<R>,
}

impl<R: BufRead> Tokens<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: Some(input) }
    }

    /// The document, with the line that what is wrong stands on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        let Some(input) = self.input.take() else { return (1, Ok(None)) };
        let limit = context.options.limits.document_bytes;
        let mut lines = LineReader::new(input);
        match read(&mut lines, limit, begun, context) {
            Ok(document) => (1, Ok(document)),
            Err(fault) => (lines.number().max(1), Err(fault)),
        }
    }
}

fn read<R: BufRead>(
    lines: &mut LineReader<R>,
    limit: usize,
    begun: &mut u64,
    context: &mut Context,
) -> Result<Option<LabelledDocument>, Fault> {
    let report = &mut context.report;
    let mut bytes = 0;
    let mut header = Header::default();
    let mut document = LabelledDocument::default();
    let mut annotations = Annotations::default();
    let mut sentence = Sentence::default();
    while lines.advance(limit)? {
        let line = lines.line()?;
        bytes += line.len() + 1;
        if bytes > limit {
            return Err(Problem::TooLarge { what: "the document", limit }.into());
        }
        if *begun == 0 && !line.trim().is_empty() {
            if !line.starts_with("#FORMAT=") {
                let found = shortened(line);
                return Err(
                    Problem::Line { found, expected: "the start of the format, `#FORMAT=WebAnno TSV 3.3`" }.into()
                );
            }
            *begun = 1;
        } else if line.is_empty() {
            sentence.finish(&mut document, &mut annotations, report)?;
        } else if let Some(text) = line.strip_prefix("#Text=") {
            if sentence.has_tokens() {
                sentence.finish(&mut document, &mut annotations, report)?;
            }
            sentence.add_text(text);
        } else if let Some(comment) = line.strip_prefix('#') {
            let is_header = document.words.is_empty() && !sentence.has_tokens() && header.take(line);
            if !is_header {
                let name = comment.split(['=', ' ']).next().unwrap_or_default();
                report.lose(Loss::UnreadFields, &format!("`#{}`", shortened(name)));
            }
        } else {
            sentence.take(line, &header, &mut annotations)?;
        }
    }
    sentence.finish(&mut document, &mut annotations, report)?;
    if *begun == 0 {
        return Ok(None);
    }
    annotations.resolve(&header, &mut document, report);
    Ok(Some(document))
}
