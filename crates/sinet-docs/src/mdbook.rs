//! The preprocessor of mdBook 0.4 and 0.5: figures take their places in the source of each chapter.
//!
//! mdBook sends its context and the book as JSON. 0.5 calls the chapters `items` that were `sections` before; all else is the
//! same, so the book is changed where its chapters are, and passed on as it came.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sinet_figure::{Host, SINET_CSS};

use crate::element::{is_address, script_tag};
use crate::error::{Error, Errors, Problem};
use crate::found::Found;
use crate::markdown;
use crate::project::Project;
use crate::sources;

/// Renderers whose output shows HTML.
pub const RENDERERS: [&str; 5] = ["html", "epub", "linkcheck", "markdown", "pandoc"];

/// Takes what mdBook sends, and gives the book that it wants back.
///
/// # Errors
/// Every figure that means nothing or has no entry in the lock file.
pub fn preprocess(input: &str) -> Result<String, Errors> {
    let named = Path::new("<standard input>");
    let no_book = |reason: &str| Error::in_file(named, Problem::NoBook(reason.to_owned()));
    let [context, mut book]: [Value; 2] = serde_json::from_str(input).map_err(|error| no_book(&error.to_string()))?;
    let root = context.get("root").and_then(Value::as_str).ok_or_else(|| no_book("its context has no root"))?;
    let source = context.pointer("/config/book/src").and_then(Value::as_str).unwrap_or("src");
    let project = Project::open(Path::new(root))?;
    let key = ["items", "sections"].into_iter().find(|key| book.get(key).is_some_and(Value::is_array));
    let key = key.ok_or_else(|| no_book("its book has no chapters"))?;
    let mut work = Work { project, source: Path::new(root).join(source), errors: Vec::new() };
    work.items(&mut book[key]);
    Errors::check(work.errors)?;
    Ok(book.to_string())
}

struct Work {
    project: Project,
    source: PathBuf,
    errors: Vec<Error>,
}

impl Work {
    fn items(&mut self, items: &mut Value) {
        for item in items.as_array_mut().into_iter().flatten() {
            let Some(chapter) = item.get_mut("Chapter") else { continue };
            let path = ["source_path", "path"].iter().find_map(|key| chapter.get(*key)?.as_str()).map(str::to_owned);
            if let Some(content) = chapter.get("content").and_then(Value::as_str) {
                let drawn = self.chapter(content, path.as_deref().unwrap_or_default());
                chapter["content"] = Value::from(drawn);
            }
            if let Some(items) = chapter.get_mut("sub_items") {
                self.items(items);
            }
        }
    }

    /// A chapter with its figures drawn. `path` is that of its file, from the sources on.
    fn chapter(&mut self, content: &str, path: &str) -> String {
        let mut drawn = Vec::new();
        let mut head = Some(format!("<style>{}</style>", SINET_CSS.replace('\n', "")));
        let mut needs_script = true;
        for found in markdown::find(content, self.project.models()) {
            let wish = found.request.as_ref().map_err(|_| None);
            let figure = wish.and_then(|request| {
                let request = request.clone().or(&self.project.settings().defaults);
                let figure = self.project.figure(&request).map_err(Some)?;
                let script = if figure.is_live() && needs_script {
                    needs_script = false;
                    self.script(path).map_err(Some)?
                } else {
                    String::new()
                };
                Ok(head.take().unwrap_or_default() + &script + &figure.still(Host::Html))
            });
            match figure {
                Ok(figure) => drawn.push((found.range, figure)),
                Err(problem) => self.wrong(found, problem, path),
            }
        }
        markdown::replaced(content, drawn)
    }

    /// The tag of the element's script in a chapter.
    fn script(&self, path: &str) -> Result<String, Problem> {
        let settings = self.project.settings();
        let element = settings.element.as_deref().ok_or(Problem::NoElement)?;
        let integrity = settings.defaults.element.iter().find(|(name, _)| *name == "integrity");
        let integrity = integrity.map(|(_, hash)| hash.as_str());
        if is_address(element) {
            return Ok(script_tag(element, integrity));
        }
        // mdBook copies what lies beside the chapters.
        let folder = self.project.folder().join(element);
        let below = folder.strip_prefix(&self.source).map_err(|_| Problem::ElementOutside(element.to_owned()))?;
        let up = "../".repeat(Path::new(path).components().count().saturating_sub(1));
        Ok(script_tag(&format!("{up}{}", below.display()), integrity))
    }

    /// Remembers a mistake, at its line in the chapter's file: other preprocessors may have moved it since.
    fn wrong(&mut self, found: Found, problem: Option<Problem>, path: &str) {
        let file = self.source.join(path);
        let sentence = |found: &Found| found.request.as_ref().err().map(Problem::to_string);
        let wanted = (found.request.as_ref().ok().cloned(), sentence(&found));
        let original = sources::read(&file).unwrap_or_default();
        let mut originals = markdown::find(&original, self.project.models()).into_iter();
        let same = originals.find(|found| (found.request.as_ref().ok().cloned(), sentence(found)) == wanted);
        let line = same.map_or(found.line, |found| found.line);
        if let Some(problem) = problem.or(found.request.err()) {
            self.errors.push(Error::at(&file, line, problem));
        }
    }
}
