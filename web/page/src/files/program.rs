//! The program that reads and writes files, as the page asks it: in a worker that arrives with the first task, and anew with the
//! next one if it has stopped.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use sinet_document::{OpenDocument, Tagset};
use sinet_formats::{Format, LabelledDocument};
use sinet_logic::files::opening::Opened;
use sinet_logic::files::set::DocumentSet;
use sinet_logic::files::task::{Answer, Task, stopped};
use sinet_logic::files::training::Provenance;
use sinet_text::Types;
use wasm_bindgen::prelude::*;
use web_sys::File;

use super::drop::NamedFile;
use crate::network::requests;
use crate::worker::Worker;

/// The most bytes that are opened at once.
const MAX_BYTES: f64 = 256e6;

/// What files hold.
pub enum Found {
    /// Documents, or nothing; with what was recognised and what was refused.
    Documents(Opened),
    /// A set of documents.
    Set(DocumentSet),
}

/// A file that is written.
pub struct Written {
    /// What is in it.
    pub content: Vec<u8>,
    /// What is lost with it, a sentence each.
    pub losses: Vec<String>,
}

/// Opens files. Those that are too large together are not read at all.
///
/// # Errors
///
/// A sentence; here and below.
pub async fn open(files: Vec<NamedFile>) -> Result<Found, String> {
    if files.iter().map(|(_, file)| file.size()).sum::<f64>() > MAX_BYTES {
        return Err("These files are larger than 256 MB together: open fewer of them.".to_owned());
    }
    let (paths, files) = files.into_iter().unzip();
    match ask(&Task::Open { paths }, files).await? {
        (Answer::Opened(opened), _) => Ok(Found::Documents(opened)),
        (Answer::OpenedSet(set), _) => Ok(Found::Set(set)),
        _ => Err(nonsense()),
    }
}

/// Writes documents, at least one, into one file.
pub async fn write(format: Format, documents: Vec<LabelledDocument>) -> Result<Written, String> {
    written(&Task::Write { format, documents }).await
}

/// Writes data for `sinet train`.
pub async fn write_training(
    documents: Vec<OpenDocument>,
    types: Types,
    tagset: Option<Tagset>,
    provenance: Provenance,
) -> Result<Written, String> {
    written(&Task::WriteTraining { documents, types, tagset, provenance }).await
}

/// Writes a set of documents.
pub async fn write_set(set: DocumentSet) -> Result<Written, String> {
    written(&Task::WriteSet(set)).await
}

/// Puts a document into the fragment of a link.
pub async fn write_link(document: LabelledDocument) -> Result<String, String> {
    match ask(&Task::WriteLink(document), Vec::new()).await? {
        (Answer::Link(fragment), _) => Ok(fragment),
        _ => Err(nonsense()),
    }
}

/// Opens the document in the fragment of a link.
pub async fn open_link(fragment: String) -> Result<LabelledDocument, String> {
    match ask(&Task::OpenLink(fragment), Vec::new()).await? {
        (Answer::OpenedLink(document), _) => Ok(document),
        _ => Err(nonsense()),
    }
}

async fn written(task: &Task) -> Result<Written, String> {
    match ask(task, Vec::new()).await? {
        (Answer::Written { losses }, content) => Ok(Written { content, losses }),
        _ => Err(nonsense()),
    }
}

fn nonsense() -> String {
    stopped("it answered something else")
}

/// An answer and what lies beside it, or a sentence.
type Outcome = Result<(Answer, Vec<u8>), String>;

thread_local! {
    static PROGRAM: RefCell<Option<Program>> = const { RefCell::new(None) };
}

struct Program {
    worker: Worker,
    /// Tasks that wait until the program can take them; `None` once it can.
    unsent: Option<Vec<(String, Vec<File>)>>,
    /// Those who wait for an answer, in the order of their tasks.
    waiting: VecDeque<oneshot::Sender<Outcome>>,
}

impl Program {
    fn start() -> Result<Self, String> {
        let worker = Worker::start("sinet-files_loader.js", take, |message| end(&message));
        let worker = worker.map_err(|_| "This browser starts no module workers: use a newer one.".to_owned())?;
        Ok(Self { worker, unsent: Some(Vec::new()), waiting: VecDeque::new() })
    }

    fn send(&mut self, json: String, files: Vec<File>) {
        match &mut self.unsent {
            Some(unsent) => unsent.push((json, files)),
            None => self.worker.post_with_files(&json, &files),
        }
    }

    fn begin(&mut self) {
        for (json, files) in self.unsent.take().unwrap_or_default() {
            self.worker.post_with_files(&json, &files);
        }
    }
}

async fn ask(task: &Task, files: Vec<File>) -> Outcome {
    let json = serde_json::to_string(task).expect("tasks are plain JSON");
    let (sender, receiver) = oneshot::channel();
    PROGRAM.with_borrow_mut(|program| {
        let program = match program {
            Some(program) => program,
            None => program.insert(Program::start()?),
        };
        program.waiting.push_back(sender);
        program.send(json, files);
        Ok::<_, String>(())
    })?;
    match receiver.await.unwrap_or_else(|_| Err(nonsense()))? {
        (Answer::Failed(sentence), _) => Err(sentence),
        answer => Ok(answer),
    }
}

/// Takes what the program has posted, an array of a string and bytes.
fn take(message: JsValue) {
    let parts = Array::from(&message);
    let answer = parts.get(0).as_string().and_then(|json| serde_json::from_str(&json).ok());
    match answer {
        Some(Answer::Ready) => PROGRAM.with_borrow_mut(|program| program.iter_mut().for_each(Program::begin)),
        Some(Answer::Fetched(fetches)) => requests::note(fetches),
        Some(answer) => {
            let content = parts.get(1).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
            let waiting = PROGRAM.with_borrow_mut(|program| program.as_mut()?.waiting.pop_front());
            // Who asked may have gone.
            waiting.map(|waiting| waiting.send(Ok((answer, content))));
        }
        None => end("it sent a message that this page does not know"),
    }
}

/// Ends the program, and tells all who wait.
fn end(message: &str) {
    let ended = PROGRAM.take();
    for waiting in ended.into_iter().flat_map(|program| program.waiting) {
        waiting.send(Err(stopped(message))).ok();
    }
}
