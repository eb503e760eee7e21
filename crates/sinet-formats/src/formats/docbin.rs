//! spaCy's `DocBin`, a `.spacy` file: MessagePack, deflated. Every word is a row of numbers, one for each attribute in `attrs`;
//! strings are named by their hashes. Entities stand in `ENT_IOB` and `ENT_TYPE`, and relations, as the relation component
//! of spaCy's tutorial trains on them, in the extension `rel`: pairs of first words, each with the types and 0 or 1.

use std::io::{BufRead, Read};
use std::ops::Range;

use flate2::bufread::ZlibDecoder;
use sinet_text::{ByteSpan, WordRange};

use self::msgpack::{Token, Values};
use self::strings::Strings;
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::Loss;
use crate::options::Limits;

mod msgpack;
mod strings;

/// The numbers of spaCy's attributes.
const ORTH: u64 = 65;
const ENT_IOB: u64 = 77;
const ENT_TYPE: u64 = 78;
const SENT_START: u64 = 80;
const ENT_KB_ID: u64 = 452;

/// `ENT_IOB`: nobody has said; inside, outside and at the beginning of an entity.
const MISSING: u64 = 0;
const INSIDE: u64 = 1;
const BEGIN: u64 = 3;

/// So many strings a file may have for each label that a document may have.
const STRINGS_A_LABEL: usize = 50;

/// The documents of a file.
pub(crate) struct Documents<R> {
    input: Option<R>,
    file: Option<File>,
}

/// A file that is open. Ranges are bytes of `bytes`.
struct File {
    bytes: Vec<u8>,
    strings: Strings,
    attributes: Vec<u64>,
    tokens: Range<usize>,
    spaces: Range<usize>,
    lengths: Range<usize>,
    /// Lists with a value for each document; the values that are left.
    flags: Option<usize>,
    categories: Option<usize>,
    span_groups: Option<usize>,
    user_data: Option<usize>,
    /// Words and documents so far.
    words: usize,
    documents: usize,
}

/// The parts of a document beside its words.
struct Beside<'f> {
    flags: Option<Values<'f>>,
    categories: Option<Values<'f>>,
    span_groups: Option<Values<'f>>,
    user_data: Option<Values<'f>>,
}

/// Whether a file that starts with `head` is a `DocBin`.
pub(crate) fn recognise(head: &[u8]) -> bool {
    let mut start = Vec::new();
    // The head may break off, and then cannot be inflated to its end.
    _ = ZlibDecoder::new(head).take(256).read_to_end(&mut start);
    let mut values = Values(&start);
    let first = values.map().and_then(|_| values.blob());
    first.is_some_and(|key| matches!(key, b"version" | b"attrs" | b"tokens" | b"strings"))
}

impl<R: BufRead> Documents<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: Some(input), file: None }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        self.file.is_some()
    }

    /// The next document that somebody has labelled.
    pub(crate) fn next(&mut self, begun: &mut u64, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
        if let Some(input) = self.input.take() {
            self.file = File::open(input, &context.options.limits)?;
        }
        let Some(file) = &mut self.file else { return Ok(None) };
        loop {
            let next = file.next(begun, context);
            if next.is_err() {
                self.file = None;
                return next;
            }
            match next? {
                Some(document) => return Ok(Some(document)),
                None if file.documents >= file.lengths.len() / 4 => return Ok(None),
                None => {}
            }
        }
    }
}

impl File {
    /// Reads the file; `None` if it is empty.
    fn open(input: impl BufRead, limits: &Limits) -> Result<Option<Self>, Problem> {
        let limit = limits.archive_bytes;
        let mut bytes = Vec::new();
        let mut inflated = ZlibDecoder::new(input);
        if inflated.get_mut().fill_buf()?.is_empty() {
            return Ok(None);
        }
        let read = (&mut inflated).take(limit as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| Problem::DocBin(format!("it cannot be inflated: {error}")))?;
        if bytes.len() > limit {
            return Err(Problem::TooLarge { what: "the file, inflated,", limit });
        }
        let most_strings = limits.labels.saturating_mul(STRINGS_A_LABEL);
        let file = Self::parse(bytes, most_strings);
        file.map(Some).ok_or_else(|| Problem::DocBin("its parts are not those of a DocBin".to_owned()))
    }

