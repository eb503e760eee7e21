//! The labelled sentences of a model: their files, and which contents these have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sinet_formats::{Dataset, Loss, LossReport};
use sinet_infer::folder::MANIFEST;
use sinet_text::Schema;

use crate::Error;
use crate::config::DistilSection;
use crate::console::say;
use crate::error::DataError;
use crate::files::{read, sha256};

/// The types of a data set.
pub const TYPES: &str = "types.json";

/// The sentences that a model learns from.
pub const TRAIN: &str = "train.json";

/// The sentences that a model is measured on while it is trained.
pub const DEV: &str = "dev.json";

/// The sentences that a finished model is scored on.
pub const TEST: &str = "test.json";

/// The fields of SpERT's form that a file may lack, and whose misspelling therefore goes unseen.
const OPTIONAL_FIELDS: [&str; 2] = ["relations", "orig_id"];

/// Reads labelled sentences in SpERT's form. Fields that are not read are said on standard error.
///
/// # Errors
///
/// [`Error::Read`] if there is no such file, [`Error::Dataset`] with the place of the first mistake in it, [`Error::Data`] for
/// a field that seems misspelt.
pub fn read_dataset(path: &Path, schema: &Schema) -> Result<Dataset, Error> {
    parse_dataset(path, read(path)?, schema)
}

/// Labelled sentences from the bytes of the file `path`.
///
/// # Errors
///
/// [`Error::Dataset`] with the place of the first mistake, [`Error::Data`] for a field that seems misspelt.
pub(crate) fn parse_dataset(path: &Path, bytes: Vec<u8>, schema: &Schema) -> Result<Dataset, Error> {
    let (dataset, report) = Dataset::read_spert(bytes.as_slice(), schema, &path.display().to_string())?;
    if let Some((field, meant)) = misspelt(&report) {
        return Err(Error::data(path)(DataError::Misspelt { field, meant }));
    }
    let losses = report.losses().zip(report.sentences());
    for (_, sentence) in losses.filter(|((loss, _), _)| *loss == Loss::UnreadFields) {
        say(format!("{}: {sentence}", path.display()));
    }
    Ok(dataset)
}

/// A field that was not read and that one or two letters part from one that is, with that.
fn misspelt(report: &LossReport) -> Option<(String, &'static str)> {
    report.names(Loss::UnreadFields).find_map(|(path, _)| {
        let field = path.trim_matches('`');
        let meant = OPTIONAL_FIELDS.into_iter().find(|known| strsim::osa_distance(field, known) <= 2)?;
        Some((field.to_owned(), meant))
    })
}

/// The data of a training.
#[derive(Debug)]
pub struct Data {
    /// The types.
    pub schema: Schema,
    /// The sentences that the model learns from.
    pub train: Dataset,
    /// The sentences that it is measured on.
    pub dev: Dataset,
    /// The files of the three.
    pub identity: DataIdentity,
}

impl Data {
    /// Reads the data in a folder, and notes which teachers and texts a run by `distil` learns from beside it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if a file is missing, [`Error::Data`] or [`Error::Dataset`] with the place of the first mistake.
    pub fn read(folder: &Path, distil: &DistilSection) -> Result<Self, Error> {
        let teaching = Teaching::read(distil)?;
        let mut identity = DataIdentity { folder: folder.to_owned(), sha256: BTreeMap::new(), teaching };
        let mut read = |name: &str| {
            let path = folder.join(name);
            let bytes = read(&path)?;
            identity.sha256.insert(name.to_owned(), sha256(&bytes));
            Ok::<_, Error>((path, bytes))
        };
        let [types, train, dev] = [read(TYPES)?, read(TRAIN)?, read(DEV)?];
        let schema: Schema = serde_json::from_slice(&types.1).map_err(Error::data(&types.0))?;
        let mut train = parse_dataset(&train.0, train.1, &schema)?;
        // As the authors' code does: a symmetric relation is learned in text order only.
        train.sentences.iter_mut().for_each(|example| example.order_symmetric(&schema));
        Ok(Self { train, dev: parse_dataset(&dev.0, dev.1, &schema)?, schema, identity })
    }
}

