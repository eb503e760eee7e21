//! The wish for one figure, in either of its two spellings: words after a fence's `sinet`, or attributes of `<sinet-text>`.

use std::collections::BTreeSet;

use sinet_figure::List;
use sinet_formats::Format;

use crate::error::{Problem, nearest};

/// A figure that somebody has asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The text, or labelled text in one of the formats; empty if a file is named.
    pub text: String,
    /// Name of the model that reads the text.
    pub model: Option<String>,
    /// Whether, and when, the model also runs in the reader's browser.
    pub live: Option<Live>,
    /// Whether scores stand beside labels.
    pub scores: Option<bool>,
    /// The list of everything that was found.
    pub list: Option<List>,
    /// Whether the reader may correct a live figure.
    pub editable: Option<bool>,
    /// A file of labelled text below the docs folder, with `#` and a number where it holds several documents.
    pub src: Option<String>,
    /// The format of labelled text, where it cannot be recognised.
    pub format: Option<Format>,
    /// The lowest probability of a relation, 0 to 1, instead of the model's.
    pub threshold: Option<f32>,
    /// The types to show; all if there is none.
    pub labels: Vec<String>,
    /// What the element takes and a still has no use for, by name.
    pub element: Vec<(&'static str, String)>,
}

/// The moment at which a live figure begins to fetch its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// Never: the figure stands still.
    Off,
    /// At a click.
    Click,
    /// When the reader comes near.
    Visible,
    /// At once.
    Load,
}

/// Longest text of a figure, in bytes.
pub const LONGEST_TEXT: usize = 64 << 10;

/// The words that hosts drop stand in lines of the fence that begin with this.
const WORDS_WITHIN: &str = "%|";

const LIVE: &str = "click, visible, load or off";
const LIST: &str = "open, closed or none";
const SWITCH: &str = "true or false";

/// Words that a request knows, in the order of the guide.
const NAMES: [&str; 15] = [
    "model",
    "live",
    "editable",
    "scores",
    "list",
    "src",
    "format",
    "threshold",
    "labels",
    "device",
    "base",
    "integrity",
    "theme",
    "lang",
    "dir",
];

impl Request {
    /// Reads what stands after `sinet` in the first line of a fence, and the fence's text. Words are set apart by spaces or
    /// commas; a word without `=` is a switch, or the name of a model.
    ///
    /// # Errors
    /// The first word that means nothing here.
    pub fn from_words(words: &str, text: &str, models: &BTreeSet<String>) -> Result<Self, Problem> {
        let mut request = Self::default();
        request.add_words(words, models)?;
        // Hosts end lines as they please, and add some at the end.
        let text = text.replace("\r\n", "\n");
        let mut rest = text.as_str();
        while let Some((words, after)) = words_within(rest) {
            request.add_words(words.strip_prefix("sinet ").unwrap_or(words), models)?;
            rest = after;
        }
        request.with_text(rest)
    }

