//! Where the open document is kept, and what waits to be saved there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use sinet_document::record::{Body, State};

/// Where the open document is kept.
pub struct Place {
    /// Its name in the database.
    pub id: String,
    /// 0 as long as it is not kept.
    pub revision: u32,
    /// What a person had made of it when it was saved last.
    pub saved: String,
}

impl Place {
    /// Where a new document will be kept.
    pub fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { id: new_id(), revision: 0, saved: String::new() }))
    }
}

/// What waits to be saved, one after the other.
#[derive(Default)]
pub struct Queue {
    /// Where, what, and what a model has made of it.
    pub jobs: VecDeque<(Rc<RefCell<Place>>, Body, State)>,
    /// Whether somebody takes the jobs out.
    pub is_running: bool,
}

/// A name that no other document has.
pub fn new_id() -> String {
    let random = || (js_sys::Math::random() * 2f64.powi(52)) as u64;
    format!("{:013x}{:013x}", random(), random())
}
