//! The forms in which a document can be taken away, and the losses of each.

use sinet_document::OpenDocument;
use sinet_formats::{Format, LossReport, WriteError, Writer};
use sinet_text::Types;

use super::training::{self, Provenance};

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

/// A file that is ready to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// The facts that somebody should know before they take something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The unit of its positions, one sentence; empty for pictures.
    pub unit: String,
    /// The losses, a sentence each.
    pub losses: Vec<String>,
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

    /// Whether it is text, which can be copied.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Data(Format::Brat) | Self::Training | Self::Png)
    }

    /// Whether it is drawn, for which somebody must measure letters.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Html)
    }
}

/// The contents and losses of the file of `item`.
///
/// # Errors
///
/// If the document contradicts itself.
pub fn terms(item: Item, document: &OpenDocument, types: &Types, provenance: &Provenance) -> Result<Terms, WriteError> {
    let report = match item {
        Item::Data(format) => written(format, document)?.1,
        Item::Training => training::archive(&[document], types, provenance)?.1,
        Item::Svg | Item::Png | Item::Html => {
            return Ok(Terms { unit: String::new(), losses: drawing(item, document) });
        }
    };
    let format = match item {
        Item::Data(format) => format,
        _ => Format::Spert,
    };
    let said = if format.writes_unit() { "the file says so" } else { "that is how the format is defined" };
    let unit = format!("Positions count {}; {said}.", format.positions());
    Ok(Terms { unit, losses: report.sentences().collect() })
}

/// The file of an item that is not drawn; `name` is its name without what comes after the dot.
///
/// # Errors
///
/// If the document contradicts itself.
pub fn take(
    item: Item,
    document: &OpenDocument,
    types: &Types,
    provenance: &Provenance,
) -> Result<Option<Taken>, WriteError> {
    let stem = file_stem(&document.id);
    Ok(match item {
        Item::Data(format) => Some(Taken {
            name: format!("{stem}.{}", format.extension()),
            media_type: format.media_type(),
            content: written(format, document)?.0,
        }),
        Item::Training => Some(Taken {
            name: format!("{stem}-training.zip"),
            media_type: "application/zip",
            content: training::archive(&[document], types, provenance)?.0,
        }),
        Item::Svg | Item::Png | Item::Html => None,
    })
}

/// A file name without its end, for a document of that name.
pub fn file_stem(id: &str) -> String {
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

fn written(format: Format, document: &OpenDocument) -> Result<(Vec<u8>, LossReport), WriteError> {
    let mut writer = Writer::new(format, Vec::new());
    writer.write(&document.to_labelled())?;
    writer.finish()
}

/// The losses of a picture.
fn drawing(item: Item, document: &OpenDocument) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use sinet_formats::LabelledDocument;

    #[test]
    fn everything_has_a_name_and_terms() {
        let document = OpenDocument::new(LabelledDocument::new("a/b c", "Ada runs."));
        let provenance = Provenance { model: Some("m".to_owned()), when: "now".to_owned() };
        for item in Item::all() {
            assert_eq!(Item::named(item.name()), Some(item));
            let terms = terms(item, &document, &Types::default(), &provenance).unwrap();
            assert_eq!(terms.unit.is_empty(), item.is_drawn(), "{item:?}");
            let taken = take(item, &document, &Types::default(), &provenance).unwrap();
            assert_eq!(taken.is_none(), item.is_drawn());
            assert!(taken.is_none_or(|taken| taken.name.starts_with("b-c")));
        }
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