    /// Reads the attributes of an element and its text, in which white space counts as in HTML.
    ///
    /// # Errors
    /// The first attribute that means nothing here.
    pub fn from_attributes<'a>(
        attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
        text: &str,
        models: &BTreeSet<String>,
    ) -> Result<Self, Problem> {
        let mut request = Self::default();
        for (name, value) in attributes {
            // For the reader's style sheets and the page's own scripts.
            if !matches!(name, "id" | "class" | "style") && !name.starts_with("data-") {
                request.set(name, Some(value).filter(|value| !value.is_empty()), models)?;
            }
        }
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        request.with_text(&words.join(" "))
    }

    /// The request with everything that it does not say from `defaults`.
    #[must_use]
    pub fn or(mut self, defaults: &Self) -> Self {
        self.model = self.model.or_else(|| defaults.model.clone());
        self.live = self.live.or(defaults.live);
        self.scores = self.scores.or(defaults.scores);
        self.list = self.list.or(defaults.list);
        self.editable = self.editable.or(defaults.editable);
        self.threshold = self.threshold.or(defaults.threshold);
        if self.labels.is_empty() {
            self.labels.clone_from(&defaults.labels);
        }
        for (name, value) in &defaults.element {
            if !self.element.iter().any(|(own, _)| own == name) {
                self.element.push((name, value.clone()));
            }
        }
        self
    }

    /// Whether a model runs in the reader's browser.
    pub fn is_live(&self) -> bool {
        self.live.is_some_and(|live| live != Live::Off)
    }

    /// Sets a word that is known by name, as a key of the settings does too.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>, models: &BTreeSet<String>) -> Result<(), Problem> {
        match name {
            "model" => once(&mut self.model, "model", needed("model", value, "NAME")?.to_owned()),
            "live" => once(&mut self.live, "live", live(value)?),
            "scores" => once(&mut self.scores, "scores", switch("scores", value)?),
            "list" => once(&mut self.list, "list", list(value)?),
            "editable" => once(&mut self.editable, "editable", switch("editable", value)?),
            "src" => once(&mut self.src, "src", needed("src", value, "FILE")?.to_owned()),
            "format" => once(&mut self.format, "format", needed("format", value, "NAME")?.parse()?),
            "threshold" => once(&mut self.threshold, "threshold", probability(needed("threshold", value, "0.5")?)?),
            "labels" => {
                let labels = needed("labels", value, "A,B")?.split(',').map(str::trim);
                let labels: Vec<String> = labels.filter(|label| !label.is_empty()).map(str::to_owned).collect();
                if !self.labels.is_empty() {
                    return Err(Problem::Twice("labels"));
                }
                self.labels = labels;
                Ok(())
            }
            "device" => {
                self.keep("device", one_of("device", value, &["auto", "cpu", "webgpu"], "auto, cpu or webgpu")?)
            }
            "theme" => self.keep("theme", one_of("theme", value, &["auto", "light", "dark"], "auto, light or dark")?),
            "dir" => self.keep("dir", one_of("dir", value, &["auto", "ltr", "rtl"], "auto, ltr or rtl")?),
            "base" => self.keep("base", needed("base", value, "URL")?),
            "integrity" => self.keep("integrity", needed("integrity", value, "HASH")?),
            "lang" => self.keep("lang", needed("lang", value, "en")?),
            unknown => {
                let known = NAMES.into_iter().chain(models.iter().map(String::as_str));
                Err(Problem::UnknownWord { nearest: nearest(unknown, known), word: shown(unknown) })
            }
        }
    }

    fn add_words(&mut self, words: &str, models: &BTreeSet<String>) -> Result<(), Problem> {
        for word in words.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) => self.set(name, Some(value.trim_matches(['"', '\''])), models)?,
                None => {
                    for word in word.split(',').filter(|word| !word.is_empty()) {
                        match models.contains(word) {
                            true => self.set("model", Some(word), models)?,
                            false => self.set(word, None, models)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn with_text(mut self, text: &str) -> Result<Self, Problem> {
        self.text = text.trim().to_owned();
        match (self.text.len(), &self.src) {
            (0, None) => Err(Problem::NoText),
            (1.., Some(_)) => Err(Problem::TextAndFile),
            (bytes, _) if bytes > LONGEST_TEXT => Err(Problem::LongText { bytes, limit: LONGEST_TEXT }),
            _ => Ok(self),
        }
    }

    fn keep(&mut self, name: &'static str, value: &str) -> Result<(), Problem> {
        if self.element.iter().any(|(known, _)| *known == name) {
            return Err(Problem::Twice(name));
        }
        self.element.push((name, value.to_owned()));
        Ok(())
    }
}

impl Live {
    /// The value of the element's attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Click => "click",
            Self::Visible => "visible",
            Self::Load => "load",
        }
    }
}

fn words_within(text: &str) -> Option<(&str, &str)> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    // Notebooks put the name of an unknown language into the text.
    if line.trim() == "sinet" {
        return Some(("", rest));
    }
    Some((line.trim().strip_prefix(WORDS_WITHIN)?.trim(), rest))
}

fn once<T>(place: &mut Option<T>, name: &'static str, value: T) -> Result<(), Problem> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::Twice(name)),
    }
}

fn needed<'a>(name: &'static str, value: Option<&'a str>, expected: &'static str) -> Result<&'a str, Problem> {
    value.filter(|value| !value.is_empty()).ok_or(Problem::NoValue { name, expected })
}

fn live(value: Option<&str>) -> Result<Live, Problem> {
    match value {
        None | Some("click") => Ok(Live::Click),
        Some("visible") => Ok(Live::Visible),
        Some("load") => Ok(Live::Load),
        Some("off") => Ok(Live::Off),
        Some(value) => Err(Problem::Value { name: "live", value: shown(value), expected: LIVE }),
    }
}

fn list(value: Option<&str>) -> Result<List, Problem> {
    match value {
        None | Some("open") => Ok(List::Open),
        Some("closed") => Ok(List::Closed),
        Some("none") => Ok(List::None),
        Some(value) => Err(Problem::Value { name: "list", value: shown(value), expected: LIST }),
    }
}

/// An attribute's own name is a way to set it, too.
fn switch(name: &'static str, value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(value) if value == name => Ok(true),
        Some(value) => Err(Problem::Value { name, value: shown(value), expected: SWITCH }),
    }
}

fn probability(value: &str) -> Result<f32, Problem> {
    let parsed = value.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    parsed.ok_or_else(|| Problem::Value { name: "threshold", value: shown(value), expected: "a number from 0 to 1" })
}

