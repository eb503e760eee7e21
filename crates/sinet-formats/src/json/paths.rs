//! Paths of fields in a JSON object.

use std::fmt;

use serde_json::Value;

use crate::error::shortened;

/// The way to a value from the outermost object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Element(usize),
}

impl FieldPath {
    /// The path with `[]` for each element of a list, as in `entities[].note`.
    pub(super) fn of_all(&self) -> String {
        self.written(|_| String::new())
    }

    /// The value in `root`.
    pub(super) fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Field(name) => value.get(name),
            Step::Element(index) => value.get(index),
        })
    }

    /// Whether it is the outermost object's own.
    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    fn written(&self, index: impl Fn(usize) -> String) -> String {
        let mut path = String::new();
        for step in &self.0 {
            match step {
                Step::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path += &shortened(name);
                }
                Step::Element(at) => path += &format!("[{}]", index(*at)),
            }
        }
        path
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.written(|index| index.to_string()))
    }
}

impl From<&serde_ignored::Path<'_>> for FieldPath {
    fn from(path: &serde_ignored::Path) -> Self {
        use serde_ignored::Path;
        let mut steps = Vec::new();
        let mut at = path;
        loop {
            at = match at {
                Path::Root => break,
                Path::Seq { parent, index } => {
                    steps.push(Step::Element(*index));
                    parent
                }
                Path::Map { parent, key } => {
                    steps.push(Step::Field(key.clone()));
                    parent
                }
                Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => parent,
            };
        }
        steps.reverse();
        Self(steps)
    }
}

impl From<&serde_path_to_error::Path> for FieldPath {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment;
        let steps = path.iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Element(*index)),
            Segment::Map { key } => Some(Step::Field(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        Self(steps.collect())
    }
}
