//! The size of each part of the built page, as it is and compressed for the wire.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// Prints a table of the page's code: one row a file, biggest first.
///
/// # Errors
/// When a file cannot be read.
pub fn print(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    files.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let compressed = if process::exists("node") { compressed_sizes(&files)? } else { Vec::new() };

    println!("\n{:<48} {:>12} {:>12} {:>12}", "file in dist/", "bytes", "gzip", "brotli");
    for (row, (bytes, path)) in files.iter().enumerate() {
        let name = path.strip_prefix(dist)?.display().to_string();
        let [gzip, brotli] = compressed.get(row).map_or(["-".into(), "-".into()], |sizes| sizes.map(|n| n.to_string()));
        println!("{name:<48} {bytes:>12} {gzip:>12} {brotli:>12}");
    }
    Ok(())
}

/// All code under a folder, with its size in bytes. Models are left out: their size stands in their manifest.
fn collect(folder: &Path, files: &mut Vec<(u64, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let extension = path.extension().unwrap_or_default();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if ["wasm", "js", "mjs", "css", "html"].iter().any(|code| extension == *code) {
            files.push((entry.metadata()?.len(), path));
        }
    }
    Ok(())
}

/// For each file its size in bytes under gzip and under brotli, at the levels a static host would use.
fn compressed_sizes(files: &[(u64, PathBuf)]) -> Result<Vec<[u64; 2]>> {
    const SCRIPT: &str = "
        const { gzipSync, brotliCompressSync } = require('node:zlib');
        const sizes = process.argv.slice(1).map((path) => {
            const bytes = require('node:fs').readFileSync(path);
            return [gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
        });
        console.log(JSON.stringify(sizes));";
    let printed = process::output(Command::new("node").args(["-e", SCRIPT]).args(files.iter().map(|(_, path)| path)))?;
    serde_json::from_str(&printed).context("node printed no sizes")
}
