//! The texts and labels of a collection, by the names of their files.

use std::collections::BTreeMap;

use crate::error::Problem;

/// The files of a collection, as indices into their names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// Texts with their labels.
    pub pairs: Vec<Pair>,
    /// Texts without labels.
    pub texts: Vec<usize>,
    /// Labels without a text.
    pub labels: Vec<usize>,
    /// All else.
    pub others: Vec<usize>,
}

/// A text and its labels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub text: usize,
    /// One file, or those of a shared task in their order.
    pub labels: Vec<usize>,
}

/// The endings of files with labels, in the order in which they are read.
const LABELS: [&str; 4] = ["ann", "a1", "a2", "rel"];

/// Finds the labels of each text: those of the same name, or of the same name in letters of another size, or in a folder
/// beside.
///
/// # Errors
/// If two texts have one name, or two files of labels.
pub(crate) fn pair(names: &[&str]) -> Result<Pairing, Problem> {
    let mut pairing = Pairing::default();
    for (index, name) in names.iter().enumerate() {
        match ending(name) {
            Some(Ending::Text) => pairing.texts.push(index),
            Some(Ending::Labels(_)) => pairing.labels.push(index),
            None => pairing.others.push(index),
        }
    }
    let depth = names.iter().map(|name| name.matches('/').count()).max().unwrap_or(0);
    pairing.pass(names, true, |name| Some(name.to_owned()))?;
    pairing.pass(names, false, |name| Some(name.to_lowercase()))?;
    // The text and the labels in two folders beside each other, at any depth.
    for level in (0..depth.min(MAX_DEPTH)).rev() {
        pairing.pass(names, false, |name| without_folder(&name.to_lowercase(), level))?;
    }
    pairing.pass(names, false, |name| name.to_lowercase().rsplit('/').next().map(str::to_owned))?;
    pairing.pairs.sort_by_key(|pair| pair.text);
    // Relations alone are no labels of brat's.
    let (lone, labels) = pairing.labels.iter().partition(|&&index| ending(names[index]) == Some(Ending::Labels(3)));
    pairing.labels = labels;
    pairing.others.extend::<Vec<usize>>(lone);
    Ok(pairing)
}

/// Folders in each other that are looked through.
const MAX_DEPTH: usize = 8;

impl Pairing {
    /// Pairs the texts and labels that have the same key and no namesake.
    fn pass(&mut self, names: &[&str], is_exact: bool, key: impl Fn(&str) -> Option<String>) -> Result<(), Problem> {
        let mut namesakes: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for &index in &self.texts {
            if let Some(key) = key(stem(names[index])) {
                namesakes.entry(key).or_default().0.push(index);
            }
        }
        for &index in &self.labels {
            if let Some(key) = key(stem(names[index])) {
                namesakes.entry(key).or_default().1.push(index);
            }
        }
        let mut taken = Vec::new();
        for (texts, mut labels) in namesakes.into_values() {
            labels.sort_by_key(|&index| ending(names[index]));
            let twice = labels.windows(2).find(|two| ending(names[two[0]]) == ending(names[two[1]]));
            if is_exact && let Some([one, other, ..]) = twice.or((texts.len() > 1).then_some(&texts[..])) {
                let (one, other) = (names[*one], names[*other]);
                return Err(Problem::Contradiction(format!("has both {one:?} and {other:?}; remove one of them")));
            }
            if let ([text], false, None) = (&texts[..], labels.is_empty(), twice) {
                taken.push(*text);
                taken.extend_from_slice(&labels);
                self.pairs.push(Pair { text: *text, labels });
            }
        }
        taken.sort_unstable();
        let is_free = |index: &usize| taken.binary_search(index).is_err();
        self.texts.retain(is_free);
        self.labels.retain(is_free);
        Ok(())
    }
}

/// The meaning of the end of a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Text,
    /// With its place in [`LABELS`].
    Labels(usize),
}

fn ending(name: &str) -> Option<Ending> {
    let (_, ending) = name.rsplit_once('.')?;
    if ending.eq_ignore_ascii_case("txt") {
        return Some(Ending::Text);
    }
    LABELS.iter().position(|labels| ending.eq_ignore_ascii_case(labels)).map(Ending::Labels)
}

/// Whether a file's name says that it has labels of brat's.
pub(crate) fn has_labels(name: &str) -> bool {
    matches!(ending(name), Some(Ending::Labels(place)) if LABELS[place] != "rel")
}

/// A name without its ending.
pub(crate) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The path with any folder at `level`, from the outermost.
fn without_folder(path: &str, level: usize) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let is_folder = level + 1 < parts.len();
    is_folder.then(|| {
        parts[level] = "*";
        parts.join("/")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(names: &[&str], expected: Expect) {
        let told = match pair(names) {
            Ok(Pairing { pairs, texts, labels, others }) => {
                let named = |indices: &[usize]| indices.iter().map(|&index| names[index]).collect::<Vec<_>>().join(" ");
                let pairs = pairs.iter().map(|pair| format!("{}: {}\n", names[pair.text], named(&pair.labels)));
                pairs.collect::<String>() + &format!("- {} | {} | {}", named(&texts), named(&labels), named(&others))
            }
            Err(problem) => problem.to_string(),
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn labels_are_found_by_the_names_of_their_texts() {
        check(
            &["a.txt", "a.ann", "b/c.TXT", "b/C.Ann", "README.txt", "d.ann", "annotation.conf"],
            expect![[r#"
                a.txt: a.ann
                b/c.TXT: b/C.Ann
                - README.txt | d.ann | annotation.conf"#]],
        );
        check(
            &["PMID-1.a2", "PMID-1.txt", "PMID-1.a1", "x.rel"],
            expect![[r#"
                PMID-1.txt: PMID-1.a1 PMID-1.a2
                -  |  | x.rel"#]],
        );
        check(
            &[
                "train/txt/1.txt",
                "train/ann/1.ann",
                "dev/txt/1.txt",
                "dev/ann/1.ann",
                "texts/x/7.txt",
                "labels/x/7.ann",
            ],
            expect![[r#"
                train/txt/1.txt: train/ann/1.ann
                dev/txt/1.txt: dev/ann/1.ann
                texts/x/7.txt: labels/x/7.ann
                -  |  | "#]],
        );
        check(&["a/1.txt", "b/1.txt", "c/1.ann"], expect!["- a/1.txt b/1.txt | c/1.ann | "]);
        check(&["a.txt", "a.TXT"], expect![[r#"has both "a.txt" and "a.TXT"; remove one of them"#]]);
    }
}
