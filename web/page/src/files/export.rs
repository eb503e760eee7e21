//! All documents in one file.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_formats::Format;
use sinet_logic::files::set::DocumentSet;
use sinet_logic::files::takeaway::Item;
use sinet_logic::library::progress::documents;
use wasm_bindgen_futures::spawn_local;

use super::download::download;
use super::opened::Files;
use super::program::{self, Written};

impl Files {
    /// Writes all documents into one file, or only those that a person has checked, in the order of the list and the open one as it
    /// is now.
    pub fn export(self, item: Item, only_checked: bool) {
        self.write("Writing the documents…", async move {
            match item {
                Item::Data(format) => self.write_all(format, only_checked).await,
                _ => self.write_training(only_checked).await,
            }
        });
    }

    /// Writes all documents with their types into one file, from which a page elsewhere goes on.
    pub fn export_set(self) {
        self.write("Writing the set…", self.write_set());
    }

    /// Says that writing has begun, and then in one sentence what has come of it.
    fn write(self, begun: &str, writing: impl Future<Output = Result<String, String>> + 'static) {
        let said = self.library.said;
        said.set(begun.to_owned());
        spawn_local(async move {
            match writing.await {
                Ok(sentence) | Err(sentence) => said.set(sentence),
            }
        });
    }

    async fn write_set(self) -> Result<String, String> {
        let types = self.library.types.with_untracked(|types| types.as_ref().map(|types| types.tagset().clone()));
        let mut set = DocumentSet { types, ..DocumentSet::default() };
        for head in self.library.heads.get_untracked() {
            let body = self.library.body(&head).await.map_err(|error| error.to_string())?;
            set.documents.extend(body.map(|body| (head, body)));
        }
        let types = if set.types.is_some() { " with the types" } else { "" };
        let said = written(set.documents.len());
        let Written { content, .. } = program::write_set(set).await?;
        download("set.zip", "application/zip", &content)?;
        Ok(format!("{said}{types}. Open the file in another browser to go on there."))
    }

    /// One sentence, whatever comes of it.
    async fn write_all(self, format: Format, only_checked: bool) -> Result<String, String> {
        let mut documents = Vec::new();
        // A read from the database a document, so that the page answers in between.
        for head in self.library.heads.get_untracked() {
            let Some(body) = self.library.body(&head).await.map_err(|error| error.to_string())? else { continue };
            if only_checked && !body.checked {
                continue;
            }
            let mut document = body.document.to_labelled();
            if document.id.is_empty() {
                document.id = format!("document-{}", documents.len() + 1);
            }
            documents.push(document);
        }
        if documents.is_empty() {
            return Err(NONE_CHECKED.to_owned());
        }
        let count = documents.len();
        let Written { content, losses } = program::write(format, documents).await?;
        download(&format!("documents.{}", format.extension()), format.media_type(), &content)?;
        let losses = losses.join(" ");
        Ok(format!("{} as {}. {losses}", written(count), format.title()).trim_end().to_owned())
    }

    async fn write_training(self, only_checked: bool) -> Result<String, String> {
        let session = self.library.session;
        let mut documents: Vec<OpenDocument> = Vec::new();
        for head in self.library.heads.get_untracked() {
            let body = self.library.body(&head).await.map_err(|error| error.to_string())?;
            documents.extend(body.filter(|body| body.checked || !only_checked).map(|body| body.document));
        }
        if documents.is_empty() {
            return Err(NONE_CHECKED.to_owned());
        }
        let count = documents.len();
        let types = session.editor.types.get_untracked();
        let tagset = session.editor.tagset.get_untracked().as_deref().cloned();
        let Written { content, .. } = program::write_training(documents, types, tagset, session.provenance()).await?;
        download("documents-training.zip", "application/zip", &content)?;
        Ok(format!("{} as training data.", written(count)))
    }
}

fn written(count: usize) -> String {
    format!("{} {} written", documents(count), if count == 1 { "was" } else { "were" })
}

/// Said where there is nothing to write.
const NONE_CHECKED: &str = "No document is checked: check some, or export all of them.";
