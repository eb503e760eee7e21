//! Files that a person drops on the page or chooses, folders included.

use js_sys::{Array, Promise};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DataTransfer, DragEvent, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry, HtmlInputElement,
};

/// A file, and its path below what was dropped or chosen, with `/` between folders.
pub type NamedFile = (String, File);

/// The most files that one drop may bring.
const MAX_FILES: usize = 20_000;

/// The files that were chosen in a file input.
pub fn files_of_input(input: &HtmlInputElement) -> Vec<NamedFile> {
    let Some(list) = input.files() else { return Vec::new() };
    let path = |file: &File| {
        let path = js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
    };
    (0..list.length()).filter_map(|index| list.get(index)).map(|file| (path(&file), file)).collect()
}

/// Hands over the files of every drop on the page. While files hang over it, the page says so (`data-drop` on `body`).
pub fn listen(take: impl Fn(Vec<NamedFile>) + Clone + 'static) {
    window_event_listener(ev::dragover, |event| {
        if has_files(&event) {
            event.prevent_default();
            mark(true);
        }
    });
    window_event_listener(ev::dragleave, |event| {
        // Leaving the window, not one element for another.
        if event.related_target().is_none() {
            mark(false);
        }
    });
    window_event_listener(ev::drop, move |event| {
        mark(false);
        let Some(transfer) = event.data_transfer().filter(|_| has_files(&event)) else { return };
        event.prevent_default();
        let (dropped, take) = (Dropped::take(&transfer), take.clone());
        spawn_local(async move { take(dropped.files().await) });
    });
}

fn has_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

fn mark(is_over: bool) {
    let body = document().body().expect("the page has a body");
    match is_over {
        true => body.set_attribute("data-drop", "").ok(),
        false => body.remove_attribute("data-drop").ok(),
    };
}

/// What was dropped, to be walked through by [`files`](Self::files): the browser gives it away only during the event.
#[derive(Default)]
struct Dropped {
    files: Vec<NamedFile>,
    folders: Vec<FileSystemDirectoryEntry>,
}

impl Dropped {
    /// Takes what a drop has brought.
    fn take(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let mut dropped = Self::default();
        for item in (0..items.length()).filter_map(|index| items.get(index)) {
            match item.webkit_get_as_entry().ok().flatten().filter(FileSystemEntry::is_directory) {
                Some(folder) => dropped.folders.push(folder.unchecked_into()),
                None => dropped.files.extend(item.get_as_file().ok().flatten().map(|file| (file.name(), file))),
            }
        }
        dropped
    }

    /// Every file, folders walked through. What cannot be read is left out.
    async fn files(self) -> Vec<NamedFile> {
        let Self { mut files, mut folders } = self;
        folders.reverse();
        while let Some(folder) = folders.pop() {
            let mut inside = Vec::new();
            for entry in children(&folder).await {
                if entry.is_directory() {
                    inside.push(entry.unchecked_into());
                } else if let Some(file) = file(entry.unchecked_ref()).await {
                    files.push((entry.full_path().trim_start_matches('/').to_owned(), file));
                }
                if files.len() >= MAX_FILES {
                    return files;
                }
            }
            folders.extend(inside.into_iter().rev());
        }
        files
    }
}

async fn file(entry: &FileSystemFileEntry) -> Option<File> {
    let found = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(found).await.ok()?.dyn_into().ok()
}

/// What a folder holds, by name. The browser hands it out a hundred at a time.
async fn children(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all: Vec<FileSystemEntry> = Vec::new();
    while all.len() < MAX_FILES {
        let some = Promise::new(&mut |resolve, reject| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                reject.call1(&JsValue::UNDEFINED, &error).ok();
            }
        });
        let Ok(some) = JsFuture::from(some).await else { break };
        let some: Array = some.unchecked_into();
        if some.length() == 0 {
            break;
        }
        all.extend(some.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
    all.sort_by_key(FileSystemEntry::name);
    all
}
