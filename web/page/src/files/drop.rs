//! Files that a person drops on the page or chooses, folders included.

use js_sys::{Array, Promise};
use leptos::ev;
use leptos::prelude::*;
use sinet_logic::files::dropped::{self, MAX_FILES};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DataTransfer, DragEvent, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry, HtmlInputElement,
};

/// Files that were dropped or chosen.
pub type Gathered = dropped::Gathered<File>;

/// A file, and its path below what was dropped or chosen, with `/` between folders.
pub type NamedFile = (String, File);

/// The files that were chosen in a file input.
pub fn files_of_input(input: &HtmlInputElement) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(list) = input.files() else { return gathered };
    let path = |file: &File| {
        let path = js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
    };
    for file in (0..list.length()).filter_map(|index| list.get(index)) {
        if !gathered.add(path(&file), file) {
            break;
        }
    }
    gathered
}

/// Hands over the files of every drop on the page. While files hang over it, the page says so (`data-drop` on `body`).
pub fn listen(take: impl Fn(Gathered) + Clone + 'static) {
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
        spawn_local(async move { take(dropped.gather().await) });
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

/// Files and folders of a drop, to be walked through by [`gather`](Self::gather): the browser gives them away only during
/// the event.
#[derive(Default)]
struct Dropped {
    gathered: Gathered,
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
                None => {
                    if let Some(file) = item.get_as_file().ok().flatten() {
                        dropped.gathered.add(file.name(), file);
                    }
                }
            }
        }
        dropped
    }

    /// Every file, folders walked through, as far as there is room.
    async fn gather(self) -> Gathered {
        let Self { mut gathered, mut folders } = self;
        folders.reverse();
        while let Some(folder) = folders.pop() {
            let (entries, is_whole) = children(&folder).await;
            if !is_whole {
                gathered.miss(path(&folder));
            }
            let mut inside = Vec::new();
            for entry in entries {
                if entry.is_directory() {
                    inside.push(entry.unchecked_into());
                    continue;
                }
                match file(entry.unchecked_ref()).await {
                    None => gathered.miss(path(&entry)),
                    Some(file) => {
                        if !gathered.add(path(&entry), file) {
                            return gathered;
                        }
                    }
                }
            }
            folders.extend(inside.into_iter().rev());
        }
        gathered
    }
}

fn path(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}

async fn file(entry: &FileSystemFileEntry) -> Option<File> {
    let found = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
    JsFuture::from(found).await.ok()?.dyn_into().ok()
}

/// The entries of a folder, by name, and whether they could all be read. The browser hands them out a hundred at a time;
/// more than are taken in all are not asked for.
async fn children(folder: &FileSystemDirectoryEntry) -> (Vec<FileSystemEntry>, bool) {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all: Vec<FileSystemEntry> = Vec::new();
    let mut is_whole = true;
    while all.len() <= 2 * MAX_FILES {
        let some = Promise::new(&mut |resolve, reject| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                reject.call1(&JsValue::UNDEFINED, &error).ok();
            }
        });
        let Ok(some) = JsFuture::from(some).await else {
            is_whole = false;
            break;
        };
        let some: Array = some.unchecked_into();
        if some.length() == 0 {
            break;
        }
        all.extend(some.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
    all.sort_by_key(FileSystemEntry::name);
    (all, is_whole)
}
