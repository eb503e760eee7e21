//! The answers of a model to many texts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::read_sync;
use rayon::ThreadPool;
use rayon::prelude::*;
use sinet_infer::Model;
use sinet_text::{Annotation, Document};

/// What the model says of a text, or the reason for which it cannot be read. A text that cannot be read ends nothing.
pub fn answer(model: &Model, document: Document) -> Result<Annotation, String> {
    match catch_unwind(AssertUnwindSafe(|| read_sync(model.annotate_document(document)))) {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the model failed on this text; please report it".to_owned()),
    }
}

/// Answers of all items in their order, by the threads of a pool or by the caller's own.
pub fn each<I: Sync, O: Send>(
    pool: Option<&ThreadPool>,
    items: &[I],
    answer: impl Fn(&I) -> O + Sync + Send,
) -> Vec<O> {
    match pool {
        Some(pool) => pool.install(|| items.par_iter().with_max_len(1).map(answer).collect()),
        None => items.iter().map(answer).collect(),
    }
}
