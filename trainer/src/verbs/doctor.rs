//! `sinet doctor`.

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::doctor::Findings;

/// Say what there is: versions, processor, memory, devices and why others are missing, and what auto takes
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub fn run(self) -> Result<(), Error> {
        show(&Findings::gather()?, self.json, Findings::table)
    }
}
