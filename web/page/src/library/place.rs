//! The place of the open document in the database.

use std::cell::RefCell;
use std::rc::Rc;

/// The place where a document is kept.
pub struct Place {
    /// Its name in the database.
    pub id: String,
    /// 0 as long as it is not kept.
    pub revision: u32,
    /// Its own part (`Job::own_part`) when it was saved last.
    pub saved: String,
}

impl Place {
    /// The place of a new document.
    pub fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { id: new_id(), revision: 0, saved: String::new() }))
    }
}

/// A name that no other document has.
pub fn new_id() -> String {
    let random = || (js_sys::Math::random() * 2f64.powi(52)) as u64;
    format!("{:013x}{:013x}", random(), random())
}