fn one_of<'a>(
    name: &'static str,
    value: Option<&'a str>,
    known: &[&str],
    expected: &'static str,
) -> Result<&'a str, Problem> {
    match value {
        Some(value) if known.contains(&value) => Ok(value),
        value => Err(Problem::Value { name, value: shown(value.unwrap_or_default()), expected }),
    }
}

/// A word as far as a sentence has room for it.
fn shown(word: &str) -> String {
    word.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn models() -> BTreeSet<String> {
        ["scierc", "conll04"].map(str::to_owned).into()
    }

    #[track_caller]
    fn refused(words: &str, text: &str, expected: Expect) {
        expected.assert_eq(&Request::from_words(words, text, &models()).unwrap_err().to_string());
    }

    #[test]
    fn both_spellings_are_one_request() {
        let text = "A parser  reads.";
        let words = Request::from_words(
            "scierc live scores list=closed,  threshold=0.25 labels=Method,Task lang=en",
            "A parser reads.\n",
            &models(),
        );
        let attributes = [
            ("model", "scierc"),
            ("live", ""),
            ("scores", "scores"),
            ("list", "closed"),
            ("threshold", "0.25"),
            ("labels", "Method, Task"),
            ("lang", "en"),
            ("class", "wide"),
            ("data-x", "1"),
        ];
        let attributes = Request::from_attributes(attributes, text, &models()).unwrap();
        assert!(words.is_err(), "a comma ends no value");
        let words = Request::from_words(
            "scierc,live scores list=closed threshold=0.25 labels=Method,Task lang=en",
            "A parser reads.\n",
            &models(),
        );
        assert_eq!(words.unwrap(), attributes);
    }

    #[test]
    fn words_stand_in_the_text_where_a_host_drops_them() {
        let plain = Request::from_words("scierc scores", "A parser.\nIt reads.", &models()).unwrap();
        for text in [
            "%| scierc scores\nA parser.\nIt reads.",
            "sinet\n%| sinet scierc\r\n%|scores\r\nA parser.\r\nIt reads.\r\n",
        ] {
            assert_eq!(Request::from_words("", text, &models()).unwrap(), plain, "{text:?}");
        }
    }

    #[test]
    fn defaults_fill_what_is_not_said() {
        let request = Request::from_words("live=off lang=de", "x", &models()).unwrap();
        let defaults = Request::from_words("conll04 live scores lang=en theme=dark", "y", &models()).unwrap();
        let filled = request.or(&defaults);
        assert_eq!((filled.text.as_str(), filled.model.as_deref(), filled.is_live()), ("x", Some("conll04"), false));
        assert_eq!(filled.element, [("lang", "de".to_owned()), ("theme", "dark".to_owned())]);
    }

    #[test]
    fn what_means_nothing_is_named() {
        refused("scierk", "x", expect![[r#"unknown word "scierk"; did you mean "scierc"?"#]]);
        refused("lvie", "x", expect![[r#"unknown word "lvie"; did you mean "live"?"#]]);
        refused("zzzzzz", "x", expect![[r#"unknown word "zzzzzz""#]]);
        refused("scierc conll04", "x", expect!["`model` is said twice"]);
        refused("live=soon", "x", expect![[r#"`live` is "soon"; it can be click, visible, load or off"#]]);
        refused("list=all", "x", expect![[r#"`list` is "all"; it can be open, closed or none"#]]);
        refused("scores=2", "x", expect![[r#"`scores` is "2"; it can be true or false"#]]);
        refused("threshold=1.5", "x", expect![[r#"`threshold` is "1.5"; it can be a number from 0 to 1"#]]);
        refused("threshold=NaN", "x", expect![[r#"`threshold` is "NaN"; it can be a number from 0 to 1"#]]);
        refused("src", "", expect!["`src` has no value; write `src=FILE`"]);
        refused("src=a.json", "x", expect!["has a text and a file; leave one of them out"]);
        refused("scierc", " \n", expect!["holds no text; write a sentence, or name a file by src=FILE"]);
        refused("theme=pink", "x", expect![[r#"`theme` is "pink"; it can be auto, light or dark"#]]);
        refused(
            "format=bratt",
            "x",
            expect![[
                r#"there is no format "bratt"; the formats are sinet, spert, dygie, brat, gliner, gliner2, doccano, label-studio, prodigy, spacy, argilla, pubannotation, triples, conll, webanno, bioc-json, bioc-xml, token-tags, xmi, cas-json, tacred, docred, parquet, docbin, csv, n-triples, json-ld"#
            ]],
        );
        refused(
            "",
            &"x".repeat(LONGEST_TEXT + 1),
            expect!["has a text of 65537 bytes, more than the 65536 of a figure; split it"],
        );
    }
}
