//! A file that is opened once it is needed.

use std::fmt;
use std::io::{self, BufRead, Cursor};

/// A file of a folder or an archive, and the way to open it.
pub struct NamedFile {
    /// Its path, with `/` between folders.
    pub name: String,
    open: Box<dyn FnOnce() -> io::Result<Box<dyn BufRead>>>,
}

impl NamedFile {
    /// A file that `open` opens.
    pub fn new(name: impl Into<String>, open: impl FnOnce() -> io::Result<Box<dyn BufRead>> + 'static) -> Self {
        Self { name: name.into(), open: Box::new(open) }
    }

    /// A file that has been read already.
    pub fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self::new(name, || Ok(Box::new(Cursor::new(bytes))))
    }

    pub(crate) fn open(self) -> io::Result<Box<dyn BufRead>> {
        (self.open)()
    }
}

impl fmt::Debug for NamedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("NamedFile").field("name", &self.name).finish_non_exhaustive()
    }
}
