//! The browser's database, which keeps documents between visits.

use rexie::{ObjectStore, Rexie, Transaction, TransactionMode};
use sinet_document::record::{Body, Head};
use wasm_bindgen::JsValue;

/// Heads and bodies lie apart, so that a list of thousands is quick to read.
const HEADS: &str = "heads";
const BODIES: &str = "bodies";
/// The types of the set lie among the bodies, where no document has this name. A store of their own would need a new version of
/// the database, which no tab can have while another one has the old one open.
const TYPES: &str = "types";

/// The open database.
pub struct Store(Rexie);

/// Why something could not be kept or found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// There is no database, as in some private windows.
    #[error(
        "This browser keeps no documents for this page, perhaps because the window is private. Take away what you need before you close it."
    )]
    Unavailable,
    /// There is no room.
    #[error("The browser has no room left, so the last change is not saved. Take the document away, or delete others.")]
    Full,
    /// Something else, in the browser's words.
    #[error("The last change is not saved: {0}. Take the document away before you close the page.")]
    Other(String),
}

/// The fate of a document that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is kept.
    Done,
    /// Somebody else has changed it since, in another tab: nothing was written.
    Conflict,
}

impl Store {
    /// Opens the database, or makes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the browser has none for this page.
    pub async fn open() -> Result<Self, StoreError> {
        let builder = Rexie::builder("sinet").version(1);
        let builder =
            [HEADS, BODIES].iter().fold(builder, |builder, name| builder.add_object_store(ObjectStore::new(name)));
        builder.build().await.map(Self).map_err(|_| StoreError::Unavailable)
    }

    /// The heads of all documents, and how many records are damaged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot be read.
    pub async fn heads(&self) -> Result<(Vec<Head>, usize), StoreError> {
        let transaction = self.0.transaction(&[HEADS], TransactionMode::ReadOnly)?;
        let records = transaction.store(HEADS)?.get_all(None, None).await?;
        let count = records.len();
        let heads: Vec<Head> = records.iter().filter_map(|record| Head::from_json(&record.as_string()?).ok()).collect();
        Ok((heads.clone(), count - heads.len()))
    }

    /// A document; `None` if there is none of that name or it is damaged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot be read.
    pub async fn body(&self, id: &str) -> Result<Option<Body>, StoreError> {
        let transaction = self.0.transaction(&[BODIES], TransactionMode::ReadOnly)?;
        let record = transaction.store(BODIES)?.get(id.into()).await?;
        Ok(record.and_then(|record| Body::from_json(&record.as_string()?).ok()))
    }

    /// Saves a document, if nobody has changed it since the revision before `head`'s.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it is not kept.
    pub async fn save(&self, head: &Head, body: &Body) -> Result<Saved, StoreError> {
        let transaction = self.0.transaction(&[HEADS, BODIES], TransactionMode::ReadWrite)?;
        let heads = transaction.store(HEADS)?;
        let id = JsValue::from(&head.id);
        let kept = heads.get(id.clone()).await?.and_then(|record| Head::from_json(&record.as_string()?).ok());
        if kept.is_some_and(|kept| kept.revision + 1 != head.revision) {
            return Ok(Saved::Conflict);
        }
        heads.put(&head.to_json().into(), Some(&id)).await?;
        transaction.store(BODIES)?.put(&body.to_json().into(), Some(&id)).await?;
        finish(transaction).await?;
        Ok(Saved::Done)
    }

    /// Adds documents, all or none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they are not kept.
    pub async fn add(&self, documents: &[(Head, Body)]) -> Result<(), StoreError> {
        let transaction = self.0.transaction(&[HEADS, BODIES], TransactionMode::ReadWrite)?;
        let record = |id: &str, json: String| (JsValue::from(json), Some(JsValue::from(id)));
        let heads = documents.iter().map(|(head, _)| record(&head.id, head.to_json()));
        transaction.store(HEADS)?.put_all(heads).await?;
        let bodies = documents.iter().map(|(head, body)| record(&head.id, body.to_json()));
        transaction.store(BODIES)?.put_all(bodies).await?;
        finish(transaction).await
    }

    /// The types of the set as JSON, if a person has made some.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot be read.
    pub async fn types(&self) -> Result<Option<String>, StoreError> {
        let transaction = self.0.transaction(&[BODIES], TransactionMode::ReadOnly)?;
        Ok(transaction.store(BODIES)?.get(TYPES.into()).await?.and_then(|record| record.as_string()))
    }

    /// Keeps the types of the set; `None` forgets them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they are not kept.
    pub async fn save_types(&self, json: Option<String>) -> Result<(), StoreError> {
        let transaction = self.0.transaction(&[BODIES], TransactionMode::ReadWrite)?;
        let bodies = transaction.store(BODIES)?;
        match json {
            Some(json) => _ = bodies.put(&json.into(), Some(&TYPES.into())).await?,
            None => bodies.delete(TYPES.into()).await?,
        }
        finish(transaction).await
    }

    /// Forgets a document.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it is still there.
    pub async fn remove(&self, id: &str) -> Result<(), StoreError> {
        let transaction = self.0.transaction(&[HEADS, BODIES], TransactionMode::ReadWrite)?;
        transaction.store(HEADS)?.delete(id.into()).await?;
        transaction.store(BODIES)?.delete(id.into()).await?;
        finish(transaction).await
    }
}

/// Waits until a transaction is on the disk.
async fn finish(transaction: Transaction) -> Result<(), StoreError> {
    // A change that was accepted and then undone did not fit.
    if transaction.done().await?.is_committed() { Ok(()) } else { Err(StoreError::Full) }
}

impl From<rexie::Error> for StoreError {
    fn from(error: rexie::Error) -> Self {
        // The crate keeps the browser's exception inside, which has a name and no type.
        let words = match &error {
            rexie::Error::IdbError(inner) => inner.to_string(),
            other => other.to_string(),
        };
        if words.contains("Quota") { Self::Full } else { Self::Other(words) }
    }
}
