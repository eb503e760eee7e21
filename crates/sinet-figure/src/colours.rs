//! The colours of a picture: written out, or mixed with those of the page around it.

use crate::decimal::short;
use crate::tones::{DARK, LIGHT, Tone};

/// Where a picture has its colours from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// The page's light ones, with classes for a style sheet to change them.
    Light,
    /// The page's dark ones.
    Dark,
    /// Tones mixed with the colour that text has around the picture. They follow the host's theme without script and style sheet.
    Host,
}

/// How much of a label's colour is its type's tone, in per cent; the rest is the colour of the text around.
pub(crate) const LABEL_TONE: u32 = 10;
/// How much of a box's edge is its type's tone, in per cent.
pub(crate) const EDGE_TONE: u32 = 40;
/// How dense the tone of a box is below its words.
pub(crate) const BOX_OPACITY: f32 = 0.06;
/// How dense the text on arcs is.
pub(crate) const SOFT_OPACITY: f32 = 0.95;
/// How dense the lines of arcs are.
pub(crate) const ARC_OPACITY: f32 = 0.75;

impl Colours {
    /// Attributes of the words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Light => " class=\"words\" fill=\"#1c2024\"",
            Self::Dark => " fill=\"#e4e7ea\"",
            Self::Host => "",
        }
    }

    /// Attributes of the box behind an entity. One that holds others is an outline, so that their labels, and words, have
    /// at most one tone behind them.
    pub fn mark(self, tone: usize, holds_others: bool) -> String {
        let (fill, opacity, edge) = match self {
            Self::Light | Self::Dark => {
                let fill = self.tone(tone).fill;
                (
                    fill.to_owned(),
                    if self == Self::Light { 0.17 } else { 0.26 },
                    format!("{fill}\" stroke-opacity=\"0.7"),
                )
            }
            Self::Host => (variable(tone), BOX_OPACITY, mixed(tone, EDGE_TONE)),
        };
        let filled = if holds_others {
            " fill=\"none\"".to_owned()
        } else {
            format!(" fill=\"{fill}\" fill-opacity=\"{}\"", short(opacity, 2))
        };
        format!("{filled} stroke=\"{edge}\"")
    }

    /// The colour of an entity's label and of the line below its words.
    pub fn label(self, tone: usize) -> String {
        match self {
            Self::Light | Self::Dark => self.tone(tone).ink.to_owned(),
            Self::Host => mixed(tone, LABEL_TONE),
        }
    }

    /// Attributes of an arc's line.
    pub fn line(self) -> String {
        match self {
            Self::Light => " class=\"line\" stroke=\"#5b636b\"".to_owned(),
            Self::Dark => " stroke=\"#9aa3ab\"".to_owned(),
            Self::Host => format!(" stroke=\"currentColor\" stroke-opacity=\"{}\"", short(ARC_OPACITY, 2)),
        }
    }

    /// Attributes of an arc's tip.
    pub fn tip(self) -> String {
        match self {
            Self::Light => " class=\"arrow\" fill=\"#5b636b\"".to_owned(),
            Self::Dark => " fill=\"#9aa3ab\"".to_owned(),
            Self::Host => format!(" fill-opacity=\"{}\"", short(ARC_OPACITY, 2)),
        }
    }

    /// Attributes of an arc's label.
    pub fn arc_label(self) -> String {
        match self {
            Self::Light => " fill=\"#575e66\"".to_owned(),
            Self::Dark => " fill=\"#a3abb3\"".to_owned(),
            Self::Host => format!(" fill-opacity=\"{}\"", short(SOFT_OPACITY, 2)),
        }
    }

    /// Attributes of the group around an entity, and around an arc.
    pub fn groups(self, tone: usize) -> (String, &'static str) {
        match self {
            Self::Light => (format!(" class=\"entity tone-{tone}\""), " class=\"arc\""),
            Self::Dark => (String::new(), ""),
            Self::Host => (" class=\"sinet-entity\"".to_owned(), " class=\"sinet-arc\""),
        }
    }

    fn tone(self, tone: usize) -> &'static Tone {
        let tones = if self == Self::Dark { &DARK } else { &LIGHT };
        &tones[tone % tones.len()]
    }
}

/// A tone that the host's style sheet may replace.
fn variable(tone: usize) -> String {
    format!("var(--sinet-tone-{tone},{})", LIGHT[tone % LIGHT.len()].fill)
}

