//! The colours of entity types.

use sinet_text::Types;

/// The colours of boxes and of the labels on them, as in the page's style sheet.
pub const TONES: [(&str, &str); 8] = [
    ("#0072b2", "#005a8f"),
    ("#e69f00", "#805300"),
    ("#009e73", "#006b4e"),
    ("#cc79a7", "#963a6d"),
    ("#d55e00", "#a14400"),
    ("#56b4e9", "#0a638f"),
    ("#8a8a8a", "#55595d"),
    ("#c9bd1c", "#655d00"),
];

/// The tone of an entity's type, as an index into [`TONES`]: by its place in the schema, else by its name.
pub fn tone(types: &Types, kind: &str) -> usize {
    let by_name = || kind.bytes().map(usize::from).sum();
    types.entities.iter().position(|known| known.name == kind).unwrap_or_else(by_name) % TONES.len()
}

#[cfg(test)]
mod tests {
    use sinet_text::TypeName;

    use super::*;

    #[test]
    fn known_types_have_their_places_tone_and_others_their_names() {
        let named = |name: &str| TypeName { name: name.to_owned(), verbose: String::new(), symmetric: false };
        let types = Types { entities: vec![named("Loc"), named("Org")], relations: Vec::new() };
        // The bytes of "Date" add up to 382.
        assert_eq!([tone(&types, "Org"), tone(&types, "Date")], [1, 382 % 8]);
    }
}
