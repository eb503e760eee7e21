//! Names of types that a person may have meant to be one.

use std::collections::BTreeMap;

/// The names that differ from another only by case, white space, `-` and `_`, each with those that it is like.
pub(crate) fn alike<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        let letters = name.chars().filter(|&c| !c.is_whitespace() && !matches!(c, '-' | '_'));
        groups.entry(letters.flat_map(char::to_lowercase).collect()).or_default().push(name.to_owned());
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_one_are_found() {
        let found = alike(["ORG", "ORG ", "org", "Live_In", "live-in", "Loc", "Locs", ""].into_iter());
        assert_eq!(found, [vec!["Live_In", "live-in"], vec!["ORG", "ORG ", "org"]]);
    }
}
