//! Options for all figures: `sinet-docs.toml` in the docs folder, or `[preprocessor.sinet]` in its `book.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Table, TableLike, Value};

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
        let document = Document::parse(text).map_err(|error| {
            let line = line_of(text, error.span().map_or(0, |span| span.start).min(text.len()));
            Error::at(file, line, Problem::Toml(error.message().to_owned()))
        })?;
        let mut parser =
            Parsing { file, text, settings: Self { file: file.to_owned(), ..Self::default() }, errors: Vec::new() };
        match preprocessor {
            None => parser.table(document.as_table(), false),
            Some(name) => {
                let book = document.get("book").and_then(|book| book.get("src")).and_then(Item::as_str);
                parser.settings.sources = vec![book.unwrap_or("src").to_owned()];
                let table = document.get("preprocessor").and_then(|all| all.get(name)).and_then(Item::as_table);
                if let Some(table) = table {
                    parser.table(table, true);
                }
            }
        }
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

struct Parsing<'a> {
    file: &'a Path,
    text: &'a str,
    settings: Settings,
    errors: Vec<Error>,
}

impl Parsing<'_> {
    fn table(&mut self, table: &Table, is_preprocessor: bool) {
        // Names of models come first: others may use them.
        for (name, item) in table.get("models").and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter) {
            match item.as_str() {
                Some(folder) => _ = self.settings.models.insert(name.to_owned(), folder.to_owned()),
                None => self.wrong_kind(name, item, "the path of a model folder"),
            }
        }
        let models = self.settings.model_names();
        for (key, item) in table.iter() {
            match key {
                "models" if item.is_table_like() => {}
                "models" => self.wrong_kind(key, item, "a table of names and folders"),
                "element" => match item.as_str() {
                    Some(folder) => self.settings.element = Some(folder.to_owned()),
                    None => self.wrong_kind(key, item, "the path of a folder"),
                },
                "sources" => self.settings.sources = self.strings(key, item),
                "skip" => self.settings.skip = self.strings(key, item),
                "embed" => self.embeds(item),
                key if DEFAULTS.contains(&key) => {
                    let set = match default_value(item) {
                        Some(value) => self.settings.defaults.set(key, Some(&value), &models),
                        None => {
                            Err(Problem::Kind { key: key.to_owned(), expected: "text, a number, or true or false" })
                        }
                    };
                    if let Err(problem) = set {
                        self.wrong(table, key, problem);
                    }
                }
                key if is_preprocessor && PREPROCESSOR.contains(&key) => {}
                key => {
                    let known = DEFAULTS
                        .into_iter()
                        .chain(KEYS)
                        .chain(if is_preprocessor { &PREPROCESSOR[..] } else { &[] }.iter().copied());
                    self.wrong(table, key, Problem::UnknownKey { nearest: nearest(key, known), key: key.to_owned() });
                }
            }
        }
        let default = self.settings.defaults.model.clone();
        if let Some(name) = default.filter(|name| !models.contains(name)) {
            let nearest = nearest(&name, models.iter().map(String::as_str));
            self.wrong(table, "model", Problem::UnknownModel { name, nearest });
        }
    }

    fn embeds(&mut self, item: &Item) {
        let Some(tables) = item.as_array_of_tables() else {
            return self.wrong_kind("embed", item, "tables, each under [[embed]]");
        };
        for table in tables {
            let mut embed = Embed { line: self.line(table.span()), ..Embed::default() };
            for (key, item) in table {
                let Some(value) = item.as_str() else {
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
                        let problem = Problem::UnknownKey { nearest: nearest(key, known), key: key.to_owned() };
                        self.wrong(table, key, problem);
                    }
                }
            }
            self.settings.embeds.push(embed);
        }
    }

    fn strings(&mut self, key: &str, item: &Item) -> Vec<String> {
        let strings = item.as_array().and_then(|array| {
            let strings = array.iter().map(|value| value.as_str().map(str::to_owned));
            strings.collect::<Option<Vec<_>>>()
        });
        strings.unwrap_or_else(|| {
            self.wrong_kind(key, item, "a list of paths");
            Vec::new()
        })
    }

    fn wrong_kind(&mut self, key: &str, item: &Item, expected: &'static str) {
        let line = self.line(item.span());
        self.errors.push(Error::at(self.file, line, Problem::Kind { key: key.to_owned(), expected }));
    }

    fn wrong(&mut self, table: &Table, key: &str, problem: Problem) {
        let line = self.line(table.key(key).and_then(toml_edit::Key::span));
        self.errors.push(Error::at(self.file, line, problem));
    }

    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        line_of(self.text, span.map_or(0, |span| span.start).min(self.text.len()))
    }
}

/// A value as it would stand after a word's `=`.
fn default_value(item: &Item) -> Option<String> {
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Boolean(switch) => Some(switch.value().to_string()),
        Value::Float(number) => Some(number.value().to_string()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Array(array) => {
            let texts: Option<Vec<&str>> = array.iter().map(Value::as_str).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}