    fn parse(bytes: Vec<u8>, most_strings: usize) -> Option<Self> {
        let mut strings = Strings::new();
        let mut attributes = Vec::new();
        let [mut tokens, mut spaces, mut lengths] = [const { 0..0 }; 3];
        let [mut flags, mut categories, mut span_groups, mut user_data] = [None; 4];
        let mut values = Values(&bytes);
        for _ in 0..values.map()? {
            let key = values.blob()?;
            let start = bytes.len() - values.0.len();
            let blob = |values: &mut Values| {
                let length = values.blob()?.len();
                let end = bytes.len() - values.0.len();
                Some(end - length..end)
            };
            match key {
                b"tokens" => tokens = blob(&mut values)?,
                b"spaces" => spaces = blob(&mut values)?,
                b"lengths" => lengths = blob(&mut values)?,
                b"attrs" => {
                    for _ in 0..values.list()? {
                        let Token::Natural(attribute) = values.next()? else { return None };
                        attributes.push(attribute);
                    }
                }
                b"strings" => {
                    for _ in 0..values.list()? {
                        strings.insert(str::from_utf8(values.blob()?).ok()?);
                        if strings.len() > most_strings {
                            return None;
                        }
                    }
                }
                b"flags" | b"cats" | b"span_groups" | b"user_data" => {
                    let place = match key {
                        b"flags" => &mut flags,
                        b"cats" => &mut categories,
                        b"span_groups" => &mut span_groups,
                        _ => &mut user_data,
                    };
                    values.skip()?;
                    let mut list = Values(&bytes[start..]);
                    list.list()?;
                    *place = Some(bytes.len() - list.0.len());
                }
                _ => values.skip()?,
            }
        }
        let width = attributes.len().checked_mul(8).filter(|&width| width > 0)?;
        let rows = (tokens.len() / width, spaces.len());
        let (words, documents) = (0, 0);
        (tokens.len() % width == 0 && lengths.len() % 4 == 0 && rows.0 == rows.1).then_some(Self {
            bytes,
            strings,
            attributes,
            tokens,
            spaces,
            lengths,
            flags,
            categories,
            span_groups,
            user_data,
            words,
            documents,
        })
    }

    /// The next document; `None` if it has no labels, or is none.
    fn next(&mut self, begun: &mut u64, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
        let at = self.lengths.start + self.documents * 4;
        let Some(length) = self.bytes[..self.lengths.end].get(at..at + 4) else { return Ok(None) };
        let length = length.iter().rev().fold(0u32, |number, &byte| number << 8 | u32::from(byte));
        *begun += 1;
        context.id = None;
        self.documents += 1;
        let first = self.words;
        let words = first.checked_add(length as usize).filter(|&words| words <= self.spaces.len());
        let broken = || Problem::DocBin("its words are fewer than the lengths of its documents say".to_owned());
        self.words = words.ok_or_else(broken)?;
        let bytes = std::mem::take(&mut self.bytes);
        let beside = self.beside(&bytes);
        let read = self.document(&bytes, first..self.words, beside, context);
        self.bytes = bytes;
        read
    }

