//! A run as one HTML file that needs no network and no script: how it went, how good it is, and what it gets wrong.

mod confusion;
mod curves;
mod errors;

use std::fmt::Write;
use std::path::Path;

use burn::tensor::Device;
use sinet_figure::{STYLE, escaped};
use sinet_infer::Model;
use sinet_text::{Report, SymmetricRule};

use crate::Error;
use crate::model::evaluate::{TASKS, by_task, micro_f1, predict, score};
use crate::model::folder::read_model;
use crate::model::scoring::Scoring;
use crate::run::folder::MODEL_BEST;
use crate::run::metrics::{Update, read_epochs, read_updates};
use confusion::Confusion;
use curves::{Curve, figure, thinned};

/// Points of a curve over updates.
const POINTS: usize = 300;

/// The report of a finished run: its course from `metrics.jsonl`, and the answers of its best model on labelled sentences.
///
/// # Errors
///
/// [`Error`], if the run has no model, or a sentence cannot be read.
pub fn report<'a>(run: &Path, scoring: impl FnOnce(&Model) -> Result<Scoring<'a>, Error>) -> Result<String, Error> {
    let model = read_model(&run.join(MODEL_BEST), &Device::flex())?;
    let Scoring { sentences, name, rule } = scoring(&model)?;
    let predictions = predict(&model, &sentences, model.thresholds())?;
    let schema = model.schema();
    let scores = score(schema, &sentences, &predictions, rule);

    let mut entities = Confusion::new(schema.entities.len());
    let mut relations = Confusion::new(schema.relations.len());
    for (example, found) in sentences.sentences.iter().zip(&predictions) {
        entities.add_entities(example.labels(), found.labels());
        relations.add_relations(example.labels(), found.labels());
    }
    let entity_types: Vec<&str> = schema.entities.iter().map(|kind| kind.verbose.as_str()).collect();
    let relation_types: Vec<&str> = schema.relations.iter().map(|kind| kind.verbose.as_str()).collect();

    let title = escaped(model.name());
    let parts = [
        course(run)?,
        per_type(&scores, &name, rule),
        format!("<h2>What is taken for what</h2>\n{CONFUSION_NOTE}"),
        matrix("Entities", &entity_types, &entities),
        matrix("Relations", &relation_types, &relations),
        "<h2>Sentences with the most errors</h2>\n".to_owned(),
        errors::worst(schema, &sentences, &predictions),
    ];
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{OWN_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{}</main>\n\
         </body>\n</html>\n",
        parts.concat()
    ))
}

/// Beside the style of the page's own exports.
const OWN_STYLE: &str = include_str!("report/report.css");

const CONFUSION_NOTE: &str = "<p>Rows are what is labelled, columns what was found. “None” is a label that was missed, or one \
                              that is not there.</p>\n";

fn course(run: &Path) -> Result<String, Error> {
    let updates = read_updates(run)?;
    let of = |value: fn(&Update) -> f64| {
        thinned(updates.iter().map(|update| (update.updates as f64, value(update))).collect(), POINTS)
    };
    let losses = [
        Curve { name: "entities", points: of(|update| update.entity_loss) },
        Curve { name: "relations", points: of(|update| update.relation_loss) },
    ];
    let some = |value: fn(&Update) -> Option<f64>| {
        let points = updates.iter().filter_map(|update| Some((update.updates as f64, value(update)?)));
        thinned(points.collect(), POINTS)
    };
    let taught = [
        Curve { name: "entities", points: some(|update| update.taught_entity_loss) },
        Curve { name: "relations", points: some(|update| update.taught_relation_loss) },
    ];
    let rate = [Curve { name: "learning rate", points: of(|update| update.learning_rate) }];
    let epochs: Vec<_> =
        read_epochs(run)?.into_iter().map(|epoch| (epoch.epoch as f64, micro_f1(&epoch.dev))).collect();
    let f1 = [0, 1, 2]
        .map(|task| Curve { name: TASKS[task], points: epochs.iter().map(|(epoch, f1)| (*epoch, f1[task])).collect() });
    Ok([
        "<h2>Course</h2>\n".to_owned(),
        figure("Micro F1 on the development data, in percent", "epochs", &f1),
        figure("Loss", "updates", &losses),
        figure("Distance from the teachers", "updates", &taught),
        figure("Learning rate", "updates", &rate),
    ]
    .concat())
}

fn per_type(scores: &Report, name: &str, rule: SymmetricRule) -> String {
    let mut html = format!(
        "<h2>Scores</h2>\n<p>The best epoch, as stored in <code>{MODEL_BEST}</code>, on the {} sentences of {}, in percent. \
         Symmetric relations: {rule}.</p>\n",
        scores.sentences,
        escaped(name)
    );
    for (task, scores) in by_task(scores) {
        let types = scores.per_type.iter().map(|(kind, of)| (kind.as_str(), of.figures, of.support.to_string()));
        let averages = [("micro", scores.micro, String::new()), ("macro", scores.macro_average, String::new())];
        let rows = types.chain(averages).map(|(kind, f, support)| {
            [escaped(kind), format!("{:.2}", f.precision), format!("{:.2}", f.recall), format!("{:.2}", f.f1), support]
        });
        table(&mut html, task, &["Type", "Precision", "Recall", "F1", "Labelled"], rows);
    }
    html
}

fn matrix(caption: &str, types: &[&str], Confusion { counts }: &Confusion) -> String {
    let names: Vec<&str> = types.iter().copied().chain(["none"]).collect();
    let columns: Vec<&str> = [""].into_iter().chain(names.iter().copied()).collect();
    let rows = names.iter().zip(counts).map(|(name, row)| {
        let cells = row.iter().map(|count| if *count == 0 { String::new() } else { count.to_string() });
        [escaped(name)].into_iter().chain(cells).collect::<Vec<_>>()
    });
    let mut html = String::new();
    table(&mut html, caption, &columns, rows);
    html
}

/// `columns` and `caption` are text, cells are HTML; the first cell of a row heads it.
fn table<R: AsRef<[String]>>(html: &mut String, caption: &str, columns: &[&str], rows: impl Iterator<Item = R>) {
    let heads: String = columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", escaped(column))).collect();
    // Writing to a String cannot fail.
    let _ =
        write!(html, "<table>\n<caption>{}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n", escaped(caption));
    for row in rows {
        let (head, cells) = row.as_ref().split_first().expect("a row has a head");
        let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        let _ = writeln!(html, "<tr><th scope=\"row\">{head}</th>{cells}</tr>");
    }
    html.push_str("</tbody>\n</table>\n");
}
