//! What files mean that a person drops on the page.

/// What to do with files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// They are a model: its folder, or a zip of it.
    Model,
    /// They are documents.
    Documents,
    /// There are none.
    Nothing,
}

/// What some files mean, by their paths with `/` between folders.
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
}
