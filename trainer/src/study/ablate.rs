//! The paper's experiments with variants of the network (section 6.1 and 6.2).

use std::fmt::Write;
use std::path::Path;

use burn::tensor::Device;
use clap::ValueEnum;
use serde::Serialize;
use sinet_model::{Agent, Interaction, Pooling};
use sinet_text::SymmetricRule;

use crate::Error;
use crate::config::{ModelSection, RunConfig};
use crate::dataset::Data;
use crate::study::seeds::{Scores, check_seeds, train_seeds};

/// Trains every variant of an experiment with `runs` seeds from the configuration's on, each in a folder of its own below
/// `output`, and gathers the scores. A run that is complete in its folder is not trained again, and one that was interrupted
/// goes on.
///
/// # Errors
///
/// As [`train`](crate::run::train::train).
pub fn ablate(
    experiment: Experiment,
    config: &RunConfig,
    device: &Device,
    data: &Path,
    output: &Path,
    runs: u64,
) -> Result<Table, Error> {
    let variants: Vec<_> = experiment.variants().into_iter().map(|variant| variant.of(config)).collect();
    let folder = |group: &str, setting: &str| {
        let name = slug(group, setting);
        move |seed| output.join(format!("{name}-{seed}"))
    };
    let identity = Data::read(data, &config.distil)?.identity;
    for (group, setting, config) in &variants {
        check_seeds(config, &identity, runs, folder(group, setting))?;
    }
    let mut rows: Vec<Row> = Vec::new();
    for (group, setting, config) in variants {
        // The default of one group is the default of all: it is trained once.
        if let Some(same) = rows.iter().find(|row| row.model == config.model) {
            rows.push(Row { group, setting, ..same.clone() });
            continue;
        }
        let scores = train_seeds(&config, device, data, runs, folder(group, setting))?;
        rows.push(Row { group, setting, model: config.model, scores });
    }
    Ok(Table { experiment, epochs: config.train.epochs, symmetric_rule: SymmetricRule::default(), rows })
}

/// An experiment of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
pub enum Experiment {
    /// Pooling of spans and contexts, the agent of CTAM, its layer normalisation
    #[serde(rename = "table 3")]
    Table3,
    /// The network without TAP, and without one or both directions of CTAM
    #[serde(rename = "table 4")]
    Table4,
    /// The heads and the layers of CTAM
    #[serde(rename = "figure 3")]
    Figure3,
}

struct Variant {
    group: &'static str,
    setting: &'static str,
    change: Change,
}

type Change = fn(&mut ModelSection);

impl Variant {
    /// Its place in the table, and the configuration of its runs.
    fn of(self, config: &RunConfig) -> (&'static str, &'static str, RunConfig) {
        let Self { group, setting, change } = self;
        let mut config = config.clone();
        change(&mut config.model);
        (group, setting, config)
    }
}

impl Experiment {
    /// Its variants, in the paper's order.
    fn variants(self) -> Vec<Variant> {
        let variants: &[(&str, &str, Change)] = match self {
            Self::Table3 => &[
                ("Entity span", "Max", |model| model.span_pooling = Pooling::Max),
                ("Entity span", "Sum", |model| model.span_pooling = Pooling::Sum),
                ("Entity span", "Average", |model| model.span_pooling = Pooling::Mean),
                ("Local context", "Max", |model| model.context_pooling = Pooling::Max),
                ("Local context", "Sum", |model| model.context_pooling = Pooling::Sum),
                ("Local context", "Average", |model| model.context_pooling = Pooling::Mean),
                ("Interactive agent", "CLS", |model| model.ctam.agent = Agent::Cls),
                ("Interactive agent", "Max", |model| model.ctam.agent = Agent::Max),
                ("Interactive agent", "Average", |model| model.ctam.agent = Agent::Mean),
                ("LayerNorm", "with", |model| model.ctam.layer_norm = true),
                ("LayerNorm", "without", |model| model.ctam.layer_norm = false),
            ],
            Self::Table4 => &[
                ("", "Base", |model| model.interaction = Interaction::Base),
                ("", "Base+TAP", |model| model.interaction = Interaction::Tap),
                ("", "Base+TAP+CTAM-NER", |model| model.interaction = Interaction::CtamNer),
                ("", "Base+TAP+CTAM-RE", |model| model.interaction = Interaction::CtamRe),
                ("", "Base+TAP+CTAM", |model| model.interaction = Interaction::Ctam),
            ],
            Self::Figure3 => &[
                ("Heads", "1", |model| model.ctam.heads = 1),
                ("Heads", "2", |model| model.ctam.heads = 2),
                ("Heads", "4", |model| model.ctam.heads = 4),
                ("Heads", "8", |model| model.ctam.heads = 8),
                ("Layers", "1", |model| model.ctam.layers = 1),
                ("Layers", "2", |model| model.ctam.layers = 2),
                ("Layers", "3", |model| model.ctam.layers = 3),
                ("Layers", "4", |model| model.ctam.layers = 4),
                ("Layers", "5", |model| model.ctam.layers = 5),
            ],
        };
        variants.iter().map(|&(group, setting, change)| Variant { group, setting, change }).collect()
    }
}

/// The name of a folder.
fn slug(group: &str, setting: &str) -> String {
    let name = format!("{group} {setting}").to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The scores of all variants.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The experiment.
    pub experiment: Experiment,
    /// The epochs of each run.
    pub epochs: u64,
    /// How relations of symmetric types were compared.
    pub symmetric_rule: SymmetricRule,
    /// The variants, in the paper's order.
    pub rows: Vec<Row>,
}

/// The scores of a variant.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The part that is varied; empty where the experiment varies one thing.
    pub group: &'static str,
    /// The variant.
    pub setting: &'static str,
    /// The network that was trained.
    pub model: ModelSection,
    /// A seed after the other.
    pub scores: Scores,
}

impl Table {
    /// The table in the paper's layout: mean and standard deviation over the seeds.
    pub fn markdown(&self) -> String {
        let runs = self.rows.first().map_or(0, |row| row.scores.0.len());
        let mut table = String::from("| Ablation | Settings | Ent | Rel | Rel+ |\n|---|---|---|---|---|\n");
        // Writing to a String cannot fail.
        for Row { group, setting, scores, .. } in &self.rows {
            let _ = writeln!(table, "| {group} | {setting} |{}", scores.cells());
        }
        let _ = writeln!(
            table,
            "\nMicro F1 in percent on the development data after the best of {} epochs; mean and standard deviation over \
             {runs} seeds. Ent: entities; Rel: relations by boundaries; Rel+: strict. Symmetric relations: {}.",
            self.epochs, self.symmetric_rule
        );
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_a_folder_of_its_own() {
        for experiment in [Experiment::Table3, Experiment::Table4, Experiment::Figure3] {
            let names: Vec<_> = experiment.variants().iter().map(|v| slug(v.group, v.setting)).collect();
            let distinct: std::collections::HashSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{names:?}");
        }
    }
}
