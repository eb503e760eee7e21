//! Decisions of the annotation page that need no browser, in rooms of the page's own names.
//!
//! - [`engine`]: the models that ship, the choice of a worker, the steps after a fault
//! - [`files`]: dropped files, documents from files, files from documents
//! - [`correct`]: the meaning of keys, and the way from label to label
//! - [`explain`]: attention as shades, coverage of a text, explanations in words
//! - [`library`]: the documents that wait to be saved, and those that a closing page has left
//! - [`network`]: the list of requests, and use without a network
//! - [`people`]: two people's labels of the same documents
//! - [`session`]: the fate of a question while documents and models come and go
//! - [`workspace`]: the keys around the text, the tabs beside it, the widths of the panes
//!
//! Nothing here knows the page. The open document is `sinet-document`, and pictures of it are `sinet-figure`.

pub mod bytes;
pub mod correct;
pub mod engine;
pub mod explain;
pub mod files;
pub mod library;
pub mod network;
pub mod people;
pub mod recent;
pub mod session;
pub mod workspace;
