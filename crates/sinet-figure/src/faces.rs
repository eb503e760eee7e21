//! The type faces of a picture, and how wide texts are in them.

/// The fonts of everything in a sentence.
pub const FAMILY: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/// What is written in which type face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// The words of the text.
    Word,
    /// The type above an entity.
    EntityLabel,
    /// The type on an arc.
    ArcLabel,
}

/// Weight and size in pixels of a face.
pub fn weight_and_size(face: Face) -> (u32, f32) {
    match face {
        Face::Word => (400, 17.0),
        Face::EntityLabel => (600, 11.5),
        Face::ArcLabel => (400, 11.5),
    }
}

/// About the width of a text in pixels, for whoever has no fonts to measure it with. The widths are those of DejaVu
/// Sans, wider than most, so that words never touch.
pub fn estimated_width(text: &str, face: Face) -> f32 {
    let (weight, size) = weight_and_size(face);
    let width = |letter: char| match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 0.28,
        'f' | 't' | 'I' | ' ' | '.' | ',' | ':' | ';' | '!' | '/' | '[' | ']' => 0.34,
        'r' | '(' | ')' | '-' | '"' => 0.41,
        'm' | 'M' | 'W' | '%' | '@' => 0.97,
        'w' | 'A'..='Z' | '&' => 0.78,
        _ => 0.63,
    };
    let bold = if weight > 500 { 1.06 } else { 1.0 };
    text.chars().map(width).sum::<f32>() * size * bold
}
