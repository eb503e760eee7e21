//! A configuration with all keys, their defaults and what they mean, to begin with.

use std::path::Path;

use toml::Value;

/// The text of a configuration for this data and encoder.
pub fn template(name: &str, encoder: &str, data: &Path) -> String {
    let values = [("{name}", name), ("{encoder}", encoder), ("{data}", &data.to_string_lossy())];
    let fill = |text: String, (key, value): (&str, &str)| text.replacen(key, &Value::from(value).to_string(), 1);
    values.into_iter().fold(include_str!("template.toml").to_owned(), fill)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DistilSection, ModelSection, RunConfig, TrainSection};

    #[test]
    fn all_keys_are_there_with_their_defaults() {
        let text = template("a \"b\"", "hf:x/y", Path::new("data/z"));
        let config: RunConfig = toml::from_str(&text).unwrap();
        assert_eq!((&*config.name, &*config.encoder, &*config.data), ("a \"b\"", "hf:x/y", Path::new("data/z")));
        assert_eq!((&config.model, &config.train), (&ModelSection::default(), &TrainSection::default()));
        assert_eq!(config.distil, DistilSection::default());

        let is_key = |line: &&str| line.split(' ').nth(1) == Some("=");
        let on = text.lines().map(|line| line.strip_prefix("# ").filter(is_key).unwrap_or(line));
        let on = on.collect::<Vec<_>>().join("\n");
        let all: RunConfig = toml::from_str(&on).unwrap();
        let TrainSection { heads_learning_rate, heads_weight_decay, patience, .. } = all.train;
        assert!(all.distil.unlabelled.is_some() && !all.distil.teachers.is_empty());
        assert!(heads_learning_rate.is_some() && heads_weight_decay.is_some() && patience.is_some());
        // Every key that a configuration can have.
        let keys = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
        };
        let (mut written, mut shown) = (keys(&toml::to_string(&all).unwrap()), keys(&on));
        written.sort();
        shown.sort();
        assert_eq!(shown, written);
    }
}
