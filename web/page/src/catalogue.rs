//! The models that ship with the page, and texts to try them on.

/// A model that ships with the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelName {
    /// Abstracts of computer science (trained on SciERC).
    Scientific,
    /// News about people, places and organisations (trained on CoNLL04).
    News,
}

impl ModelName {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Scientific, Self::News];

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Scientific => "Scientific",
            Self::News => "News",
        }
    }

    /// Its folder under `models/`, which is also its name in scripts.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Scientific => "scierc",
            Self::News => "conll04",
        }
    }

    /// The model of that folder.
    pub fn from_folder(folder: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.folder() == folder)
    }

    /// Texts to try it on: a name for the button, and the text.
    pub fn examples(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Scientific => [
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
            Self::News => [
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_models() {
        for model in ModelName::ALL {
            assert_eq!(ModelName::from_folder(model.folder()), Some(model));
        }
        assert_eq!(ModelName::from_folder("news"), None);
    }
}
