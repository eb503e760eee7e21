//! Files that a person drops on the page or chooses, and their meaning.

/// The most files that are taken at once.
pub const MAX_FILES: usize = 20_000;

/// The most files that are named as unreadable; the others are counted.
const NAMED: usize = 10;

/// Files, each with its path below what was dropped or chosen, with `/` between folders.
#[derive(Debug, Clone)]
pub struct Gathered<F> {
    /// The files.
    pub files: Vec<(String, F)>,
    unread: Vec<String>,
    has_more: bool,
}

impl<F> Default for Gathered<F> {
    fn default() -> Self {
        Self { files: Vec::new(), unread: Vec::new(), has_more: false }
    }
}

impl<F> Gathered<F> {
    /// Adds a file, and says whether there was room.
    pub fn add(&mut self, path: String, file: F) -> bool {
        self.has_more |= self.files.len() >= MAX_FILES;
        if !self.has_more {
            self.files.push((path, file));
        }
        !self.has_more
    }

    /// Notes a file or folder that cannot be read.
    pub fn miss(&mut self, path: String) {
        self.unread.push(path);
    }

    /// The things that are not among the files, each a sentence.
    pub fn failures(&self) -> Vec<String> {
        let mut failures: Vec<String> =
            self.unread.iter().take(NAMED).map(|path| format!("{path} cannot be read.")).collect();
        match self.unread.len().saturating_sub(NAMED) {
            0 => {}
            1 => failures.push("1 more file cannot be read.".to_owned()),
            more => failures.push(format!("{more} more files cannot be read.")),
        }
        if self.has_more {
            failures.push(format!("There are more than {MAX_FILES} files: only the first {MAX_FILES} were taken."));
        }
        failures
    }
}

/// A decision about files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// They are a model: its folder, or a zip of it.
    Model,
    /// They are documents.
    Documents,
    /// There are none.
    Nothing,
}

/// The meaning of some files, by their paths with `/` between folders.
pub fn meaning<'a>(paths: impl Iterator<Item = &'a str>) -> Meaning {
    let (mut has_manifest, mut has_weights, mut has_archive, mut count) = (false, false, false, 0);
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        has_manifest |= name == "manifest.json";
        has_weights |= name.ends_with(".safetensors");
        has_archive |= name.ends_with(".zip");
        count += 1;
    }
    match count {
        0 => Meaning::Nothing,
        1 if has_archive => Meaning::Model,
        _ if has_manifest || has_weights => Meaning::Model,
        _ => Meaning::Documents,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_told_from_documents() {
        let check = |paths: &[&str], expected| assert_eq!(meaning(paths.iter().copied()), expected, "{paths:?}");
        check(&[], Meaning::Nothing);
        check(&["my-model.ZIP"], Meaning::Model);
        check(&["model/config.json", "model/manifest.json"], Meaning::Model);
        check(&["config.json", "model.safetensors"], Meaning::Model);
        check(&["notes.txt"], Meaning::Documents);
        check(&["a/1.txt", "a/1.ann", "b.zip"], Meaning::Documents);
    }

    #[test]
    fn b20_whatever_is_not_taken_is_said() {
        let mut gathered = Gathered::default();
        assert_eq!(gathered.failures(), Vec::<String>::new());
        gathered.miss("many/locked.txt".to_owned());
        for number in 0..MAX_FILES {
            assert!(gathered.add(number.to_string(), ()));
        }
        assert_eq!(gathered.failures(), ["many/locked.txt cannot be read."]);
        assert!(!gathered.add("one too many".to_owned(), ()));
        assert_eq!(gathered.files.len(), MAX_FILES);
        let [_, told] = &gathered.failures()[..] else { panic!("{:?}", gathered.failures()) };
        assert_eq!(told, "There are more than 20000 files: only the first 20000 were taken.");
        for number in 0..NAMED + 1 {
            gathered.miss(number.to_string());
        }
        assert!(gathered.failures().contains(&"2 more files cannot be read.".to_owned()));
    }
}