fn mixed(tone: usize, share: u32) -> String {
    format!("color-mix(in srgb,{} {share}%,currentColor)", variable(tone))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts' themes: ground and colour of text. mdBook's are from its `variables.css`, Material's `rgba` inks are laid on
    /// their ground.
    const THEMES: [(&str, &str, &str); 31] = [
        ("mdBook light", "#ffffff", "#000000"),
        ("mdBook rust", "#e1e1db", "#262625"),
        ("mdBook coal", "#131516", "#98a3ad"),
        ("mdBook navy", "#161923", "#bcbdd0"),
        ("mdBook ayu", "#0f1419", "#c5c5c5"),
        ("rustdoc light", "#ffffff", "#000000"),
        ("rustdoc dark", "#353535", "#dddddd"),
        ("rustdoc ayu", "#0f1419", "#c5c5c5"),
        ("Furo light", "#ffffff", "#000000"),
        ("Furo dark", "#131416", "#cfd0d0"),
        ("Read the Docs", "#fcfcfc", "#404040"),
        ("Material default", "#ffffff", "#212121"),
        ("Material slate", "#1e2129", "#c4c6cd"),
        ("Docusaurus light", "#ffffff", "#1c1e21"),
        ("Docusaurus dark", "#1b1b1d", "#e3e3e3"),
        ("VitePress light", "#ffffff", "#3c3c43"),
        ("VitePress dark", "#1b1b1f", "#dfdfd6"),
        ("Starlight light", "#ffffff", "#353841"),
        ("Starlight dark", "#17181c", "#c0c2c7"),
        ("GitHub light", "#ffffff", "#1f2328"),
        ("GitHub dimmed", "#212830", "#d1d7e0"),
        ("GitHub dark", "#0d1117", "#f0f6fc"),
        ("Jupyter light", "#ffffff", "#212121"),
        ("Jupyter dark", "#111111", "#ffffff"),
        ("mdBook light, quoted", "#f1f6f9", "#000000"),
        ("mdBook rust, quoted", "#c2c2bc", "#262625"),
        ("mdBook coal, quoted", "#242638", "#98a3ad"),
        ("mdBook navy, quoted", "#252932", "#bcbdd0"),
        ("mdBook ayu, quoted", "#252932", "#c5c5c5"),
        ("VitePress light, quoted", "#ffffff", "#67676c"),
        ("VitePress dark, quoted", "#1b1b1f", "#98989f"),
    ];

    type Rgb = [f32; 3];

    fn rgb(hex: &str) -> Rgb {
        [1, 3, 5].map(|place| f32::from(u8::from_str_radix(&hex[place..place + 2], 16).unwrap()) / 255.0)
    }

    /// `share` of one colour and the rest of another, as `color-mix(in srgb, …)` has it and as something transparent looks.
    fn mix(over: Rgb, share: f32, under: Rgb) -> Rgb {
        [0, 1, 2].map(|channel| over[channel] * share + under[channel] * (1.0 - share))
    }

    /// The contrast of WCAG 2.
    fn contrast(a: Rgb, b: Rgb) -> f32 {
        let linear = |value: f32| if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        let luminance = |[red, green, blue]: Rgb| 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn everything_can_be_read_on_every_theme() {
        for (theme, ground, ink) in THEMES {
            let (ground, ink) = (rgb(ground), rgb(ink));
            let least = |wanted: f32, what: &str, colour: Rgb, on: Rgb| {
                let found = contrast(colour, on);
                assert!(found >= wanted, "{theme}: {what} has {found:.2}");
            };
            for tone in &LIGHT {
                let fill = rgb(tone.fill);
                let label = mix(fill, LABEL_TONE as f32 / 100.0, ink);
                let within = mix(fill, BOX_OPACITY, ground);
                least(4.5, "a label", label, ground);
                least(4.5, "a word on a box", ink, within);
                least(3.0, "a line below words", label, within);
                least(3.0, "the edge of a box", mix(fill, EDGE_TONE as f32 / 100.0, ink), ground);
            }
            least(4.5, "the label of an arc", mix(ink, SOFT_OPACITY, ground), ground);
            least(3.0, "an arc", mix(ink, ARC_OPACITY, ground), ground);
        }
    }

    #[test]
    fn everything_can_be_read_in_colours_that_are_written_out() {
        for (tones, ground, ink, opacity) in [(LIGHT, "#ffffff", "#1c2024", 0.17), (DARK, "#15181b", "#e4e7ea", 0.26)] {
            for tone in tones {
                assert!(contrast(rgb(tone.ink), rgb(ground)) >= 4.5, "{tone:?}");
                assert!(contrast(rgb(ink), mix(rgb(tone.fill), opacity, rgb(ground))) >= 4.5, "{tone:?}");
            }
        }
    }

    /// The style sheet for dark grounds says the same as the tones.
    #[test]
    fn dark_rules_are_the_dark_tones() {
        let rules = crate::style::DARK_RULES;
        for (number, Tone { fill, ink, .. }) in DARK.iter().enumerate() {
            for rule in [
                format!(".tone-{number} rect {{ stroke: {fill}; }}"),
                format!(".tone-{number} text {{ fill: {ink}; }}"),
                format!(".tone-{number} .under {{ stroke: {ink}; }}"),
            ] {
                assert!(rules.contains(&rule), "{rule}");
            }
        }
    }
}
