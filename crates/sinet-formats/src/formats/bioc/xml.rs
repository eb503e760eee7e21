//! BioC's XML.
//!
//! ```xml
//! <collection><source>PubTator</source><date/><key/>
//! <document><id>7</id><passage><offset>0</offset><text>Ada lives in London</text>
//! <annotation id="T1"><infon key="type">Peop</infon><location offset="0" length="3"/><text>Ada</text></annotation>
//! <annotation id="T2"><infon key="type">Loc</infon><location offset="13" length="6"/><text>London</text></annotation>
//! <relation id="R1"><infon key="type">Live_In</infon><node refid="T1" role="Arg1"/><node refid="T2" role="Arg2"/></relation>
//! </passage></document></collection>
//! ```
//!
//! BioC 2 writes the `id` of a document and the `offset` of a passage as attributes.

use std::io::BufRead;

use sinet_text::OffsetUnit;

use super::{Annotation, Document, Location, Node, Passage, Relation, labelled};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem};
use crate::json::lenient::Name;
use crate::loss_report::{Loss, LossReport};
use crate::options::Limits;
use crate::positions::TextPositions;
use crate::xml::{Element, XmlElements, escaped};

/// The documents of a file.
pub(crate) struct Documents<R> {
    elements: XmlElements<R>,
    state: State,
}

enum State {
    Start,
    InCollection,
    /// At the end, or after an error in the XML, after which nothing is known.
    Ended,
}

impl<R: BufRead> Documents<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self { elements: XmlElements::new(input, limits), state: State::Start }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        !matches!(self.state, State::Ended)
    }

    /// The next document, with the line that it or what is wrong starts on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        match self.advance(begun, context) {
            Ok(Some((line, document))) => (line, labelled(document, context).map(Some)),
            Ok(None) => {
                self.state = State::Ended;
                (self.elements.line(), Ok(None))
            }
            Err(problem) => {
                self.state = State::Ended;
                (self.elements.line(), Err(problem.into()))
            }
        }
    }

    fn advance(&mut self, begun: &mut u64, context: &mut Context) -> Result<Option<(u64, Document)>, Problem> {
        if matches!(self.state, State::Ended) {
            return Ok(None);
        }
        if matches!(self.state, State::Start) {
            match self.elements.child()? {
                Some(root) if root.name == "collection" => self.state = State::InCollection,
                Some(root) if root.name == "document" => return self.document(root, begun, context).map(Some),
                Some(root) => {
                    let name = crate::error::shortened(&root.name);
                    return Err(Problem::Contradiction(format!("<{name}> stands there, but <collection> is expected")));
                }
                None => return Ok(None),
            }
        }
        while let Some(child) = self.elements.child()? {
            match child.name.as_str() {
                "document" => return self.document(child, begun, context).map(Some),
                "source" | "date" | "key" | "version" => self.elements.skip()?,
                _ => self.unread("collection", &child, context)?,
            }
        }
        Ok(None)
    }

    fn document(&mut self, start: Element, begun: &mut u64, context: &mut Context) -> Result<(u64, Document), Problem> {
        *begun += 1;
        self.elements.begin_document();
        let line = self.elements.line();
        let mut document = Document { id: name(start.attribute("id")), ..Document::default() };
        context.id = Some(document.id.0.clone());
        while let Some(child) = self.elements.child()? {
            match child.name.as_str() {
                "id" => document.id = Name(self.elements.text()?),
                "infon" => self.infon(&child).map(|(key, value)| document.infons.push(key, value))?,
                "passage" => document.passages.0.push(self.passage(child, context)?),
                "annotation" => document.annotations.0.push(self.annotation(child, context)?),
                "relation" => document.relations.0.push(self.relation(child, context)?),
                _ => self.unread("document", &child, context)?,
            }
        }
        Ok((line, document))
    }

    fn passage(&mut self, start: Element, context: &mut Context) -> Result<Passage, Problem> {
        let mut passage = Passage { offset: name(start.attribute("offset")), ..Passage::default() };
        while let Some(child) = self.elements.child()? {
            match child.name.as_str() {
                "offset" => passage.offset = Name(self.elements.text()?),
                "infon" => self.infon(&child).map(|(key, value)| passage.infons.push(key, value))?,
                "text" => passage.text = Some(self.elements.text()?),
                "sentence" => passage.sentences.0.push(self.passage(child, context)?),
                "annotation" => passage.annotations.0.push(self.annotation(child, context)?),
                "relation" => passage.relations.0.push(self.relation(child, context)?),
                _ => self.unread("passage", &child, context)?,
            }
        }
        Ok(passage)
    }

    fn annotation(&mut self, start: Element, context: &mut Context) -> Result<Annotation, Problem> {
        let mut annotation = Annotation { id: name(start.attribute("id")), ..Annotation::default() };
        while let Some(child) = self.elements.child()? {
            match child.name.as_str() {
                "infon" => self.infon(&child).map(|(key, value)| annotation.infons.push(key, value))?,
                "location" => {
                    let (offset, length) = (name(child.attribute("offset")), name(child.attribute("length")));
                    annotation.locations.0.push(Location { offset, length });
                    self.elements.skip()?;
                }
                "text" => annotation.text = Some(self.elements.text()?),
                _ => self.unread("annotation", &child, context)?,
            }
        }
        Ok(annotation)
    }

    fn relation(&mut self, _: Element, context: &mut Context) -> Result<Relation, Problem> {
        let mut relation = Relation::default();
        while let Some(child) = self.elements.child()? {
            match child.name.as_str() {
                "infon" => self.infon(&child).map(|(key, value)| relation.infons.push(key, value))?,
                "node" => {
                    let (refid, role) = (name(child.attribute("refid")), name(child.attribute("role")));
                    relation.nodes.0.push(Node { refid, role });
                    self.elements.skip()?;
                }
                _ => self.unread("relation", &child, context)?,
            }
        }
        Ok(relation)
    }

    fn infon(&mut self, start: &Element) -> Result<(String, String), Problem> {
        let key = start.attribute("key").unwrap_or_default().to_owned();
        Ok((key, self.elements.text()?))
    }

    fn unread(&mut self, within: &str, start: &Element, context: &mut Context) -> Result<(), Problem> {
        context.unread(&format!("{within}/{}", start.name));
        self.elements.skip()
    }
}

