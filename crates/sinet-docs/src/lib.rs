//! Annotated sentences in documentation: found in its sources, looked up in a lock file, and drawn.
//!
//! ```
//! use std::path::Path;
//!
//! use sinet_docs::output::Form;
//! use sinet_docs::{Lock, Project, Request, Settings};
//!
//! let project = Project::new(Path::new("."), Settings::default(), Lock::default());
//! // Labelled text is drawn as it is; for other texts the lock file holds what a model has said.
//! let text = r#"{"text": "A parser.", "entities": [{"type": "Tool", "start": 2, "end": 8}], "relations": []}"#;
//! let request = Request::from_words("scores", text, project.models())?;
//! let figure = project.figure(&request)?;
//! assert!(Form::Html.draw(&figure).starts_with("<figure class=\"sinet\""));
//! # Ok::<(), sinet_docs::Problem>(())
//! ```
//!
//! A [`Request`] is the wish for one figure, in either of its spellings: a fence in [`markdown`], an element in [`html`].
//! A [`Project`] is a docs folder with its [`Settings`] and its [`Lock`]; it makes a [`Figure`] of a request, which has
//! many [forms](output::Form). [`mdbook`], [`render`](mod@render), [`embed`] and [`conversation`] bring figures to where they are
//! read. Start at [`request`], then [`project`].
//!
//! The crate knows no model: what one says comes in through the lock file, which `sinet docs update` writes. So a build
//! only draws.

pub mod content;
pub mod conversation;
pub mod element;
pub mod embed;
pub mod enclosed;
pub mod error;
pub mod found;
pub mod html;
pub mod install;
pub mod list;
pub mod lock;
pub mod markdown;
pub mod mdbook;
pub mod output;
pub mod project;
pub mod render;
pub mod request;
pub mod rst;
pub mod settings;
pub mod sources;

pub use error::{Error, Errors, Problem};
pub use lock::{Lock, LockedModel, Question, Reading};
pub use project::{Asked, Figure, Project};
pub use request::Request;
pub use settings::Settings;
