//! A document as PNG, for hosts that take no SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use sinet_formats::LabelledDocument;
use sinet_text::Types;

use crate::svg::{Theme, standalone_svg};

/// The most pixels of a picture: 100 million, which take 400 MB while it is drawn.
const MOST_PIXELS: f32 = 1e8;

/// The fonts that a picture is drawn with. Loading those of the system takes a moment, so keep them for all pictures.
#[derive(Debug, Clone)]
pub struct Fonts(Arc<fontdb::Database>);

/// A picture that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// There is nothing to write with.
    #[error("there are no fonts to draw with; install one, such as fonts-liberation, or name a font file")]
    NoFonts,
    /// The picture has too many pixels, or none.
    #[error("the picture would have {0} pixels in width and {1} in height; ask for a smaller scale")]
    Size(f32, f32),
    /// The program for drawing has refused.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
}

impl Fonts {
    /// Those of the system.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn of_system() -> Result<Self, PngError> {
        let mut fonts = fontdb::Database::new();
        fonts.load_system_fonts();
        Self::of(fonts)
    }

    /// The one in a font file (TTF, OTF, TTC).
    ///
    /// # Errors
    ///
    /// If the file holds none.
    pub fn of_file(file: Vec<u8>) -> Result<Self, PngError> {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(file);
        Self::of(fonts)
    }

    fn of(mut fonts: fontdb::Database) -> Result<Self, PngError> {
        let first = fonts.faces().next().ok_or(PngError::NoFonts)?;
        let family = first.families.first().map(|(name, _)| name.clone()).ok_or(PngError::NoFonts)?;
        let usual = fontdb::Query { families: &[fontdb::Family::SansSerif], ..fontdb::Query::default() };
        // A text whose fonts are all missing would be left out in silence.
        if fonts.query(&usual).is_none() {
            fonts.set_sans_serif_family(family);
        }
        Ok(Self(Arc::new(fonts)))
    }
}

/// A document as PNG, `scale` pixels of it to each of `width` (2 for sharp screens). [`Theme::Auto`] is drawn as light.
///
/// The document has its words: see [`LabelledDocument::with_words`].
///
/// # Errors
///
/// If the picture is too large.
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn png(
    document: &LabelledDocument,
    types: &Types,
    theme: Theme,
    width: f32,
    scale: f32,
    fonts: &Fonts,
) -> Result<Vec<u8>, PngError> {
    let theme = if theme == Theme::Auto { Theme::Light } else { theme };
    let svg = standalone_svg(document, types, theme, width);
    let options = Options { fontdb: fonts.0.clone(), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(|error| PngError::Drawing(error.to_string()))?;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|pixels| (pixels * scale).ceil());
    let size = PngError::Size(width, height);
    if !(width >= 1.0 && height >= 1.0 && width * height <= MOST_PIXELS) {
        return Err(size);
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or(size)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| PngError::Drawing(error.to_string()))
}
