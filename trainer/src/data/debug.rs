//! Errors and statistics of labelled data, before anybody trains on it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sinet_formats::{LabelledDocument, Options, Place, Problem, ReadError};
use sinet_infer::config::CONFIG;
use sinet_infer::folder::MANIFEST;
use sinet_infer::{ModelConfig, TOKENIZER};
use sinet_text::{ByteSpan, Tokenizer, WordRange};

use crate::Error;
use crate::data::labelled;
use crate::dataset::{DEV, TEST, TRAIN};
use crate::model::folder::read_files;
use crate::model::pretrained::Pretrained;

mod sentences;
mod sighting;
mod stretch;

use sighting::Sighting;
use stretch::Stretch;

/// The findings in all files.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// One for each file.
    pub splits: Vec<Split>,
    /// Sentences that stand in two files, as pairs of their names with the number.
    pub leaks: Vec<(String, String, usize)>,
    /// How many of these are labelled in another way there, as pairs of the files' names with the number.
    pub leaks_with_other_labels: Vec<(String, String, usize)>,
    /// Types that are missing from a file, with the names of the files that have them.
    pub types_in_some: BTreeMap<String, Vec<String>>,
}

/// The findings in one file.
#[derive(Debug, Default, Serialize)]
pub struct Split {
    /// Name of the file.
    pub name: String,
    /// Its first [`MOST_ERRORS`] errors, each with line and document. Reading goes on with the next document where that can be
    /// told from the wrong one.
    pub errors: Vec<String>,
    /// The number of all errors.
    pub error_count: usize,
    /// The findings and the losses of its reader, a sentence each.
    pub notes: Vec<String>,
    /// The number of documents that were read.
    pub documents: usize,
    /// The number of sentences.
    pub sentences: usize,
    /// The number of words.
    pub words: usize,
    /// Words of the longest sentence.
    pub longest_sentence: usize,
    /// Entities of each type.
    pub entities: BTreeMap<String, usize>,
    /// Relations of each type.
    pub relations: BTreeMap<String, usize>,
    /// Entities of more words than a span may have: no model finds them.
    pub too_wide: usize,
    /// The highest recall of entities that is left, 0 to 1.
    pub recall_ceiling: f64,
    /// Relations with such an entity.
    pub relations_of_too_wide: usize,
    /// Entities that begin or end in white space.
    pub white_space_edges: usize,
    /// Entities that begin or end inside a word, so that they are widened to whole words.
    pub widened: usize,
    /// Entities that overlap another.
    pub overlapping: usize,
    /// Entities with the same words and type as another.
    pub duplicate_entities: usize,
    /// Entities with the same words as another and another type.
    pub two_types: usize,
    /// Pairs of entities with several types of relations.
    pub multi_label_pairs: usize,
    /// Relations that are there twice.
    pub duplicate_relations: usize,
    /// Relations of an entity with itself: no model finds them.
    pub self_relations: usize,
    /// Documents that came without sentences, so that these were found here.
    pub split_here: usize,
    /// Entities that no sentence holds whole: no model finds them.
    pub entities_across_sentences: usize,
    /// Relations between two sentences: no model finds them.
    pub across_sentences: usize,
    /// Sentences that stand in the file more than once.
    pub repeated_sentences: usize,
    /// Sentences with the words of another and other labels.
    pub labelled_differently: usize,
    /// The first [`MOST_EXAMPLES`] of these, each with document and words.
    pub labelled_differently_in: Vec<String>,
    /// The sentences that the encoder cannot read at once, if an encoder was named.
    pub pieces: Option<Pieces>,
    #[serde(skip)]
    seen: HashSet<Sighting>,
    #[serde(skip)]
    failure: Option<Error>,
}

/// The most errors of a file that are kept.
pub const MOST_ERRORS: usize = 20;

/// The most sentences of a file with other labels than before that are named.
pub const MOST_EXAMPLES: usize = 3;

/// The sentences of a file that the encoder cannot read at once.
#[derive(Debug, Default, Serialize)]
pub struct Pieces {
    /// The longest input in word pieces, `[CLS]` and `[SEP]` included.
    pub limit: usize,
    /// The longest sentence, counted so.
    pub longest: usize,
    /// Sentences that are longer than the limit.
    pub too_long: usize,
    /// Words of these.
    pub words: usize,
    /// Entities in these.
    pub entities: usize,
    /// Relations with an entity in these.
    pub relations: usize,
}

/// The longest input of an encoder, and the tokenizer that measures sentences.
pub struct InputLimit {
    tokenizer: Tokenizer,
    /// The longest input in word pieces.
    pieces: usize,
}

