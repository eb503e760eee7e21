//! The tests under `tests/page`, each driving the built page in Chromium.
//!
//! They take most of the time of all tests, and most changes do not touch the page. So a file of tests that was good is run
//! again only when it, or something that it tests, has changed; the build folder keeps what it was good for.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha384};

use crate::{hashes, paths, process, tools};

/// Runs every file that is not known to be good, also after one has failed.
///
/// # Errors
/// When one fails, or when something that the tests need cannot be installed.
pub fn test() -> Result<()> {
    let chromium = tools::for_browser_tests()?;
    let folder = paths::root()?.join("tests/page");
    let tests = tests(&folder)?;
    if tests.is_empty() {
        bail!("{} holds no test (*.test.mjs)", folder.display());
    }
    let subjects = Subjects::find(&chromium)?;
    let known = paths::target()?.join("good-browser-tests");
    fs::create_dir_all(&known)?;
    let mut failed = Vec::new();
    for file in tests {
        let name = file.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        let (state, mark) = (subjects.with(&file)?, known.join(&name));
        if env::var_os("SINET_SHOTS").is_none() && fs::read(&mark).is_ok_and(|good| good == state) {
            println!("{name}: nothing has changed since it was good");
            continue;
        }
        // One file at a time: each starts a browser that wants all cores.
        let mut node = Command::new("node");
        node.args(["--test", "--test-concurrency=1"]).arg(&file).current_dir(&folder);
        node.env("CHROMIUM", &chromium).env("SINET_BIN", paths::sinet()?);
        node.env("SINET_DIST", paths::dist()?).env("SINET_EMBED", paths::dist_embed()?);
        match process::run(&mut node) {
            Ok(()) => fs::write(&mark, &state)?,
            Err(_) => failed.push(name),
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join(", "));
    }
    Ok(())
}

/// The files of tests in a folder, sorted.
fn tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|file| is_test(file));
    files.sort();
    Ok(files)
}

fn is_test(file: &Path) -> bool {
    file.to_string_lossy().ends_with(".test.mjs")
}

/// All that the tests have in common: the built folders, the program, the browser, and every script and table of the repository
/// that one of them may load.
struct Subjects(Sha384);

impl Subjects {
    fn find(chromium: &Path) -> Result<Self> {
        let mut subjects = Sha384::new();
        for folder in [paths::dist()?, paths::dist_embed()?] {
            for (name, hash) in hashes::below(&folder)? {
                subjects.update(name);
                subjects.update(hash);
            }
        }
        let root = paths::root()?;
        let may_be_loaded = |file: &PathBuf| {
            file.extension().is_some_and(|end| ["mjs", "js", "json"].iter().any(|known| end == *known))
                && !is_test(file)
        };
        for file in paths::listed(&root)?.iter().filter(|file| may_be_loaded(file)) {
            subjects.update(hashes::of(&root.join(file))?);
        }
        subjects.update(hashes::of(&paths::sinet()?)?);
        subjects.update(process::output(Command::new(chromium).arg("--version"))?);
        Ok(Self(subjects))
    }

    /// What a file of tests is good for, if it is.
    fn with(&self, test: &Path) -> Result<Vec<u8>> {
        Ok(self.0.clone().chain_update(hashes::of(test)?).finalize().to_vec())
    }
}
