//! Writes a tiny model folder with made-up weights, to build and test a page against before there is a trained model:
//!
//! ```console
//! cargo run -p sinet-infer --example random_model -- models/random
//! ```

#[path = "../tests/random_folder/mod.rs"]
mod random_folder;

use std::path::PathBuf;

use sinet_infer::Precision;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("name the folder to write")?;
    random_folder::random_folder(Precision::Int8).write_dir(&PathBuf::from(path))?;
    Ok(())
}
