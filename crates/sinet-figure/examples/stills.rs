//! Draws stills again and again and says how many a second: `cargo run --release -p sinet-figure --example stills`.
//!
//! With a path it writes a page of stills there instead, to look at: `… --example stills -- stills.html`.

use std::time::{Duration, Instant};

use sinet_figure::{SINET_CSS, StillOptions, still};
use sinet_formats::LabelledDocument;
use sinet_text::Types;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> std::io::Result<()> {
    let samples = samples::all();
    match std::env::args().nth(1) {
        Some(path) => std::fs::write(path, page(&samples)),
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
