//! `sinet docs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sinet::Error;
use sinet::console::{print, say};
use sinet::docs::{Updated, check, update};

use crate::arguments::OnDevice;

/// Read the texts in documentation, for sinet-docs to draw
#[derive(Debug, Subcommand)]
pub enum Docs {
    /// Write what models say of all texts into sinet.lock.json
    Update(Folder),
    /// Read all texts again: exit code 1 if a model says something else than sinet.lock.json
    Check(Folder),
}

/// A docs folder.
#[derive(Debug, Args)]
pub struct Folder {
    /// The folder with the sources, sinet-docs.toml or book.toml, and sinet.lock.json
    #[arg(default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    on: OnDevice,
}

impl Docs {
    pub fn run(self) -> Result<(), Error> {
        match self {
            Self::Update(Folder { folder, on }) => {
                let Updated { kept, read, removed } = update(&folder, &on.for_reading()?)?;
                print(&format!("{read} texts read, {kept} entries kept, {removed} removed"))
            }
            Self::Check(Folder { folder, on }) => {
                let checked = check(&folder, &on.for_reading()?)?;
                for name in &checked.other_models {
                    say(format_args!("{name} is another model than that of sinet.lock.json"));
                }
                checked.drift.iter().for_each(say);
                match checked.drift.len() {
                    0 => print(&format!("{} texts read, all as in sinet.lock.json", checked.read)),
                    labels => Err(Error::Drift { labels }),
                }
            }
        }
    }
}
