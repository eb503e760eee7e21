//! The models that can be chosen: those that ship with the page, with texts to try them on, and those that a person
//! has brought.

/// A model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelName {
    /// Abstracts of computer science (trained on SciERC).
    Scientific,
    /// News about people, places and organisations (trained on CoNLL04).
    News,
    /// One that a person has brought; the number is the start of the hash of its manifest.
    Own(u64),
    /// None: a person labels alone. Nothing is fetched and nothing is read.
    NoModel,
}

/// The folder under `models/` where those lie that people have brought. Nothing is there but in the cache.
const OWN: &str = "own/";
/// What stands in the place of a folder where there is no model.
const NO_MODEL: &str = "none";

impl ModelName {
    /// Those that ship, in the order in which they are offered.
    pub const SHIPPED: [Self; 2] = [Self::Scientific, Self::News];

    /// Its folder under `models/`, which is also its name in scripts and links.
    pub fn folder(self) -> String {
        match self {
            Self::Scientific => "scierc".to_owned(),
            Self::News => "conll04".to_owned(),
            Self::Own(fingerprint) => format!("{OWN}{fingerprint:016x}"),
            Self::NoModel => NO_MODEL.to_owned(),
        }
    }

    /// The model of that folder.
    pub fn from_folder(folder: &str) -> Option<Self> {
        let own = || {
            let digits = folder.strip_prefix(OWN)?;
            let is_fingerprint = digits.len() == 16 && digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
            u64::from_str_radix(digits, 16).ok().filter(|_| is_fingerprint).map(Self::Own)
        };
        let known = Self::SHIPPED.into_iter().chain([Self::NoModel]).find(|model| model.folder() == folder);
        known.or_else(own)
    }

    /// Its name on the page; that of an own model stands in its files.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scientific => "Scientific",
            Self::News => "News",
            Self::Own(_) => "Own model",
            Self::NoModel => "No model",
        }
    }

    /// Whether a person has brought it.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// Texts to try it on: a name for the button, and the text.
    pub fn examples(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Scientific => &[
                (
                    "Parsing",
                    "We present a neural dependency parser that combines a bidirectional LSTM with beam search. \
                     On the Penn Treebank it improves labeled attachment score over greedy decoding.",
                ),
                (
                    "Vision",
                    "This paper describes a convolutional network for object detection in satellite images. \
                     We compare it with support vector machines and evaluate both by mean average precision.",
                ),
                (
                    "Translation",
                    "Statistical machine translation systems need parallel corpora. We propose an unsupervised \
                     method for word alignment and use it for cross-lingual information retrieval.",
                ),
            ],
            Self::News => &[
                (
                    "Company",
                    "Maria Keller, who lives in Zurich, joined the engineering group of Northwind Airlines in \
                     Seattle last spring.",
                ),
                (
                    "Crime",
                    "Police in Lisbon said that Victor Crane shot Elena Marsh, a judge from Porto, in her office.",
                ),
                (
                    "Report",
                    "The Tokyo-based bank Sumida said on Friday that its chairman, Kenji Ota, would leave. \
                     Ota was born in Osaka, Japan.",
                ),
            ],
            Self::Own(_) | Self::NoModel => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_models() {
        let own = [0, 7, u64::MAX].map(ModelName::Own);
        for model in ModelName::SHIPPED.into_iter().chain(own).chain([ModelName::NoModel]) {
            assert_eq!(ModelName::from_folder(&model.folder()), Some(model));
        }
        for unknown in
            ["news", "own/", "own/7", "own/00000000000000FF", "own/000000000000000000", "own/+00000000000000f"]
        {
            assert_eq!(ModelName::from_folder(unknown), None, "{unknown}");
        }
    }
}
