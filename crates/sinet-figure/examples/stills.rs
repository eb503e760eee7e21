//! Draws stills again and again and says how many a second: `cargo run --release -p sinet-figure --example stills`.
//!
//! With the path of a folder it writes there instead, to look at, a page of stills and each sample in the other forms.

use std::path::Path;
use std::time::{Duration, Instant};

use sinet_figure::{SINET_CSS, StillOptions, Theme, plain_text, standalone_svg, still, tikz};
use sinet_formats::LabelledDocument;
use sinet_text::Types;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> std::io::Result<()> {
    let samples = samples::all();
    match std::env::args().nth(1) {
        Some(folder) => write(Path::new(&folder), &samples),
        None => {
            measure(&samples);
            Ok(())
        }
    }
}

fn measure(samples: &[(&str, LabelledDocument, Types)]) {
    for (name, document, types) in samples {
        let options = StillOptions::default();
        let begin = Instant::now();
        let mut count = 0u32;
        let mut bytes = 0;
        while begin.elapsed() < Duration::from_secs(1) {
            bytes = still(document, types, &options).len();
            count += 1;
        }
        println!(
            "{name:<12} {:>7.0} stills a second, {bytes} bytes each",
            f64::from(count) / begin.elapsed().as_secs_f64()
        );
    }
}

fn write(folder: &Path, samples: &[(&str, LabelledDocument, Types)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("stills.html"), page(samples))?;
    for (name, document, types) in samples {
        for (end, content) in [
            ("svg", standalone_svg(document, types, Theme::Auto, 720.0)),
            ("tex", tikz(document, types)),
            ("txt", plain_text(document, types)),
        ] {
            std::fs::write(folder.join(format!("{name}.{end}")), content)?;
        }
    }
    Ok(())
}

fn page(samples: &[(&str, LabelledDocument, Types)]) -> String {
    let stills = samples.iter().map(|(name, document, types)| {
        let options = StillOptions { scores: *name == "scores", ..StillOptions::default() };
        format!("<h2>{name}</h2>\n{}\n", still(document, types, &options))
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Stills</title>\n<style>{SINET_CSS}</style>\n<main>\n{}</main>\n</html>\n",
        stills.collect::<String>()
    )
}