    /// The next values of the lists beside the words.
    fn beside<'f>(&mut self, bytes: &'f [u8]) -> Beside<'f> {
        let next = |place: &mut Option<usize>| {
            let start = (*place)?;
            let here = Values(&bytes[start..]);
            let mut after = here;
            *place = after.skip().map(|()| bytes.len() - after.0.len());
            Some(here)
        };
        Beside {
            flags: next(&mut self.flags),
            categories: next(&mut self.categories),
            span_groups: next(&mut self.span_groups),
            user_data: next(&mut self.user_data),
        }
    }

    fn document(
        &self,
        bytes: &[u8],
        rows: Range<usize>,
        beside: Beside,
        context: &mut Context,
    ) -> Result<Option<LabelledDocument>, Fault> {
        let value = |row: usize, attribute: u64| {
            let column = self.attributes.iter().position(|&known| known == attribute)?;
            let start = self.tokens.start + (row * self.attributes.len() + column) * 8;
            let number = &bytes[start..start + 8];
            Some(number.iter().rev().fold(0u64, |number, &byte| number << 8 | u64::from(byte)))
        };
        let string = |row: usize, attribute: u64| {
            let key = value(row, attribute).unwrap_or(0);
            let unknown = Problem::Unknown { what: "string with the hash", name: key.to_string() };
            self.strings.get(key).ok_or_else(|| Fault::at(format!("word {}", row - rows.start), unknown))
        };
        count_beside(&beside, context);
        if rows.clone().all(|row| value(row, ENT_IOB).unwrap_or(MISSING) == MISSING) {
            context.report.add(Loss::Unlabelled, 1);
            return Ok(None);
        }
        let are_spaces_known = beside.flags.is_none_or(|flags| !has_unknown_spaces(flags));
        let limit = context.options.limits.document_bytes;
        let mut document = LabelledDocument::default();
        // For each row, its place in the text.
        let mut places: Vec<ByteSpan> = Vec::with_capacity(rows.len());
        let mut sentence_starts = Vec::new();
        for row in rows.clone() {
            let word = string(row, ORTH)?;
            let start = document.text.len();
            document.text += word;
            let place = ByteSpan { start, end: document.text.len() };
            places.push(place);
            if value(row, SENT_START) == Some(1) {
                sentence_starts.push(document.words.len());
            }
            // A line end is a word to spaCy.
            if !word.trim().is_empty() {
                document.words.push(place);
            }
            let is_last = row + 1 == rows.end;
            if bytes[self.spaces.start + row] != 0 && (are_spaces_known || !is_last) {
                document.text.push(' ');
            }
            if document.text.len() > limit {
                return Err(Problem::TooLarge { what: "the document", limit }.into());
            }
        }
        if !sentence_starts.is_empty() {
            sentence_starts.extend([0, document.words.len()]);
            sentence_starts.sort_unstable();
            sentence_starts.dedup();
            let sentence = |pair: &[usize]| WordRange { start: pair[0], end: pair[1] };
            document.sentences = sentence_starts.windows(2).map(sentence).collect();
        }
        // For each row, the entity that begins there.
        let mut begins: Vec<Option<usize>> = vec![None; rows.len()];
        let mut open = false;
        for (at, row) in rows.clone().enumerate() {
            let kind = match value(row, ENT_IOB) {
                Some(INSIDE | BEGIN) => string(row, ENT_TYPE)?,
                _ => "",
            };
            let last = document.entities.last_mut().filter(|last| open && last.kind == kind);
            match (value(row, ENT_IOB), last) {
                // An entity without a type says that there is none.
                _ if kind.is_empty() => open = false,
                (Some(INSIDE), Some(last)) => last.span.end = places[at].end,
                _ => {
                    open = true;
                    begins[at] = Some(document.entities.len());
                    let (kind, span, provenance) = (kind.to_owned(), places[at], Provenance::Person);
                    if span.byte_len() == 0 {
                        context.report.add(Loss::NoPlace, 1);
                        (begins[at], open) = (None, false);
                        continue;
                    }
                    document.entities.push(LabelledEntity { kind, span, score: None, provenance });
                    let is_linked = value(row, ENT_KB_ID).is_some_and(|link| link != 0);
                    context.report.add(Loss::Normalisations, usize::from(is_linked));
                }
            }
        }
        if let Some(data) = beside.user_data {
            document.relations = relations(data, &begins, context);
        }
        Ok(Some(document))
    }
}

fn has_unknown_spaces(mut flags: Values) -> bool {
    let Some(count) = flags.map() else { return false };
    for _ in 0..count {
        match (flags.blob(), flags.next()) {
            (Some(b"has_unknown_spaces"), Some(Token::Bool(unknown))) => return unknown,
            (Some(_), Some(Token::Map(_) | Token::List(_)) | None) | (None, _) => return false,
            _ => {}
        }
    }
    false
}

