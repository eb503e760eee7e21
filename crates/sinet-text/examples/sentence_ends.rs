//! How well the ends of sentences are found: `cargo run --release -p sinet-text --example sentence_ends FILE...`.
//!
//! A file has a sentence a line and an empty line between texts. The sentences of a text are joined by single spaces and
//! split again; its last end is not counted. With `-v` every difference is printed.

use std::collections::BTreeSet;
use std::path::Path;

use sinet_text::sentences::split;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let is_verbose = arguments.next_if(|argument| argument == "-v").is_some();
    for file in arguments {
        let content = std::fs::read_to_string(&file)?;
        let (mut correct, mut found, mut expected) = (0, 0, 0);
        for text in content.split("\n\n") {
            let sentences: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            let text = sentences.join(" ");
            let mut end = 0;
            let gold = sentences.iter().map(|sentence| {
                end += sentence.len() + 1;
                end - 1
            });
            let inside = |end: &usize| *end < text.len();
            let gold: BTreeSet<usize> = gold.filter(inside).collect();
            let ends: BTreeSet<usize> = split(&text).iter().map(|sentence| sentence.end).filter(inside).collect();
            correct += gold.intersection(&ends).count();
            found += ends.len();
            expected += gold.len();
            for (what, ends) in [("missed", gold.difference(&ends)), ("too many", ends.difference(&gold))] {
                for &end in ends.filter(|_| is_verbose) {
                    let before: Vec<char> = text[..end].chars().rev().take(50).collect();
                    let after: String = text[end..].chars().take(30).collect();
                    println!("{what}: {}|{after}", before.iter().rev().collect::<String>());
                }
            }
        }
        let percent = |part: usize, whole: usize| if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 };
        let name = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        println!(
            "{name}: F1 {:.2} %, precision {:.2} %, recall {:.2} % of {expected} ends",
            percent(2 * correct, found + expected),
            percent(correct, found),
            percent(correct, expected),
        );
    }
    Ok(())
}
