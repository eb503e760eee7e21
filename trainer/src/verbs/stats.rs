//! `sinet stats`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::corpus::graph::{write_n_triples, write_neo4j};
use sinet::corpus::stats::{Stats, Summary};

/// Count the entities and triples that `sinet predict` has found, and write them as a graph
///
/// Mentions of one type are one entity where their names are the same but for case and white space.
#[derive(Debug, Args)]
pub struct StatsOf {
    /// What `sinet predict` has written: JSON lines, Parquet, Arrow; folders of these, or patterns
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// The most frequent entities and triples to print, so many of each
    #[arg(long, default_value_t = 20)]
    most: usize,
    /// A folder for nodes.csv and relationships.csv, as `neo4j-admin database import` reads them
    #[arg(long, value_name = "FOLDER")]
    neo4j: Option<PathBuf>,
    /// A file for N-Triples
    #[arg(long, value_name = "FILE")]
    n_triples: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl StatsOf {
    pub fn run(self) -> Result<(), Error> {
        let stats = Stats::of_files(&self.input)?;
        if let Some(folder) = &self.neo4j {
            write_neo4j(&stats, folder)?;
        }
        if let Some(file) = &self.n_triples {
            write_n_triples(&stats, file)?;
        }
        show(&stats.summary(self.most), self.json, Summary::table)
    }
}
