//! Options for all figures: `sinet-docs.toml` in the docs folder, or `[preprocessor.sinet]` in its `book.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Errors, Problem, nearest};
use crate::found::line_of;
use crate::request::Request;

/// Name of the file, in the docs folder.
pub const SETTINGS: &str = "sinet-docs.toml";

/// Name of mdBook's settings.
pub const BOOK: &str = "book.toml";

/// Models that come with SINET, and need no folder to be named.
pub const SHIPPED: [&str; 2] = ["conll04", "scierc"];

/// Options for all figures of a docs folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The file that they stand in; empty if there is none.
    pub file: PathBuf,
    /// What a figure is that does not say otherwise.
    pub defaults: Request,
    /// Folders of models by name, as they are written: relative to the docs folder.
    pub models: BTreeMap<String, String>,
    /// The folder with `sinet.js` and what that loads, relative to the docs folder.
    pub element: Option<String>,
    /// Folders and files with sources, relative to the docs folder.
    pub sources: Vec<String>,
    /// Folders and files below the sources that are none, such as a built site.
    pub skip: Vec<String>,
    /// Single figures, for READMEs and the like.
    pub embeds: Vec<Embed>,
}

/// A single figure that is written to files of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embed {
    /// The line of the settings on which it starts, from 1.
    pub line: usize,
    /// The words, as after a fence's `sinet`.
    pub words: String,
    /// The text. Empty if `words` names a file.
    pub text: String,
    /// The files to write, without the ends of their names, relative to the docs folder.
    pub to: Vec<(Kind, String)>,
}

/// A kind of file that holds a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of HTML.
    Html,
    /// An SVG picture for light pages and one for dark ones.
    Svg,
    /// The same as PNG.
    Png,
    /// TikZ.
    Tex,
    /// Plain text.
    Text,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Html, Self::Svg, Self::Png, Self::Tex, Self::Text];

    /// The name on command lines and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Tex => "tex",
            Self::Text => "text",
        }
    }
}

/// Keys beside the words of a request.
const KEYS: [&str; 5] = ["models", "element", "sources", "skip", "embed"];

/// Keys of a request that make sense for all figures.
const DEFAULTS: [&str; 13] = [
    "model",
    "live",
    "editable",
    "scores",
    "list",
    "threshold",
    "labels",
    "device",
    "base",
    "integrity",
    "theme",
    "lang",
    "dir",
];

/// Keys that mdBook has for every preprocessor.
const PREPROCESSOR: [&str; 5] = ["command", "renderers", "before", "after", "optional"];

impl Settings {
    /// The settings of a docs folder; without any file, those that leave everything as it is.
    ///
    /// # Errors
    /// Every key that is wrong, or the file if it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Errors> {
        if let Some((file, text)) = text_of(folder, SETTINGS)? {
            return Self::parse(&file, &text, None);
        }
        match text_of(folder, BOOK)? {
            Some((file, text)) => Self::parse(&file, &text, Some("sinet")),
            None => Ok(Self::default()),
        }
    }

    /// Reads the text of a `file`: all of it, or only the table of a preprocessor in mdBook's settings.
    ///
    /// # Errors
    /// Every key that is wrong.
    pub fn parse(file: &Path, text: &str, preprocessor: Option<&str>) -> Result<Self, Errors> {
        let document = DeTable::parse(text).map_err(|error| no_toml(file, text, &error))?;
        let document = document.get_ref();
        let mut parser =
            Parsing { file, text, settings: Self { file: file.to_owned(), ..Self::default() }, errors: Vec::new() };
        match preprocessor {
            None => parser.table(document, false),
            Some(name) => {
                let source = table_in(document, "book").and_then(|book| book.get("src")?.get_ref().as_str());
                parser.settings.sources = vec![source.unwrap_or("src").to_owned()];
                let table = table_in(document, "preprocessor").and_then(|all| table_in(all, name));
                if let Some(table) = table {
                    parser.table(table, true);
                }
            }
        }
        parser.errors.sort_by_key(|error| error.line);
        Errors::check(parser.errors)?;
        Ok(parser.settings)
    }

    /// The names that a word of a fence can be, beside its own words: of models that the settings or SINET know.
    pub fn model_names(&self) -> BTreeSet<String> {
        self.models.keys().cloned().chain(SHIPPED.map(str::to_owned)).collect()
    }
}

fn text_of(folder: &Path, name: &str) -> Result<Option<(PathBuf, String)>, Errors> {
    let file = folder.join(name);
    match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::in_file(&file, Problem::Read(error)).into()),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some((file, text))),
            Err(_) => Err(Error::in_file(&file, Problem::NotUtf8).into()),
        },
    }
}

/// A text that is no TOML, and the line of the mistake.
pub(crate) fn no_toml(file: &Path, text: &str, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    Error::at(file, line_of(text, at), Problem::Toml(error.message().to_owned()))
}

