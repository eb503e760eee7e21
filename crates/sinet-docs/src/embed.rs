//! Single figures in files of their own: for READMEs, which show pictures only, and for `include_str!` in rustdoc.

use std::fs;
use std::path::Path;

use sinet_figure::{Host, Theme, still::WIDE};

use crate::element;
use crate::error::{Error, Errors, Problem};
use crate::output::Form;
use crate::project::Figure;
use crate::settings::Kind;

/// Writes a figure to a file, whose name is given without its end: `docs/fig` for `docs/fig-light.svg` and
/// `docs/fig-dark.svg`. Folders are made.
///
/// # Errors
/// If a file cannot be written, or there is no font for a PNG.
pub fn write(figure: &Figure, kind: Kind, stem: &Path) -> Result<(), Errors> {
    if let Some(folder) = stem.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::in_file(folder, Problem::Write(error)))?;
    }
    let themes = [("light", Theme::Light), ("dark", Theme::Dark)];
    match kind {
        Kind::Svg => {
            for (name, theme) in themes {
                let picture = sinet_figure::standalone_svg(&figure.document, &figure.types, theme, WIDE);
                element::write(&named(stem, &format!("-{name}.svg")), picture.as_bytes())?;
            }
        }
        Kind::Png => {
            for (name, theme) in themes {
                let path = named(stem, &format!("-{name}.png"));
                let picture = png(figure, theme).map_err(|problem| Error::in_file(&path, problem))?;
                element::write(&path, &picture)?;
            }
        }
        Kind::Html => element::write(&named(stem, ".html"), (figure.still(Host::Html) + "\n").as_bytes())?,
        Kind::Tex => element::write(&named(stem, ".tex"), Form::Latex.draw(figure).as_bytes())?,
        Kind::Text => element::write(&named(stem, ".txt"), Form::Text.draw(figure).as_bytes())?,
    }
    Ok(())
}

/// The lines that show such pictures in a README: light or dark as the reader's system is. Where a site shows no SVG, PNG
/// stands in, if there is one.
pub fn snippet(figure: &Figure, stem: &str, kinds: &[Kind]) -> Option<String> {
    let end = match (kinds.contains(&Kind::Svg), kinds.contains(&Kind::Png)) {
        (true, _) => "svg",
        (false, true) => "png",
        (false, false) => return None,
    };
    let (stem, text) = (sinet_figure::escaped(stem), sinet_figure::escaped(&figure.document.text).replace('\n', " "));
    Some(format!(
        "<picture>\n  <source media=\"(prefers-color-scheme: dark)\" srcset=\"{stem}-dark.{end}\">\n  \
         <img alt=\"{text}\" src=\"{stem}-light.{end}\">\n</picture>\n"
    ))
}

fn named(stem: &Path, end: &str) -> std::path::PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(end);
    name.into()
}

#[cfg(feature = "png")]
fn png(figure: &Figure, theme: Theme) -> Result<Vec<u8>, Problem> {
    use std::sync::LazyLock;

    use sinet_figure::{Fonts, png as draw};

    static FONTS: LazyLock<Result<Fonts, String>> =
        LazyLock::new(|| Fonts::of_system().map_err(|error| error.to_string()));
    let fonts = FONTS.as_ref().map_err(|error| Problem::Picture(error.clone()))?;
    let Figure { document, types, .. } = figure;
    draw(document, types, theme, WIDE, 2.0, fonts).map_err(|error| Problem::Picture(error.to_string()))
}

#[cfg(not(feature = "png"))]
fn png(_: &Figure, _: Theme) -> Result<Vec<u8>, Problem> {
    Err(Problem::Picture("this program was built without PNG; build sinet-docs with `--features png`".to_owned()))
}
