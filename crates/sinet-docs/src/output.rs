//! A figure in the form that a host, a document or a terminal takes.

use std::fmt;
use std::str::FromStr;

use sinet_figure::{Host, Theme, plain_text, standalone_svg, still::WIDE, tikz};

use crate::error::{Problem, nearest};
use crate::project::Figure;

/// A form of a figure that is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line of HTML.
    Html,
    /// The same for Vue's templates.
    Vue,
    /// The same for MDX.
    Mdx,
    /// An SVG picture that follows the reader's system.
    Svg,
    /// TikZ.
    Latex,
    /// Plain text.
    Text,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 6] = [Self::Html, Self::Vue, Self::Mdx, Self::Svg, Self::Latex, Self::Text];

    /// The name on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Vue => "vue",
            Self::Mdx => "mdx",
            Self::Svg => "svg",
            Self::Latex => "latex",
            Self::Text => "text",
        }
    }

    /// Draws a figure.
    pub fn draw(self, figure: &Figure) -> String {
        let Figure { document, types, .. } = figure;
        match self {
            Self::Html => figure.still(Host::Html),
            Self::Vue => figure.still(Host::Vue),
            Self::Mdx => figure.still(Host::Mdx),
            Self::Svg => standalone_svg(document, types, Theme::Auto, WIDE),
            Self::Latex => tikz(document, types),
            Self::Text => plain_text(document, types),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = Problem;

    fn from_str(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|form| form.name() == name);
        found.ok_or_else(|| Problem::UnknownWord {
            word: name.to_owned(),
            nearest: nearest(name, Self::ALL.map(Self::name)),
        })
    }
}
