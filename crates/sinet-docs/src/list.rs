//! All figures of a docs folder, and whether they can be drawn.

use std::fmt;

use serde::Serialize;

use crate::content::Content;
use crate::error::{Error, Errors};
use crate::project::Project;

/// A figure in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Name of the model; empty where labels were given.
    pub model: String,
    /// Whether it can be drawn.
    pub state: State,
    /// The text.
    pub text: String,
}

/// Whether a figure can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// From the lock file.
    Locked,
    /// Not yet: no model has read its text.
    Unlocked,
    /// As it was given.
    Given,
}

/// The figures of a docs folder, in the order of files and lines.
///
/// # Errors
/// Every figure that means nothing.
pub fn list(project: &Project) -> Result<Vec<Listed>, Errors> {
    let (mut listed, mut errors) = (Vec::new(), Vec::new());
    for asked in project.asked()? {
        let file = asked.file.display().to_string();
        let line = asked.line;
        let entry = match project.content(&asked.request) {
            Ok(Content::Given(document)) => {
                Ok(Listed { file, line, model: String::new(), state: State::Given, text: document.text })
            }
            Ok(Content::Text(text)) => project.question(&asked.request, &text).map(|question| Listed {
                file,
                line,
                model: question.model.to_owned(),
                state: if project.lock().get(&question).is_some() { State::Locked } else { State::Unlocked },
                text: text.clone(),
            }),
            Err(problem) => Err(problem),
        };
        match entry {
            Ok(entry) => listed.push(entry),
            Err(problem) => errors.push(Error::at(&asked.file, line, problem)),
        }
    }
    Errors::check(errors)?;
    Ok(listed)
}

impl fmt::Display for Listed {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let model = if self.model.is_empty() { "-" } else { &self.model };
        let state = match self.state {
            State::Locked => "locked",
            State::Unlocked => "unlocked",
            State::Given => "as given",
        };
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let text = words.join(" ");
        let start: String = text.chars().take(60).collect();
        let more = if start.len() < text.len() { "…" } else { "" };
        write!(formatter, "{}:{}\t{model}\t{state}\t{start}{more}", self.file, self.line)
    }
}
