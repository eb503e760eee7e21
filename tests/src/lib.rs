//! Tests that span crates; see the files beside this folder.
