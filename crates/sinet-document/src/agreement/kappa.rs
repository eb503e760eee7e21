//! Cohen's kappa.

use std::collections::BTreeMap;

/// Cohen's kappa of the labels of words, from counts.
///
/// κ = (pₒ − pₑ) / (1 − pₑ), where pₒ is the share of words to which both give the same label, and
/// pₑ = Σₖ n₁ₖ n₂ₖ / N² the share to be expected if each gave their labels by chance as often as they do (J. Cohen, “A
/// coefficient of agreement for nominal scales”, Educational and Psychological Measurement 20, 1960, equation 1).
///
/// The label of a word is the set of the types of all entities that cover it: empty for most words, more than one type where
/// entities overlap. Two sets are the same label or are not; one that shares a type with another is as different as any.
/// A type that two overlapping entities give to a word counts once in its set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kappa {
    /// How often each person gives each label.
    given: [BTreeMap<Vec<String>, u64>; 2],
    /// Number of words.
    words: u64,
    /// Number of words with the same label.
    same: u64,
}

impl Kappa {
    /// Counts one word with its types, sorted and each once, by both people.
    pub(super) fn add(&mut self, first: Vec<String>, second: Vec<String>) {
        self.words += 1;
        self.same += u64::from(first == second);
        for (given, label) in self.given.iter_mut().zip([first, second]) {
            *given.entry(label).or_default() += 1;
        }
    }

    /// Number of words that were compared.
    pub fn words(&self) -> u64 {
        self.words
    }

    /// κ, at most 1; `None` without words.
    ///
    /// Where agreement is certain by chance (pₑ = 1: both give the same one label to all words), κ is 0 / 0 and defined as 1,
    /// because the two labellings are equal.
    pub fn value(&self) -> Option<f64> {
        let [first, second] = &self.given;
        let square = u128::from(self.words) * u128::from(self.words);
        let expected: u128 = first
            .iter()
            .map(|(label, &count)| u128::from(count) * u128::from(second.get(label).copied().unwrap_or(0)))
            .sum();
        let observed = u128::from(self.same) * u128::from(self.words);
        match square {
            0 => None,
            _ if expected == square => Some(1.0),
            _ => Some((observed as f64 - expected as f64) / (square - expected) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kappa(first: &str, second: &str) -> Kappa {
        let label = |label: char| if label == '-' { vec![] } else { vec![label.to_string()] };
        let mut kappa = Kappa::default();
        first.chars().zip(second.chars()).for_each(|(first, second)| kappa.add(label(first), label(second)));
        kappa
    }

    #[test]
    fn kappa_is_what_the_formula_gives() {
        for (first, second, expected) in [
            ("", "", None),
            // Certain by chance.
            ("----", "----", Some(1.0)),
            ("AB--", "AB--", Some(1.0)),
            // pₒ = 2/4, pₑ = (2·2 + 2·2) / 16 = 1/2.
            ("AA--", "A-A-", Some(0.0)),
            // pₒ = 0, pₑ = 1/2.
            ("AA--", "--AA", Some(-1.0)),
            // Both have one label each, never the same one: pₒ = pₑ = 0.
            ("AA", "BB", Some(0.0)),
            // One of them labels nothing: pₒ = 3/4 = pₑ.
            ("A---", "----", Some(0.0)),
            // pₒ = 7/10, pₑ = (3·4 + 2·1 + 5·5) / 100 = 39/100, κ = 31/61.
            ("AAABB-----", "AAA-AB----", Some(31.0 / 61.0)),
        ] {
            assert_eq!(kappa(first, second).value(), expected, "{first} {second}");
        }
    }
}
