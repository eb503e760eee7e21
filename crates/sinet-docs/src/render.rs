//! A built site, with its figures drawn. Nothing is changed but the bytes that a figure takes the place of, and two links.

use std::path::{Path, PathBuf};

use sinet_figure::Host;

use crate::element::{self, SCRIPT, STYLE, is_address, script_tag};
use crate::error::{Error, Errors, Problem};
use crate::found::replaced;
use crate::html;
use crate::project::Project;
use crate::sources;

/// Name of the folder that the site gets for style and script.
const FOLDER: &str = "sinet";

/// What was done to a site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Pages of the site.
    pub pages: usize,
    /// Pages that were changed.
    pub changed: usize,
    /// Figures that were drawn.
    pub figures: usize,
}

/// Draws the figures of all pages below `site`. A second time it finds nothing to do.
///
/// # Errors
/// Every figure that means nothing or has no entry in the lock file. Then no page is changed.
pub fn render(project: &Project, site: &Path) -> Result<Rendered, Errors> {
    let (files, mut errors) = sources::pages(site);
    if files.is_empty() && errors.is_empty() {
        errors.push(Error::in_file(site, Problem::NoPages));
    }
    let mut done = Rendered { pages: files.len(), ..Rendered::default() };
    let (mut has_figures, mut has_live) = (false, false);
    let mut changed: Vec<(PathBuf, String)> = Vec::new();
    for file in files {
        let text = match sources::read(&file) {
            Ok(text) => text,
            // A page in another encoding holds no figure of ours.
            Err(Error { problem: Problem::NotUtf8, .. }) => continue,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        // Most pages of most sites hold none.
        if !text.contains("sinet") {
            continue;
        }
        let depth = file.strip_prefix(site).map_or(0, |path| path.components().count().saturating_sub(1));
        match page(project, &text, depth) {
            Ok(page) => {
                has_figures |= page.has_figures;
                has_live |= page.has_live;
                done.figures += page.drawn;
                if page.text != text {
                    changed.push((file, page.text));
                }
            }
            Err(problems) => {
                errors.extend(problems.into_iter().map(|(line, problem)| Error::at(&file, line, problem)));
            }
        }
    }
    Errors::check(errors)?;
    done.changed = changed.len();
    for (file, text) in changed {
        element::write(&file, text.as_bytes())?;
    }
    if has_figures {
        let folder = project.settings().element.as_deref().filter(|element| has_live && !is_address(element));
        element::put(&site.join(FOLDER), folder.map(|folder| project.folder().join(folder)).as_deref())?;
    }
    Ok(done)
}

/// A page with its figures drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The page.
    pub text: String,
    /// Figures that were drawn now.
    pub drawn: usize,
    /// Whether a figure is on it, drawn now or before.
    pub has_figures: bool,
    /// Whether a live one is.
    pub has_live: bool,
}

/// Draws the figures of a page that lies `depth` folders below the site's root.
///
/// # Errors
/// Every figure that means nothing or has no entry in the lock file, with its line from 1.
pub fn page(project: &Project, text: &str, depth: usize) -> Result<Page, Vec<(usize, Problem)>> {
    let found = html::read(text, project.models());
    let mut problems = Vec::new();
    let mut changes = Vec::new();
    let mut has_live = found.has_live_stills;
    for figure in found.figures {
        let drawn = figure.request.and_then(|request| project.figure(&request.or(&project.settings().defaults)));
        match drawn {
            Ok(drawn) => {
                if drawn.is_live() && project.settings().element.is_none() {
                    problems.push((figure.line, Problem::NoElement));
                }
                has_live |= drawn.is_live();
                changes.push((figure.range, drawn.still(Host::Html)));
            }
            Err(problem) => problems.push((figure.line, problem)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (drawn, has_figures) = (changes.len(), !changes.is_empty() || found.has_stills);
    if !changes.is_empty() {
        let links = links(project, &found.links, depth, has_live);
        // A page without `</head>` has its links before its first figure, where HTML allows them, too.
        match found.head_end.filter(|end| *end <= changes[0].0.start) {
            Some(end) => changes.insert(0, (end..end, links)),
            None => changes[0].1.insert_str(0, &links),
        }
    }
    Ok(Page { text: replaced(text, changes), drawn, has_figures, has_live })
}

/// The links that a page lacks.
fn links(project: &Project, there: &std::collections::BTreeSet<String>, depth: usize, is_live: bool) -> String {
    let own = format!("{}{FOLDER}", "../".repeat(depth));
    let mut links = String::new();
    let style = format!("{own}/{STYLE}");
    if !there.contains(&style) {
        links += &format!("<link rel=\"stylesheet\" href=\"{style}\">");
    }
    let element = project.settings().element.as_deref();
    let folder = element.filter(|element| is_address(element)).unwrap_or(&own);
    if is_live && !there.contains(&format!("{}/{SCRIPT}", folder.trim_end_matches('/'))) {
        let integrity = project.settings().defaults.element.iter().find(|(name, _)| *name == "integrity");
        links += &script_tag(folder, integrity.map(|(_, hash)| hash.as_str()));
    }
    links
}
