//! Style sheets: of what stands alone, and of a still within somebody's page.

/// The page's look, as far as a document that stands still needs it.
pub const STYLE: &str = concat!(
    include_str!("style.css"),
    "@media screen and (prefers-color-scheme: dark) {\n",
    include_str!("dark.css"),
    "}\n"
);

/// What a picture in light colours looks like on a dark ground.
pub(crate) const DARK_RULES: &str = include_str!("dark.css");

/// The optional style sheet of [`still`](crate::still())s: which of the two pictures shows, by the room that there really is;
/// focus, print.
pub const SINET_CSS: &str = include_str!("sinet.css");
