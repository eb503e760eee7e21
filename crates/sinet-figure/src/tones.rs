//! The colours of entity types.

use sinet_text::Types;

/// The colours of an entity type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tone {
    /// Of boxes.
    pub fill: &'static str,
    /// Of the labels on them.
    pub ink: &'static str,
    /// The dashes of the line below the words, by which types differ without colours, too; empty for a whole line.
    pub dashes: &'static str,
}

const fn tone_of(fill: &'static str, ink: &'static str, dashes: &'static str) -> Tone {
    Tone { fill, ink, dashes }
}

/// On white, as in the page's style sheet.
pub(crate) const LIGHT: [Tone; 8] = [
    tone_of("#0072b2", "#005a8f", ""),
    tone_of("#e69f00", "#805300", "7 3"),
    tone_of("#009e73", "#006b4e", "1.5 3"),
    tone_of("#cc79a7", "#963a6d", "12 3"),
    tone_of("#d55e00", "#a14400", "7 3 1.5 3"),
    tone_of("#56b4e9", "#0a638f", "3 2"),
    tone_of("#8a8a8a", "#55595d", "1.5 6"),
    tone_of("#c9bd1c", "#655d00", "12 3 1.5 3 1.5 3"),
];

/// On a dark ground, as in the page's style sheet.
pub(crate) const DARK: [Tone; 8] = [
    tone_of("#3b9bd9", "#7cc1ef", LIGHT[0].dashes),
    tone_of("#e69f00", "#f0bd55", LIGHT[1].dashes),
    tone_of("#00b383", "#4fd3ad", LIGHT[2].dashes),
    tone_of("#cc79a7", "#e6a8c9", LIGHT[3].dashes),
    tone_of("#e07426", "#f5a570", LIGHT[4].dashes),
    tone_of("#56b4e9", "#97d3f5", LIGHT[5].dashes),
    tone_of("#8a8a8a", "#b9bec3", LIGHT[6].dashes),
    tone_of("#c9bd1c", "#e0d75e", LIGHT[7].dashes),
];

/// The tone of an entity's type, 0 to 7: the one that somebody has chosen, else by its place in the schema, else by its name.
pub fn tone(types: &Types, kind: &str) -> usize {
    let by_name = || kind.bytes().map(usize::from).sum();
    let by_place = || types.entities.iter().position(|known| known.name == kind);
    types.tones.get(kind).copied().or_else(by_place).unwrap_or_else(by_name) % LIGHT.len()
}

#[cfg(test)]
mod tests {
    use sinet_text::TypeName;

    use super::*;

    #[test]
    fn known_types_have_their_places_tone_and_others_their_names() {
        let named = |name: &str| TypeName { name: name.to_owned(), verbose: String::new(), symmetric: false };
        let mut types = Types { entities: vec![named("Loc"), named("Org")], ..Types::default() };
        // The bytes of "Date" add up to 382.
        assert_eq!([tone(&types, "Org"), tone(&types, "Date")], [1, 382 % 8]);
        types.tones = [("Org".to_owned(), 5), ("Date".to_owned(), 9)].into();
        assert_eq!([tone(&types, "Loc"), tone(&types, "Org"), tone(&types, "Date")], [0, 5, 1]);
    }
}
