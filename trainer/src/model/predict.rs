//! Annotations on standard output.

use std::io::{BufRead, ErrorKind, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use burn::tensor::read_sync;
use sinet_infer::Model;
use sinet_text::{Annotation, Document};

use crate::Error;
use crate::console::say;
use crate::error::DataError;

/// Texts that may be on their way, for each thread: enough to keep all of them busy behind a long one.
const IN_FLIGHT: usize = 16;

/// Annotates one text.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read it.
pub fn annotate(model: &Model, text: &str) -> Result<Annotation, Error> {
    // In the pool, so that its threads share the work of one text.
    Ok(rayon::scope(|_| read_sync(model.annotate_document(Document::parse(text))))?)
}

/// Says on standard error where the end of a word was not read. `text` is what the annotated text is called.
pub fn warn_of_dropped_pieces(text: &str, annotation: &Annotation) {
    let cut = annotation.windows.iter().filter(|window| window.dropped_pieces > 0);
    for window in cut {
        let (first, dropped) = (window.words.start + 1, window.dropped_pieces);
        say(format_args!(
            "{text}: word {first} is longer than the model's input; its last {dropped} word pieces were not read"
        ));
    }
}

/// Annotates every line of `input`, which is called `name`, and writes one JSON object a line to `output`, in the
/// same order.
///
/// All cores work at it; however long the input is, only some lines of it are in memory.
///
/// # Errors
///
/// [`Error::Data`] for a line that is not UTF-8, [`Error::Annotate`] if the model cannot read one, [`Error::Output`] if the
/// output takes no more. The lines before such a line are answered.
pub fn annotate_lines(model: &Model, name: &str, input: impl BufRead, output: impl Write + Send) -> Result<(), Error> {
    let (queue, answers) = mpsc::sync_channel(IN_FLIGHT * rayon::current_num_threads());
    thread::scope(|threads| {
        let writer = threads.spawn(move || write_all(answers, output));
        rayon::in_place_scope(|pool| {
            for (i, line) in input.lines().enumerate() {
                let (sender, answer) = mpsc::channel();
                // The writer goes at the first error; then nobody wants the rest.
                if queue.send(answer).is_err() {
                    break;
                }
                pool.spawn(move |_| {
                    let unreadable = |source: std::io::Error| match source.kind() {
                        ErrorKind::InvalidData => Error::data(Path::new(name))(DataError::Line { line: i + 1, source }),
                        _ => Error::reading(Path::new(name))(source),
                    };
                    let answer = line.map_err(unreadable).and_then(|line| {
                        let annotation = annotate(model, &line)?;
                        warn_of_dropped_pieces(&format!("{name}, line {}", i + 1), &annotation);
                        serde_json::to_string(&annotation).map_err(|error| Error::Serialize(error.into()))
                    });
                    _ = sender.send(answer);
                });
            }
            drop(queue);
        });
        writer.join().expect("writing does not panic")
    })
}

/// An annotated line, when it is ready.
type Answer = mpsc::Receiver<Result<String, Error>>;

fn write_all(answers: mpsc::Receiver<Answer>, mut output: impl Write) -> Result<(), Error> {
    for answer in answers {
        let json = answer.recv().expect("every line is answered")?;
        writeln!(output, "{json}").map_err(Error::Output)?;
    }
    output.flush().map_err(Error::Output)
}
