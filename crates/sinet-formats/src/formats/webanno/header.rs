//! The lines before the text, which declare the columns.

/// The layers of a file, in the order of their columns.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub layers: Vec<Layer>,
    /// Columns of all layers.
    pub columns: usize,
}

/// A layer and its columns.
#[derive(Debug)]
pub(super) struct Layer {
    /// Its whole name, as `webanno.custom.Relation`.
    pub name: String,
    pub kind: Kind,
    /// The column of its first feature, from 0 behind the token.
    pub start: usize,
    /// What its columns hold; never empty.
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Span,
    Chain,
    Relation,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A feature; its name is empty where the layer has none.
    Feature(String),
    /// The roles of slots.
    Roles(String),
    /// The targets of slots, and their layer.
    Targets(String),
    /// The source of a relation, and its layer.
    Source(String),
}

impl Header {
    /// Takes in a line that declares a layer; false for any other.
    pub(super) fn take(&mut self, line: &str) -> bool {
        let kinds = [("#T_SP=", Kind::Span), ("#T_CH=", Kind::Chain), ("#T_RL=", Kind::Relation)];
        let Some((declared, kind)) = kinds.iter().find_map(|&(start, kind)| Some((line.strip_prefix(start)?, kind)))
        else {
            return false;
        };
        let mut fields = declared.trim_end().split('|');
        let name = fields.next().unwrap_or_default().to_owned();
        let mut columns: Vec<Column> = Vec::new();
        for field in fields.filter(|field| !field.is_empty()) {
            let after_roles = matches!(columns.last(), Some(Column::Roles(_)));
            columns.push(if let Some(layer) = field.strip_prefix("BT_") {
                Column::Source(layer.to_owned())
            } else if let Some(role) = field.strip_prefix("ROLE_") {
                // `layer:feature_link`, where the link's name may have `_` too.
                let feature = role.split_once(':').map_or(role, |(_, feature)| feature);
                Column::Roles(feature.split_once('_').map_or(feature, |(feature, _)| feature).to_owned())
            } else if after_roles {
                Column::Targets(field.to_owned())
            } else {
                Column::Feature(field.to_owned())
            });
        }
        if columns.is_empty() {
            columns.push(Column::Feature(String::new()));
        }
        let start = self.columns;
        self.columns += columns.len();
        self.layers.push(Layer { name, kind, start, columns });
        true
    }
}

impl Layer {
    /// The last part of its name.
    pub(super) fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// Whether it is one of linguistic analysis: word classes, lemmas, sentences.
    pub(super) fn is_linguistic(&self) -> bool {
        let rest = self.name.strip_prefix("de.tudarmstadt.ukp.dkpro.core.api.");
        rest.is_some_and(|rest| !rest.starts_with("ner.") && !rest.starts_with("semantics."))
    }

    pub(super) fn is_named_entities(&self) -> bool {
        self.short_name() == "NamedEntity"
    }

    /// The names of its features, each with its place among the columns.
    pub(super) fn features(&self) -> impl Iterator<Item = (usize, &str)> {
        self.columns.iter().enumerate().filter_map(|(place, column)| match column {
            Column::Feature(name) => Some((place, name.as_str())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_declare_their_columns() {
        let mut header = Header::default();
        assert!(header.take("#T_SP=webanno.custom.Simple|"));
        assert!(header.take("#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.FrameRolesLink|webanno.custom.Lu"));
        assert!(header.take("#T_RL=webanno.custom.Relation|label|BT_webanno.custom.Simple"));
        assert!(!header.take("#Summary=x"));
        let columns: Vec<_> = header.layers.iter().map(|layer| (layer.start, &layer.columns[..])).collect();
        let (feature, lu) = (|name: &str| Column::Feature(name.to_owned()), "webanno.custom.Lu".to_owned());
        assert_eq!(columns[0], (0, &[feature("")][..]));
        assert_eq!(columns[1], (1, &[feature("FE"), Column::Roles("Roles".to_owned()), Column::Targets(lu)][..]));
        assert_eq!(columns[2], (4, &[feature("label"), Column::Source("webanno.custom.Simple".to_owned())][..]));
        assert_eq!(header.columns, 6);
    }
}