fn name(attribute: Option<&str>) -> Name {
    Name(attribute.unwrap_or_default().to_owned())
}

/// The text before, between and after the documents of a file.
pub(crate) const FRAME: [&str; 3] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE collection SYSTEM \"BioC.dtd\">\n<collection><source>SINET</source><date></date><key></key>\n",
    "\n",
    "\n</collection>\n",
];

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> String {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let mut unwritable = 0;
    let mut escaped = |text: &str| escaped(text, &mut unwritable);
    let mut written = format!("<document><id>{}</id>", escaped(&document.id));
    written += &format!("<passage><offset>0</offset><text>{}</text>\n", escaped(&document.text));
    for (index, entity) in document.entities.iter().enumerate() {
        let range = positions.range(entity.span);
        written += &format!(
            "<annotation id=\"T{}\"><infon key=\"type\">{}</infon><location offset=\"{}\" length=\"{}\"/><text>{}</text></annotation>\n",
            index + 1,
            escaped(&entity.kind),
            range.start,
            range.end - range.start,
            escaped(positions.text(entity.span)),
        );
    }
    for (index, relation) in document.relations.iter().enumerate() {
        written += &format!(
            "<relation id=\"R{}\"><infon key=\"type\">{}</infon><node refid=\"T{}\" role=\"Arg1\"/><node refid=\"T{}\" role=\"Arg2\"/></relation>\n",
            index + 1,
            escaped(&relation.kind),
            relation.head + 1,
            relation.tail + 1,
        );
    }
    report.add(Loss::UnwritableCharacters, unwritable);
    written + "</passage></document>"
}