/// The table below a key.
pub(crate) fn table_in<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    table.get(key)?.get_ref().as_table()
}

type Item<'a> = Spanned<DeValue<'a>>;

struct Parsing<'a> {
    file: &'a Path,
    text: &'a str,
    settings: Settings,
    errors: Vec<Error>,
}

impl Parsing<'_> {
    fn table(&mut self, table: &DeTable, is_preprocessor: bool) {
        // Names of models come first: others may use them.
        for (name, item) in table_in(table, "models").into_iter().flatten() {
            match item.get_ref().as_str() {
                Some(folder) => _ = self.settings.models.insert(name.get_ref().to_string(), folder.to_owned()),
                None => self.wrong_kind(name.get_ref(), item, "the path of a model folder"),
            }
        }
        let models = self.settings.model_names();
        for (key, item) in table {
            let (at, key) = (key.span().start, &**key.get_ref());
            match key {
                "models" if item.get_ref().is_table() => {}
                "models" => self.wrong_kind(key, item, "a table of names and folders"),
                "element" => match item.get_ref().as_str() {
                    Some(folder) => self.settings.element = Some(folder.to_owned()),
                    None => self.wrong_kind(key, item, "the path of a folder"),
                },
                "sources" => self.settings.sources = self.strings(key, item),
                "skip" => self.settings.skip = self.strings(key, item),
                "embed" => self.embeds(item),
                key if DEFAULTS.contains(&key) => {
                    let set = match default_value(item.get_ref()) {
                        Some(value) => self.settings.defaults.set(key, Some(&value), &models),
                        None => {
                            Err(Problem::Kind { key: key.to_owned(), expected: "text, a number, or true or false" })
                        }
                    };
                    if let Err(problem) = set {
                        self.wrong(at, problem);
                    }
                    let name =
                        self.settings.defaults.model.clone().filter(|name| key == "model" && !models.contains(name));
                    if let Some(name) = name {
                        let nearest = nearest(&name, models.iter().map(String::as_str));
                        self.wrong(at, Problem::UnknownModel { name, nearest });
                    }
                }
                key if is_preprocessor && PREPROCESSOR.contains(&key) => {}
                key => {
                    let more = if is_preprocessor { &PREPROCESSOR[..] } else { &[] };
                    let known = DEFAULTS.iter().chain(&KEYS).chain(more).copied();
                    self.wrong(at, Problem::UnknownKey { nearest: nearest(key, known), key: key.to_owned() });
                }
            }
        }
    }

    fn embeds(&mut self, item: &Item) {
        let tables = item.get_ref().as_array().into_iter().flatten();
        let tables: Option<Vec<_>> = tables.map(|item| Some((item.span(), item.get_ref().as_table()?))).collect();
        let Some(tables) = tables.filter(|tables| !tables.is_empty()) else {
            return self.wrong_kind("embed", item, "tables, each under [[embed]]");
        };
        for (span, table) in tables {
            let mut embed = Embed { line: self.line(span.start), ..Embed::default() };
            for (key, item) in table {
                let (at, key) = (key.span().start, &**key.get_ref());
                let Some(value) = item.get_ref().as_str() else {
                    self.wrong_kind(key, item, "text");
                    continue;
                };
                let value = value.to_owned();
                match (key, Kind::ALL.into_iter().find(|kind| kind.name() == key)) {
                    ("words", _) => embed.words = value,
                    ("sentence", _) => embed.text = value,
                    (_, Some(kind)) => embed.to.push((kind, value)),
                    _ => {
                        let known = Kind::ALL.map(Kind::name).into_iter().chain(["words", "sentence"]);
                        self.wrong(at, Problem::UnknownKey { nearest: nearest(key, known), key: key.to_owned() });
                    }
                }
            }
            self.settings.embeds.push(embed);
        }
    }

    fn strings(&mut self, key: &str, item: &Item) -> Vec<String> {
        let strings = item.get_ref().as_array().and_then(|array| {
            let strings = array.iter().map(|value| value.get_ref().as_str().map(str::to_owned));
            strings.collect::<Option<Vec<_>>>()
        });
        strings.unwrap_or_else(|| {
            self.wrong_kind(key, item, "a list of paths");
            Vec::new()
        })
    }

    fn wrong_kind(&mut self, key: &str, item: &Item, expected: &'static str) {
        self.wrong(item.span().start, Problem::Kind { key: key.to_owned(), expected });
    }

    fn wrong(&mut self, at: usize, problem: Problem) {
        let error = Error::at(self.file, self.line(at), problem);
        self.errors.push(error);
    }

    fn line(&self, at: usize) -> usize {
        line_of(self.text, at.min(self.text.len()))
    }
}

/// A value as it would stand after a word's `=`.
fn default_value(item: &DeValue) -> Option<String> {
    match item {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Array(array) => {
            let texts: Option<Vec<&str>> = array.iter().map(|value| value.get_ref().as_str()).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}
