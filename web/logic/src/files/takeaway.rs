//! The forms in which a document can be taken away, and the losses of each.

use sinet_document::OpenDocument;
use sinet_formats::Format;

/// Something to take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A file in a format.
    Data(Format),
    /// The data that `sinet train` reads, with its origin.
    Training,
    /// A picture made of lines.
    Svg,
    /// A picture made of points.
    Png,
    /// A page of its own.
    Html,
}

impl Item {
    /// Everything, in the order of the list.
    pub fn all() -> Vec<Self> {
        let data = Format::ALL.into_iter().filter(|format| format.can_be_written()).map(Self::Data);
        data.chain([Self::Training, Self::Svg, Self::Png, Self::Html]).collect()
    }

    /// Its name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data(format) => format.title(),
            Self::Training => "Training data for sinet train",
            Self::Svg => "SVG picture",
            Self::Png => "PNG picture",
            Self::Html => "HTML page that opens offline",
        }
    }

    /// Its name, for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data(format) => format.name(),
            Self::Training => "training",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Html => "html",
        }
    }

    /// The item of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|item| item.name() == name)
    }

    /// The name of its file, for a document of that name.
    pub fn file_name(self, id: &str) -> String {
        let stem = file_stem(id);
        match self {
            Self::Data(format) => format!("{stem}.{}", format.extension()),
            Self::Training => format!("{stem}-training.zip"),
            Self::Svg | Self::Png | Self::Html => format!("{stem}.{}", self.name()),
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Data(format) => format.media_type(),
            Self::Training => "application/zip",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Html => "text/html",
        }
    }

    /// The unit of its positions, one sentence; none for pictures.
    pub fn unit(self) -> Option<String> {
        let format = match self {
            Self::Data(format) => format,
            Self::Training => Format::Spert,
            Self::Svg | Self::Png | Self::Html => return None,
        };
        let said = if format.writes_unit() { "the file says so" } else { "that is how the format is defined" };
        Some(format!("Positions count {}; {said}.", format.positions()))
    }

    /// Whether it is text, which can be copied.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Data(Format::Brat) | Self::Training | Self::Png)
    }

    /// Whether it is drawn, for which somebody must measure letters.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Html)
    }
}

/// A picture loses this, a sentence each.
pub fn losses_of_picture(item: Item, document: &OpenDocument) -> Vec<String> {
    let labels = document.labels();
    let sentence = |id| labels.entity(id).and_then(|entity| document.sentence_of(entity.words.start));
    let across = labels.relations.iter().filter(|relation| sentence(relation.head) != sentence(relation.tail)).count();
    let own = labels.relations.iter().filter(|relation| relation.head == relation.tail).count();
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 relation {what} is not drawn.")),
        count => Some(format!("{count} relations {what} are not drawn.")),
    };
    let drawn = [counted(across, "between two sentences"), counted(own, "of an entity with itself")];
    let mut losses: Vec<String> = drawn.into_iter().flatten().collect();
    match item {
        Item::Html => losses.push("It is for reading: this page cannot open it again.".to_owned()),
        _ => losses.push("Scores are not drawn, and this page cannot open it again.".to_owned()),
    }
    losses
}

/// A file name without its end, for a document of that name.
fn file_stem(id: &str) -> String {
    let name = id.rsplit('/').next().unwrap_or(id);
    let plain: String = name
        .chars()
        .map(|character| if character.is_alphanumeric() || "-_.".contains(character) { character } else { '-' })
        .take(80)
        .collect();
    match plain.trim_matches(['.', '-']) {
        "" => "sinet".to_owned(),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_and_a_file() {
        for item in Item::all() {
            assert_eq!(Item::named(item.name()), Some(item));
            assert_eq!(item.unit().is_none(), item.is_drawn(), "{item:?}");
            assert!(item.file_name("a/b c").starts_with("b-c"));
            assert!(item.media_type().contains('/'));
        }
    }

    #[test]
    fn a_picture_loses_relations_that_it_has_no_room_for() {
        let document = OpenDocument::of_text("Ada runs.");
        let losses = losses_of_picture(Item::Svg, &document);
        assert_eq!(losses, ["Scores are not drawn, and this page cannot open it again."]);
    }

    #[test]
    fn file_names_are_tame() {
        for (id, expected) in
            [("", "sinet"), ("../x", "x"), ("a b:c?", "a-b-c"), (".", "sinet"), ("Zoë_1.2", "Zoë_1.2")]
        {
            assert_eq!(file_stem(id), expected);
        }
    }
}