impl InputLimit {
    /// The limit of the model in a folder, or of an encoder as a configuration names it.
    ///
    /// # Errors
    ///
    /// [`Error`], if there is no such model or encoder.
    pub fn of(name: &str) -> Result<Self, Error> {
        let folder = Path::new(name);
        let (tokenizer, pieces) = if folder.join(MANIFEST).exists() {
            let files = read_files(folder)?;
            let file = |name| files.get(name).map_err(Error::data(folder));
            let config = ModelConfig::parse(file(CONFIG)?).map_err(Error::data(folder))?;
            (file(TOKENIZER)?.to_vec(), config.architecture.encoder.max_pieces())
        } else {
            let pretrained = Pretrained::find(name)?;
            (pretrained.tokenizer, pretrained.config.max_pieces())
        };
        let tokenizer = Tokenizer::from_bytes(&tokenizer).map_err(Error::data(folder))?;
        Ok(Self { tokenizer, pieces })
    }
}

/// Reads files one document at a time.
///
/// # Errors
///
/// [`Error::Read`] for a file that cannot be read at all, [`Error::Data`] for one of no known format. Errors inside a file are
/// among the findings.
pub fn examine(files: &[PathBuf], max_span_words: usize, limit: Option<&InputLimit>) -> Result<Findings, Error> {
    let splits = files.iter().map(|path| examine_file(path, max_span_words, limit));
    let splits: Vec<Split> = splits.collect::<Result<_, _>>()?;
    let mut leaks = Vec::new();
    let mut leaks_with_other_labels = Vec::new();
    for (index, one) in splits.iter().enumerate() {
        for other in &splits[index + 1..] {
            let common: Vec<_> = one.seen.iter().filter_map(|seen| Some((seen, other.seen.get(seen)?))).collect();
            let differing = common.iter().filter(|(one, other)| !one.has_labels_of(other)).count();
            for (pairs, count) in [(&mut leaks, common.len()), (&mut leaks_with_other_labels, differing)] {
                if count > 0 {
                    pairs.push((one.name.clone(), other.name.clone(), count));
                }
            }
        }
    }
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for split in &splits {
        let kinds: BTreeSet<&String> = split.entities.keys().chain(split.relations.keys()).collect();
        for kind in kinds {
            types.entry(kind.clone()).or_default().push(split.name.clone());
        }
    }
    types.retain(|_, names| names.len() < splits.len());
    Ok(Findings { splits, leaks, leaks_with_other_labels, types_in_some: types })
}

fn examine_file(path: &Path, max_span_words: usize, limit: Option<&InputLimit>) -> Result<Split, Error> {
    let mut documents = labelled::open(path, None, Options::default())?.documents.past_errors();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut split = Split { name, ..Split::default() };
    for (index, document) in documents.by_ref().enumerate() {
        match document {
            Ok(document) => {
                split.split_here += usize::from(document.sentences.is_empty() && !document.text.is_empty());
                split.take_types(path, index, &document);
                split.take(document.with_words(), max_span_words, limit);
            }
            Err(error) => split.take_error(error),
        }
    }
    let report = documents.report();
    // The first note is the format.
    split.notes = report.notes().iter().skip(1).cloned().chain(report.sentences()).collect();
    let entities: usize = split.entities.values().sum();
    split.recall_ceiling = if entities == 0 { 1.0 } else { (entities - split.too_wide) as f64 / entities as f64 };
    Ok(split)
}

