//! Figures for programs in other languages: a JSON object a line asks for one, and a line answers.
//!
//! One process draws a whole site. An answer says what the caller needs to go on: the figure, or the sentence to show.
//!
//! ```json
//! {"id": 1, "words": "scierc live", "text": "A sentence.", "file": "docs/a.md", "line": 12}
//! {"id": 2, "attributes": {"model": "scierc"}, "text": "A sentence.", "for": "latex"}
//! ```
//!
//! is answered by
//!
//! ```json
//! {"id": 1, "figure": "<figure …</figure>", "live": true}
//! {"id": 2, "error": "<standard input>, line 2: no entry in sinet.lock.json …"}
//! ```

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Problem};
use crate::output::Form;
use crate::project::Project;
use crate::request::Request;

/// A request, in either spelling.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Anything; it comes back with the answer.
    #[serde(default)]
    id: Value,
    /// What stands after a fence's `sinet`.
    #[serde(default)]
    words: String,
    /// The attributes of an element, instead of words.
    attributes: Option<BTreeMap<String, String>>,
    /// The text of the fence or of the element.
    #[serde(default)]
    text: String,
    /// The form, if it is not the one of the command line.
    #[serde(rename = "for")]
    form: Option<String>,
    /// The file and the line of the figure, for sentences about it.
    file: Option<String>,
    line: Option<usize>,
}

/// An answer.
#[derive(Serialize)]
struct Answer {
    id: Value,
    /// The figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
    /// Whether the page also needs the element's script.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<bool>,
    /// One sentence, with file and line, in place of a figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Answers every line of `input` with a line of `output`, until the input ends.
///
/// # Errors
/// If the input cannot be read or the output takes no more.
pub fn converse(project: &Project, form: Form, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for (number, line) in input.split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = answer(project, form, &line, number + 1);
        serde_json::to_writer(&mut output, &answer)?;
        // Callers wait for the answer before they ask on.
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(project: &Project, form: Form, line: &[u8], number: usize) -> Answer {
    let asked: Asked = match serde_json::from_slice(line) {
        Ok(asked) => asked,
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
            let error = Error::at(Path::new("<standard input>"), number, Problem::NoRequest(reason));
            return Answer { id: Value::Null, figure: None, live: None, error: Some(error.to_string()) };
        }
    };
    match drawn(project, form, &asked) {
        Ok((figure, live)) => Answer { id: asked.id, figure: Some(figure), live: Some(live), error: None },
        Err(problem) => {
            let (file, line) = match asked.file {
                Some(file) => (file, asked.line),
                None => ("<standard input>".to_owned(), Some(number)),
            };
            let error = Error { file, line, problem };
            Answer { id: asked.id, figure: None, live: None, error: Some(error.to_string()) }
        }
    }
}

fn drawn(project: &Project, form: Form, asked: &Asked) -> Result<(String, bool), Problem> {
    let form = asked.form.as_deref().map_or(Ok(form), str::parse)?;
    let request = match &asked.attributes {
        Some(attributes) => {
            let attributes = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            Request::from_attributes(attributes, &asked.text, project.models())?
        }
        None => Request::from_words(&asked.words, &asked.text, project.models())?,
    };
    let figure = project.figure(&request.or(&project.settings().defaults))?;
    Ok((form.draw(&figure), figure.is_live()))
}