/// The contents of the files of a training, by which a run and a model know their data again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataIdentity {
    /// The folder of the files. The same files in another folder are the same data.
    pub folder: PathBuf,
    /// The SHA-256 of each file in hexadecimal digits, by its name.
    pub sha256: BTreeMap<String, String>,
    /// What the run learns from beside these files, if it has teachers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teaching: Option<Teaching>,
}

/// The contents of teachers, and of the texts that they answer for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaching {
    /// The teachers' folders, as the person has named them, and the SHA-256 of each manifest, which has those of all files.
    pub teachers: Vec<(PathBuf, String)>,
    /// The file of texts, as the person has named it, and its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlabelled: Option<(PathBuf, String)>,
}

impl Teaching {
    /// The teaching of a run; `None` where it has no teacher.
    fn read(distil: &DistilSection) -> Result<Option<Self>, Error> {
        let hashed = |path: &Path, file: &Path| Ok((path.to_owned(), sha256(&read(file)?)));
        let teachers = distil.teachers.iter().map(|folder| hashed(folder, &folder.join(MANIFEST)));
        let teachers = teachers.collect::<Result<Vec<_>, Error>>()?;
        let unlabelled = distil.unlabelled.as_ref().map(|file| hashed(file, file)).transpose()?;
        Ok((!teachers.is_empty()).then_some(Self { teachers, unlabelled }))
    }

    fn files(&self) -> impl Iterator<Item = &(PathBuf, String)> {
        self.teachers.iter().chain(&self.unlabelled)
    }
}

impl DataIdentity {
    /// The same with the whole path of the folder, which holds wherever `sinet` is called.
    ///
    /// # Errors
    ///
    /// [`Error::Read`], if there is no such folder any more.
    pub fn resolved(&self) -> Result<Self, Error> {
        let folder = self.folder.canonicalize().map_err(Error::reading(&self.folder))?;
        Ok(Self { folder, ..self.clone() })
    }

    /// What has other contents here than there, as a sentence names it: files of the folder, teachers, texts.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let names = self.sha256.keys().chain(other.sha256.keys().filter(|name| !self.sha256.contains_key(*name)));
        let names = names.filter(|name| self.sha256.get(*name) != other.sha256.get(*name));
        let files = names.map(|name| format!("{name} of {}", self.folder.display()));
        let teaching =
            |identity: &Self| -> Vec<_> { identity.teaching.iter().flat_map(Teaching::files).cloned().collect() };
        let others = teaching(other);
        let taught = teaching(self).into_iter().filter(|file| !others.contains(file));
        files.chain(taught.map(|(path, _)| path.display().to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(folder: &str, files: &[(&str, &str)]) -> DataIdentity {
        let sha256 = files.iter().map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect();
        DataIdentity { folder: folder.into(), sha256, teaching: None }
    }

    #[test]
    fn data_differs_by_its_contents() {
        let data = identity("a", &[(DEV, "1"), (TRAIN, "2")]);
        assert_eq!(data.differences(&identity("b", &[(DEV, "1"), (TRAIN, "2")])), [""; 0]);
        assert_eq!(data.differences(&identity("b", &[(DEV, "1"), (TRAIN, "3")])), ["train.json of a"]);
        let other = identity("a", &[(TRAIN, "2"), (TYPES, "3")]);
        assert_eq!(data.differences(&other), ["dev.json of a", "types.json of a"]);
    }

    #[test]
    fn data_differs_by_its_teachers_and_texts() {
        let taught = |teachers: [&str; 2], text: Option<&str>| {
            let file = |path: &str, sum: &str| (PathBuf::from(path), sum.to_owned());
            let teachers = teachers.iter().zip(["one", "two"]).map(|(sum, folder)| file(folder, sum)).collect();
            let teaching = Some(Teaching { teachers, unlabelled: text.map(|sum| file("texts", sum)) });
            DataIdentity { teaching, ..identity("a", &[(TRAIN, "1")]) }
        };
        let data = taught(["1", "2"], Some("3"));
        assert_eq!(data.differences(&data), [""; 0]);
        assert_eq!(data.differences(&taught(["1", "4"], Some("3"))), ["two"]);
        assert_eq!(data.differences(&taught(["5", "2"], None)), ["one", "texts"]);
    }
}
