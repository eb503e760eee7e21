//! XMI, the XML of a CAS. A file is one CAS, and is held as a whole.
//!
//! ```xml
//! <xmi:XMI xmlns:cas="http:///uima/cas.ecore" xmlns:type3="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore" …>
//!   <type3:NamedEntity xmi:id="10" sofa="1" begin="0" end="3" value="Peop"/>
//!   <custom:Relation xmi:id="12" sofa="1" begin="13" end="19" Governor="10" Dependent="11" label="Live_In"/>
//!   <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="Ada lives in London"/>
//! </xmi:XMI>
//! ```

use std::collections::HashMap;
use std::io::BufRead;

use super::{Cas, Structure, documents};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::options::Limits;
use crate::xml::XmlElements;

/// The documents of a file.
pub(crate) struct Documents<R> {
    elements: Option<XmlElements<R>>,
    /// Those that are still to come, in reverse.
    documents: Vec<LabelledDocument>,
}

impl<R: BufRead> Documents<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self { elements: Some(XmlElements::new(input, limits)), documents: Vec::new() }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        !self.documents.is_empty()
    }

    /// The next document, with the line that it or what is wrong stands on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        if let Some(mut elements) = self.elements.take() {
            let limit = context.options.limits.labels;
            let read = cas(&mut elements, limit).map_err(Fault::from);
            let read = read.and_then(|cas| cas.map_or(Ok(Vec::new()), |cas| documents(&cas, context)));
            match read {
                Ok(documents) => self.documents = documents.into_iter().rev().collect(),
                Err(fault) => return (elements.line(), Err(fault)),
            }
        }
        let next = self.documents.pop();
        *begun += u64::from(next.is_some());
        (1, Ok(next))
    }
}

/// So many structures, of which most are words, may stand for each label that a document may have.
const STRUCTURES_A_LABEL: usize = 10;

fn cas<R: BufRead>(elements: &mut XmlElements<R>, limit: usize) -> Result<Option<Cas>, Problem> {
    let Some(root) = elements.child()? else { return Ok(None) };
    if !root.name.ends_with(":XMI") {
        let name = shortened(&root.name);
        return Err(Problem::Contradiction(format!("<{name}> stands there, but <xmi:XMI> is expected")));
    }
    let packages: HashMap<String, String> = (root.into_attributes().into_iter())
        .filter_map(|(name, address)| {
            let package = address.trim_start_matches("http:///").trim_end_matches(".ecore").replace('/', ".");
            Some((name.strip_prefix("xmlns:")?.to_owned(), package))
        })
        .collect();
    let mut cas = Cas::default();
    while let Some(element) = elements.child()? {
        let (prefix, name) = element.name.split_once(':').unwrap_or(("", &element.name));
        let package = packages.get(prefix).map_or(prefix, String::as_str).to_owned();
        let name = name.to_owned();
        let mut id = String::new();
        let mut features = element.into_attributes();
        features.retain_mut(|(name, value)| {
            let is_id = name == "xmi:id" || name == "xml:id";
            if is_id {
                id = std::mem::take(value);
            }
            !is_id
        });
        // Lists of texts stand within; they are no labels.
        elements.skip()?;
        cas.structures.push(Structure { id, package, name, features });
        if cas.structures.len() > limit.saturating_mul(STRUCTURES_A_LABEL) {
            return Err(Problem::TooManyLabels { count: cas.structures.len(), limit });
        }
    }
    Ok(Some(cas))
}