/// Counts the categories and the groups of spans, of which nothing is kept.
fn count_beside(beside: &Beside, context: &mut Context) {
    if beside.categories.is_some_and(|mut values| values.map().is_some_and(|count| count > 0)) {
        context.unread("cats");
    }
    let groups = beside.span_groups.and_then(|mut values| values.blob());
    let Some(mut groups) = groups.map(Values) else { return };
    let head = groups.next();
    let (Some(Token::Map(count)) | Some(Token::List(count))) = head else { return };
    let is_map = matches!(head, Some(Token::Map(_)));
    for _ in 0..count {
        let Some(group) = groups.blob() else { return };
        let named = is_map.then(|| groups.list().and_then(|keys| (0..keys).filter_map(|_| groups.blob()).last()));
        if let Some((name, spans)) = group_of(group) {
            let name = named.flatten().unwrap_or(name);
            let name = format!("`spans[{:?}]`", shortened(&String::from_utf8_lossy(name)));
            context.report.lose_all(Loss::OtherLayers, &name, spans);
        }
    }
}

/// The name of a group and the number of its spans.
fn group_of(group: &[u8]) -> Option<(&[u8], usize)> {
    let mut values = Values(group);
    let (mut name, mut spans) = (&b""[..], 0);
    for _ in 0..values.map()? {
        match values.blob()? {
            b"name" => name = values.blob()?,
            b"spans" => {
                // As many as there are, whatever the file says of their number.
                for _ in 0..values.list()? {
                    values.blob()?;
                    spans += 1;
                }
            }
            _ => values.skip()?,
        }
    }
    (spans > 0).then_some((name, spans))
}

/// The relations in a document's data; counts what else is there. `begins` has the entity that begins at each word.
fn relations(mut data: Values, begins: &[Option<usize>], context: &mut Context) -> Vec<LabelledRelation> {
    let mut relations = Vec::new();
    let Some(mut data) = data.blob().map(Values) else { return relations };
    for _ in 0..data.map().unwrap_or(0) {
        let (key, value) = (data, {
            let mut after = data;
            if after.skip().is_none() {
                return relations;
            }
            after
        });
        data = value;
        if data.skip().is_none() {
            return relations;
        }
        let name = name_of_data(key);
        if name.as_deref() != Some("rel") || related(value, begins, &mut relations, context).is_none() {
            context.unread(&format!("user_data.{}", shortened(name.as_deref().unwrap_or("…"))));
        }
    }
    relations
}

/// The name of what a document's data has under `key`: a text, or that of an extension, `("._.", name, start, end)`.
fn name_of_data(mut key: Values) -> Option<String> {
    let name = match key.next()? {
        Token::List(_) => key.blob().filter(|&mark| mark == b"._.").and_then(|_| key.blob())?,
        Token::Text(name) | Token::Bytes(name) => name,
        _ => return None,
    };
    Some(String::from_utf8_lossy(name).into_owned())
}

/// Reads pairs of first words, each with its types and how true they are.
fn related(
    mut value: Values,
    begins: &[Option<usize>],
    relations: &mut Vec<LabelledRelation>,
    context: &mut Context,
) -> Option<()> {
    for _ in 0..value.map()? {
        let 2 = value.list()? else { return None };
        let (Token::Natural(head), Token::Natural(tail)) = (value.next()?, value.next()?) else { return None };
        let [head, tail] = [head, tail].map(|word| *begins.get(usize::try_from(word).ok()?)?);
        for _ in 0..value.map()? {
            let kind = String::from_utf8_lossy(value.blob()?).into_owned();
            let is_true = match value.next()? {
                Token::Natural(truth) => truth > 0,
                Token::Number(truth) => truth >= 0.5,
                Token::Bool(truth) => truth,
                _ => return None,
            };
            match (head, tail) {
                _ if !is_true => {}
                (Some(head), Some(tail)) => {
                    let provenance = Provenance::Person;
                    relations.push(LabelledRelation { kind, head, tail, score: None, provenance });
                }
                _ => context.report.add(Loss::NoEntity, 1),
            }
        }
    }
    Some(())
}
