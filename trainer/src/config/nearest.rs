//! The nearest known name instead of a list of all.

/// A message of Serde's; where it refuses a name and lists the known ones, with the nearest of them instead.
pub(super) fn with_nearest(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let wrong = names.next().filter(|_| message.starts_with("unknown "));
    let nearest = wrong.and_then(|wrong| {
        let known = names.map(|name| (strsim::jaro_winkler(wrong, name), name));
        let (likeness, name) = known.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let refused = message.split(',').next()?;
        (likeness > 0.6).then(|| format!("{refused}; did you mean `{name}`?"))
    });
    nearest.unwrap_or_else(|| message.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_resembles_none_gets_the_list() {
        let message = "unknown field `xyz`, expected one of `epochs`, `batch`";
        assert_eq!(with_nearest(message), message);
        assert_eq!(
            with_nearest("unknown field `epoch`, expected `epochs`"),
            "unknown field `epoch`; did you mean `epochs`?"
        );
        assert_eq!(with_nearest("missing field `name`\n"), "missing field `name`");
    }
}