impl Split {
    fn take_error(&mut self, error: ReadError) {
        self.error_count += 1;
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error.to_string());
        }
        self.failure.get_or_insert_with(|| error.into());
    }

    /// An empty type is an error: nobody can mean it.
    fn take_types(&mut self, path: &Path, index: usize, document: &LabelledDocument) {
        let entities = document.entities.iter().map(|entity| entity.kind.as_str()).enumerate();
        let relations = document.relations.iter().map(|relation| relation.kind.as_str()).enumerate();
        let labels = entities.map(|label| ("entities", label)).chain(relations.map(|label| ("relations", label)));
        for (list, (label, _)) in labels.filter(|(_, (_, kind))| kind.trim().is_empty()) {
            let place = Place {
                file: path.display().to_string(),
                document: Some(index as u64 + 1),
                id: Some(document.id.clone()).filter(|id| !id.is_empty()),
                field: Some(format!("{list}[{label}].type")),
                ..Place::default()
            };
            let problem = Problem::Contradiction("the type is empty; give it a name".to_owned());
            self.take_error(ReadError { place: Box::new(place), problem });
        }
    }

    fn take(&mut self, document: LabelledDocument, max_span_words: usize, limit: Option<&InputLimit>) {
        self.documents += 1;
        self.words += document.words.len();
        let stretches: Vec<Stretch> =
            document.entities.iter().map(|entity| Stretch::of(entity.span, &document)).collect();
        let sightings = sighting::of_sentences(&document, &stretches);
        for (sentence, sighting) in document.sentences.iter().zip(sightings) {
            self.sentences += 1;
            self.longest_sentence = self.longest_sentence.max(sentence.end - sentence.start);
            let Some(before) = self.seen.get(&sighting) else {
                self.seen.insert(sighting);
                continue;
            };
            self.repeated_sentences += 1;
            if !before.has_labels_of(&sighting) {
                self.labelled_differently += 1;
                if self.labelled_differently_in.len() < MOST_EXAMPLES {
                    let words: Vec<&str> = texts(&document, sentence).take(12).collect();
                    self.labelled_differently_in.push(format!("document {}: {}", self.documents, words.join(" ")));
                }
            }
        }
        self.take_entities(&document, &stretches, max_span_words);
        self.take_relations(&document, &stretches, max_span_words);
        if let Some(limit) = limit {
            self.pieces.get_or_insert_default().take(&document, &stretches, limit);
        }
    }

    fn take_entities(&mut self, document: &LabelledDocument, stretches: &[Stretch], max_span_words: usize) {
        for (entity, stretch) in document.entities.iter().zip(stretches) {
            count(&mut self.entities, &entity.kind);
            self.too_wide += usize::from(stretch.width() > max_span_words);
            self.white_space_edges += usize::from(is_edged_by_space(document, entity.span));
            self.widened += usize::from(stretch.widens(entity.span, document));
            self.entities_across_sentences += usize::from(stretch.sentence.is_none());
        }
        let mut by_place: Vec<_> = document.entities.iter().collect();
        by_place.sort_by_key(|entity| (entity.span, &entity.kind));
        let mut end = 0;
        for (index, entity) in by_place.iter().enumerate() {
            self.overlapping += usize::from(entity.span.start < end);
            end = end.max(entity.span.end);
            if let Some(before) = index.checked_sub(1).map(|before| by_place[before]) {
                let same_place = before.span == entity.span;
                self.duplicate_entities += usize::from(same_place && before.kind == entity.kind);
                self.two_types += usize::from(same_place && before.kind != entity.kind);
            }
        }
    }

    fn take_relations(&mut self, document: &LabelledDocument, stretches: &[Stretch], max_span_words: usize) {
        let mut pairs: HashMap<(usize, usize), BTreeMap<&str, usize>> = HashMap::new();
        for relation in &document.relations {
            count(&mut self.relations, &relation.kind);
            *pairs.entry((relation.head, relation.tail)).or_default().entry(&relation.kind).or_default() += 1;
            self.self_relations += usize::from(relation.head == relation.tail);
            let ends = [relation.head, relation.tail].map(|end| &stretches[end]);
            self.relations_of_too_wide += usize::from(ends.iter().any(|end| end.width() > max_span_words));
            let [head, tail] = ends.map(|end| end.sentence);
            self.across_sentences += usize::from(head.is_none() || head != tail);
        }
        self.multi_label_pairs += pairs.values().filter(|kinds| kinds.len() > 1).count();
        self.duplicate_relations += pairs.values().flat_map(BTreeMap::values).map(|count| count - 1).sum::<usize>();
    }
}

impl Pieces {
    fn take(
        &mut self,
        document: &LabelledDocument,
        stretches: &[Stretch],
        InputLimit { tokenizer, pieces: limit }: &InputLimit,
    ) {
        self.limit = *limit;
        let is_too_long = |sentence: &WordRange| {
            // [CLS] and [SEP]
            let pieces = 2 + texts(document, sentence).map(|word| tokenizer.pieces(word).len()).sum::<usize>();
            self.longest = self.longest.max(pieces);
            pieces > *limit
        };
        let too_long: Vec<bool> = document.sentences.iter().map(is_too_long).collect();
        let lengths = document.sentences.iter().zip(&too_long).filter(|(_, too_long)| **too_long);
        self.too_long += too_long.iter().filter(|too_long| **too_long).count();
        self.words += lengths.map(|(sentence, _)| sentence.end - sentence.start).sum::<usize>();
        let is_inside = |entity: usize| stretches[entity].sentence.is_some_and(|sentence| too_long[sentence]);
        self.entities += (0..stretches.len()).filter(|&entity| is_inside(entity)).count();
        let relations = document.relations.iter();
        self.relations += relations.filter(|relation| is_inside(relation.head) || is_inside(relation.tail)).count();
    }
}

fn texts<'d>(document: &'d LabelledDocument, words: &WordRange) -> impl Iterator<Item = &'d str> {
    document.words[words.start..words.end].iter().filter_map(|word| word.of(&document.text))
}

/// Whether a stretch of text begins or ends in white space.
fn is_edged_by_space(document: &LabelledDocument, span: ByteSpan) -> bool {
    let text = span.of(&document.text).unwrap_or_default();
    text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace)
}

/// Counts one of a kind, of which there are few and each comes often.
fn count(kinds: &mut BTreeMap<String, usize>, kind: &str) {
    match kinds.get_mut(kind) {
        Some(count) => *count += 1,
        None => drop(kinds.insert(kind.to_owned(), 1)),
    }
}

impl Findings {
    /// The first error of the first file that has one.
    pub fn into_failure(self) -> Option<Error> {
        self.splits.into_iter().find_map(|split| split.failure)
    }
}

/// All files of these paths: a folder stands for its `train.json`, `dev.json` and `test.json`, or, where it has none of
/// them, for a collection of files in one format.
pub fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        files.extend([TRAIN, DEV, TEST].map(|name| path.join(name)).into_iter().filter(|file| file.exists()));
        if files.len() == before {
            files.push(path.clone());
        }
    }
    files
}
