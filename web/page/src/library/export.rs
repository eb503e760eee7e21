//! All documents in one file.

use leptos::prelude::*;
use sinet_formats::{Format, Writer};
use wasm_bindgen_futures::spawn_local;

use super::list::Library;
use super::store::StoreError;
use crate::app::Page;
use crate::files;

impl Library {
    /// Writes all documents into one file, in the order of the list and the open one as it is now.
    pub fn export(self, page: Page, format: Format) {
        self.said.set("Writing the documents…".to_owned());
        spawn_local(async move {
            match self.write_all(page, format).await {
                Ok(said) | Err(said) => self.said.set(said),
            }
        });
    }

    /// One sentence, whatever comes of it.
    async fn write_all(self, page: Page, format: Format) -> Result<String, String> {
        let store = self.store.get_value().ok_or_else(|| StoreError::Unavailable.to_string())?;
        let open = self.open.get_untracked();
        let mut writer = Writer::new(format, Vec::new());
        let mut count = 0;
        // A read from the database a document, so that the page answers in between.
        for head in self.heads.get_untracked() {
            let body = match open.as_ref() == Some(&head.id) {
                true => Some(page.body()),
                false => store.body(&head.id).await.map_err(|error| error.to_string())?,
            };
            let Some(body) = body else { continue };
            count += 1;
            let mut document = body.document.to_labelled();
            if document.id.is_empty() {
                document.id = format!("document-{count}");
            }
            writer.write(&document).map_err(|error| format!("{error}."))?;
        }
        let (content, report) = writer.finish().map_err(|error| format!("{error}."))?;
        files::download(&format!("documents.{}", format.extension()), format.media_type(), &content)?;
        let losses: Vec<String> = report.sentences().collect();
        Ok(format!("{count} documents were written as {}. {}", format.title(), losses.join(" ")).trim_end().to_owned())
    }
}
