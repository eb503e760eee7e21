//! The results of a benchmark, as a Markdown table and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::machine;
use super::sample::{Samples, Times};

/// Everything that one benchmark found.
pub struct Report {
    benchmark: &'static str,
    /// Year, month and day.
    date: String,
    processor: String,
    cores: usize,
    versions: BTreeMap<String, String>,
    comparisons: Vec<Comparison>,
    /// The facts that the reader has to know beside the numbers.
    notes: Vec<String>,
}

/// The same work, done by this project and by a peer.
pub struct Comparison {
    /// The work that was measured.
    pub work: String,
    /// How many sentences that read.
    pub sentences: usize,
    /// This project's times.
    pub ours: Times,
    /// The name of the peer.
    pub peer: String,
    /// The peer's times; none where it could not be had.
    pub theirs: Times,
}

impl Report {
    /// A report that knows the machine and nothing else.
    ///
    /// # Errors
    /// When the machine does not say what it is.
    pub fn new(benchmark: &'static str) -> Result<Self> {
        Ok(Self {
            benchmark,
            date: machine::date()?,
            processor: machine::processor()?,
            cores: machine::cores()?,
            versions: BTreeMap::from([("sinet".to_owned(), machine::commit()?)]),
            comparisons: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Adds a row.
    pub fn compare(&mut self, comparison: Comparison) {
        self.comparisons.push(comparison);
    }

    /// Adds the versions that were measured.
    pub fn add_versions(&mut self, samples: &Samples) {
        self.versions.extend(samples.versions.clone());
    }

    /// Adds a sentence below the table, and says it at once.
    pub fn note(&mut self, note: String) {
        eprintln!("{note}");
        self.notes.push(note);
    }

    /// For people, and for files that they read.
    pub fn markdown(&self) -> String {
        let Self { benchmark, date, processor, cores, versions, .. } = self;
        let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let mut text = format!(
            "`cargo xtask bench {benchmark}` on {date}, {cores} cores of {processor}; {}.\n\n\
             | work | ours: median ms | minimum ms | sentences/s | peer | median ms | minimum ms | sentences/s | \
             time ours/theirs | theirs/ours |\n|---|--:|--:|--:|---|--:|--:|--:|--:|--:|\n",
            versions.join(", ")
        );
        for row in &self.comparisons {
            let Comparison { work, sentences, ours, peer, theirs } = row;
            let ratio = ours.ratio(theirs);
            let [ours, theirs] = [ours, theirs].map(|times| {
                let rate = times.median().map(|median| per_second(*sentences, median));
                [times.median(), times.minimum(), rate].map(number).join(" | ")
            });
            let ratios = [ratio, ratio.map(f64::recip)].map(number).join(" | ");
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {work} | {ours} | {peer} | {theirs} | {ratios} |");
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    /// For programs: the same, and every single time.
    pub fn json(&self) -> Value {
        let comparisons: Vec<_> = self.comparisons.iter().map(Comparison::json).collect();
        json!({
            "benchmark": self.benchmark, "date": self.date, "processor": self.processor, "cores": self.cores,
            "versions": self.versions, "comparisons": comparisons, "notes": self.notes,
        })
    }
}

impl Comparison {
    fn json(&self) -> Value {
        let ratio = self.ours.ratio(&self.theirs);
        let side = |times: &Times| {
            json!({
                "median_ms": times.median(), "minimum_ms": times.minimum(),
                "sentences_per_second": times.median().map(|median| per_second(self.sentences, median)),
                "rounds_ms": times.0,
            })
        };
        json!({
            "work": self.work, "sentences": self.sentences, "peer": self.peer, "ours": side(&self.ours),
            "theirs": side(&self.theirs), "ours_by_theirs": ratio, "theirs_by_ours": ratio.map(f64::recip),
        })
    }
}

fn per_second(sentences: usize, milliseconds: f64) -> f64 {
    sentences as f64 * 1e3 / milliseconds
}

/// With at least three digits; a dash where there is none.
fn number(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn made_up() -> Report {
        Report {
            benchmark: "native",
            date: "2026-11-25".to_owned(),
            processor: "Abacus".to_owned(),
            cores: 2,
            versions: [("peer", "1.2"), ("sinet", "abc1234")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            comparisons: vec![
                Comparison {
                    work: "one text".to_owned(),
                    sentences: 1,
                    ours: Times(vec![vec![2.0, 3.0], vec![4.0]]),
                    peer: "peer f32".to_owned(),
                    theirs: Times(vec![vec![5.0], vec![7.0, 8.0, 9.0]]),
                },
                Comparison {
                    work: "1000 sentences".to_owned(),
                    sentences: 1000,
                    ours: Times(vec![vec![1500.0]]),
                    peer: "peer int8".to_owned(),
                    theirs: Times::default(),
                },
            ],
            notes: vec!["peer int8 is skipped: it is not here.".to_owned()],
        }
    }

    #[test]
    fn a_table_for_people() {
        expect![[r#"
            `cargo xtask bench native` on 2026-11-25, 2 cores of Abacus; peer 1.2, sinet abc1234.

            | work | ours: median ms | minimum ms | sentences/s | peer | median ms | minimum ms | sentences/s | time ours/theirs | theirs/ours |
            |---|--:|--:|--:|---|--:|--:|--:|--:|--:|
            | one text | 3.00 | 2.00 | 333 | peer f32 | 7.50 | 5.00 | 133 | 0.50 | 2.00 |
            | 1000 sentences | 1500 | 1500 | 667 | peer int8 | – | – | – | – | – |

            peer int8 is skipped: it is not here.
        "#]]
        .assert_eq(&made_up().markdown());
    }

    #[test]
    fn everything_for_programs() {
        expect![[r#"
            {
              "benchmark": "native",
              "date": "2026-11-25",
              "processor": "Abacus",
              "cores": 2,
              "versions": {
                "peer": "1.2",
                "sinet": "abc1234"
              },
              "comparisons": [
                {
                  "work": "one text",
                  "sentences": 1,
                  "peer": "peer f32",
                  "ours": {
                    "median_ms": 3.0,
                    "minimum_ms": 2.0,
                    "sentences_per_second": 333.3333333333333,
                    "rounds_ms": [
                      [
                        2.0,
                        3.0
                      ],
                      [
                        4.0
                      ]
                    ]
                  },
                  "theirs": {
                    "median_ms": 7.5,
                    "minimum_ms": 5.0,
                    "sentences_per_second": 133.33333333333334,
                    "rounds_ms": [
                      [
                        5.0
                      ],
                      [
                        7.0,
                        8.0,
                        9.0
                      ]
                    ]
                  },
                  "ours_by_theirs": 0.5,
                  "theirs_by_ours": 2.0
                },
                {
                  "work": "1000 sentences",
                  "sentences": 1000,
                  "peer": "peer int8",
                  "ours": {
                    "median_ms": 1500.0,
                    "minimum_ms": 1500.0,
                    "sentences_per_second": 666.6666666666666,
                    "rounds_ms": [
                      [
                        1500.0
                      ]
                    ]
                  },
                  "theirs": {
                    "median_ms": null,
                    "minimum_ms": null,
                    "sentences_per_second": null,
                    "rounds_ms": []
                  },
                  "ours_by_theirs": null,
                  "theirs_by_ours": null
                }
              ],
              "notes": [
                "peer int8 is skipped: it is not here."
              ]
            }
        "#]]
        .assert_eq(&format!("{:#}\n", made_up().json()));
    }
}
