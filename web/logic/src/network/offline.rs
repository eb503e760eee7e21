//! The claims that may be made about use without a network.

/// How the files of the page stand in the browser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PageFiles {
    /// Nothing is known yet.
    #[default]
    Preparing,
    /// All that were used are kept.
    Kept,
    /// Some could not be kept.
    Incomplete,
    /// This browser keeps none.
    Impossible,
}

/// One sentence about use without a network, empty as long as not all is known. `has_model` says whether the model in
/// use is kept, `None` before it is there.
pub fn sentence(files: PageFiles, has_model: Option<bool>) -> &'static str {
    match (files, has_model) {
        (PageFiles::Impossible, _) => "This browser does not keep the page for use without a network.",
        (PageFiles::Preparing, _) | (_, None) => "",
        (PageFiles::Incomplete, _) => {
            "Not all of the page could be kept in this browser: without a network it does not start."
        }
        (PageFiles::Kept, Some(false)) => {
            "The page is kept in this browser, but not the model in use: without a network it does not start reading."
        }
        (PageFiles::Kept, Some(true)) => {
            "The page and the model in use are kept in this browser: it works without a network too."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b8_use_without_a_network_is_claimed_only_if_page_and_model_are_kept() {
        use PageFiles::{Impossible, Incomplete, Kept, Preparing};
        for files in [Preparing, Kept, Incomplete, Impossible] {
            for has_model in [None, Some(false), Some(true)] {
                let told = sentence(files, has_model);
                let is_claimed = told.contains("works without a network");
                assert_eq!(is_claimed, (files, has_model) == (Kept, Some(true)), "{told}");
                let is_known = files == Impossible || files != Preparing && has_model.is_some();
                assert_eq!(!told.is_empty(), is_known, "{told}");
            }
        }
    }
}
