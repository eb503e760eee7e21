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

/// The fonts of what was laid out with the widths of [`estimated_width`](crate::estimated_width).
pub const MEASURED_FAMILY: &str = "Arial, Helvetica, 'Liberation Sans', sans-serif";
