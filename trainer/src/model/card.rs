//! The card of a model: its size, its training, its scores and its limits, for people.

use std::fmt::Write;

use sinet_infer::{BetaScaling, ModelConfig, Precision, Scaling};
use sinet_text::Report;

use crate::Error;
use crate::model::evaluate::by_task;
use crate::model::record::TrainingRecord;

/// The file of the card.
pub const CARD: &str = "README.md";

/// The card of a model of so many bytes, with its scores and the name of the file that they were reached on.
///
/// # Errors
///
/// [`Error::Data`], if the record of its training cannot be read.
pub fn card(
    config: &ModelConfig,
    precision: Precision,
    bytes: u64,
    scored: Option<&(Report, &str)>,
) -> Result<String, Error> {
    let mut card = String::new();
    let stored = match precision {
        Precision::F32 => "32-bit floats",
        Precision::F16 => "16-bit floats",
        Precision::Int8 => "int8 with per-row scales",
    };
    let record = TrainingRecord::of(config)?;
    // Writing to a String cannot fail.
    let _ = write!(
        card,
        "# {}\n\nA SINET model (joint entity and relation extraction) of {:.1} MB, {stored}.\n\n",
        config.name,
        bytes as f64 / 1e6
    );
    if let Some((record, run)) = &record {
        let TrainingRecord { encoder_sha256, encoder_revision, epochs, train_sentences, device, data, .. } = record;
        let teaching = data.as_ref().and_then(|data| data.teaching.as_ref());
        let revision = encoder_revision.as_ref().map_or(String::new(), |revision| format!(" at revision `{revision}`"));
        let sentences = train_sentences.map_or(String::new(), |count| format!(" on {count} sentences"));
        let device = device.as_ref().map_or(String::new(), |device| format!(", on {device}"));
        let _ = write!(
            card,
            "- Encoder: `{}`{revision}, SHA-256 of its weights {encoder_sha256}\n\
             - Trained{sentences} for {epochs} of {} epochs, seed {}{device}. With the configuration below in `run.toml` and the data set in `DIR`,\n\
             \x20 `sinet train --config run.toml --data DIR --output RUN` leaves this model in `RUN`\n",
            run.encoder, run.train.epochs, run.train.seed,
        );
        for (name, sha256) in data.iter().flat_map(|data| &data.sha256) {
            let _ = writeln!(card, "- SHA-256 of `{name}` in the data set: {sha256}");
        }
        for (folder, sha256) in teaching.iter().flat_map(|teaching| &teaching.teachers) {
            let _ = writeln!(
                card,
                "- Learned from the teacher `{}`, SHA-256 of its manifest.json {sha256}",
                folder.display()
            );
        }
        let texts = teaching.and_then(|teaching| teaching.unlabelled.as_ref());
        if let Some(((file, sha256), sentences)) = texts.zip(record.unlabelled_sentences) {
            let _ = writeln!(
                card,
                "- The teachers also answered for {sentences} sentences without labels of `{}`, SHA-256 {sha256}",
                file.display()
            );
        }
        card.push('\n');
    }
    card.push_str("## Scores\n\n");
    match scored {
        Some((report, name)) => scores(&mut card, report, name),
        None => card.push_str("None yet: `sinet card DIR --data dev.json` writes those of these very files.\n"),
    }
    let Scaling { entity, relation: BetaScaling { below, above, offset } } = config.scaling;
    if config.scaling != Scaling::default() {
        let _ = write!(
            card,
            "\nScores are calibrated: the logits of entities are divided by {entity:.3}; a relation of probability p has the logit\n\
             {below:.3} ln p - {above:.3} ln(1 - p) + {offset:.3} (beta calibration).\n"
        );
    }
    let types = |names: Vec<&str>| names.join(", ");
    let schema = &config.schema;
    let _ = write!(
        card,
        "\nA relation is reported from a score of {:.2} on.\n\n\
         ## Types\n\nEntities: {}. Relations: {}.\n\n\
         ## Limits\n\n\
         Entities are at most {} words wide. Each sentence is read {}. The epoch, and the threshold if it is\n\
         tuned, were chosen on the development data, so scores on these are a little better than on text that nobody has seen.\n",
        config.relation_threshold,
        types(schema.entities.iter().map(|kind| kind.verbose.as_str()).collect()),
        types(schema.relations.iter().map(|kind| kind.verbose.as_str()).collect()),
        config.max_span_words,
        match config.context_words {
            0 => "by itself".to_owned(),
            words => format!("with up to {words} words of its text on each side"),
        },
    );
    if let Some((record, _)) = &record {
        let _ = write!(card, "\n## Configuration\n\n```toml\n{}```\n", record.toml()?);
    }
    Ok(card)
}

fn scores(card: &mut String, report: &Report, name: &str) {
    let _ = write!(
        card,
        "Of these very files, micro averages in percent on the {} sentences of `{name}`. Symmetric relations:\n\
         {}. Reproduce with\n`sinet evaluate --model DIR --data {name} --symmetric {}`.\n\n\
         | | precision | recall | F1 |\n|---|---|---|---|\n",
        report.sentences,
        report.symmetric_rule,
        report.symmetric_rule.name(),
    );
    for (task, scores) in by_task(report) {
        let f = &scores.micro;
        let _ = writeln!(card, "| {task} | {:.2} | {:.2} | {:.2} |", f.precision, f.recall, f.f1);
    }
}
