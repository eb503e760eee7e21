//! All documents in one file.

use leptos::prelude::*;
use sinet_formats::{Format, Writer};
use wasm_bindgen_futures::spawn_local;

use super::download::download;
use super::opened::Files;

impl Files {
    /// Writes all documents into one file, in the order of the list and the open one as it is now.
    pub fn export(self, format: Format) {
        let said = self.library.said;
        said.set("Writing the documents…".to_owned());
        spawn_local(async move {
            match self.write_all(format).await {
                Ok(sentence) | Err(sentence) => said.set(sentence),
            }
        });
    }

    /// One sentence, whatever comes of it.
    async fn write_all(self, format: Format) -> Result<String, String> {
        let mut writer = Writer::new(format, Vec::new());
        let mut count = 0;
        // A read from the database a document, so that the page answers in between.
        for head in self.library.heads.get_untracked() {
            let Some(body) = self.library.body(&head).await.map_err(|error| error.to_string())? else { continue };
            count += 1;
            let mut document = body.document.to_labelled();
            if document.id.is_empty() {
                document.id = format!("document-{count}");
            }
            writer.write(&document).map_err(|error| format!("{error}."))?;
        }
        let (content, report) = writer.finish().map_err(|error| format!("{error}."))?;
        download(&format!("documents.{}", format.extension()), format.media_type(), &content)?;
        let losses: Vec<String> = report.sentences().collect();
        Ok(format!("{count} documents were written as {}. {}", format.title(), losses.join(" ")).trim_end().to_owned())
    }
}
