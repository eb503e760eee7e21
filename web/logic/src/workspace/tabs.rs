//! The tabs beside the text. Each has an address of its own, and a key.

/// A tab beside the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Reasons for what is selected.
    #[default]
    Why,
    /// The places that the model looked at.
    Attention,
    /// All labels as tables.
    Triples,
    /// Another model beside.
    Compare,
    /// Thresholds, and parts of the network.
    Thresholds,
    /// A person's own types.
    Types,
    /// Labels that are found and replaced.
    Replace,
}

impl Tab {
    /// All tabs, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Why, Self::Attention, Self::Triples, Self::Compare, Self::Thresholds, Self::Types, Self::Replace];

    /// The name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Why => "Why",
            Self::Attention => "Attention",
            Self::Triples => "Triples",
            Self::Compare => "Compare",
            Self::Thresholds => "Thresholds",
            Self::Types => "Types",
            Self::Replace => "Replace",
        }
    }

    /// The part of the page's address after `#`.
    pub fn fragment(self) -> &'static str {
        match self {
            Self::Why => "why",
            Self::Attention => "attention",
            Self::Triples => "triples",
            Self::Compare => "compare",
            Self::Thresholds => "thresholds",
            Self::Types => "types",
            Self::Replace => "replace",
        }
    }

    /// The tab of a fragment, with or without `#`.
    pub fn from_fragment(fragment: &str) -> Option<Self> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        Self::ALL.into_iter().find(|tab| tab.fragment() == fragment)
    }

    /// The letter that shows it, with Shift.
    pub fn letter(self) -> char {
        match self {
            Self::Why => 'W',
            Self::Attention => 'A',
            Self::Triples => 'T',
            Self::Compare => 'C',
            Self::Thresholds => 'H',
            Self::Types => 'Y',
            Self::Replace => 'R',
        }
    }

    /// The tab beside it, by `steps` to the right; after the last comes the first.
    pub fn beside(self, steps: isize) -> Self {
        let place = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[(place as isize + steps).rem_euclid(Self::ALL.len() as isize) as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_tab_comes_back_from_its_address() {
        for tab in Tab::ALL {
            assert_eq!(Tab::from_fragment(&format!("#{}", tab.fragment())), Some(tab));
        }
        for other in ["", "#", "#d=abc", "#Why"] {
            assert_eq!(Tab::from_fragment(other), None, "{other}");
        }
    }

    #[test]
    fn letters_and_addresses_differ() {
        assert_eq!(Tab::ALL.map(Tab::letter).into_iter().collect::<BTreeSet<_>>().len(), Tab::ALL.len());
        assert_eq!(Tab::ALL.map(Tab::fragment).into_iter().collect::<BTreeSet<_>>().len(), Tab::ALL.len());
    }

    #[test]
    fn after_the_last_tab_comes_the_first() {
        assert_eq!(Tab::Replace.beside(1), Tab::Why);
        assert_eq!(Tab::Why.beside(-1), Tab::Replace);
        assert_eq!(Tab::Why.beside(2), Tab::Triples);
    }
}
