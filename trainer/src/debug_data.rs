//! What is wrong or worth knowing about labelled data, before anybody trains on it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sinet_formats::{LabelledDocument, Options};

use crate::Error;
use crate::labelled;

/// What was found in all files.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// One for each file.
    pub splits: Vec<Split>,
    /// Sentences that stand in two files, as pairs of their names with the number.
    pub leaks: Vec<(String, String, usize)>,
    /// Types that are missing from a file, with the names of the files that have them.
    pub types_in_some: BTreeMap<String, Vec<String>>,
}

/// What was found in one file.
#[derive(Debug, Default, Serialize)]
pub struct Split {
    /// Name of the file.
    pub name: String,
    /// Why reading ended early, with line and document.
    pub error: Option<String>,
    /// How many documents were read.
    pub documents: usize,
    /// How many sentences.
    pub sentences: usize,
    /// How many words.
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
    /// Relations between two sentences: no model finds them.
    pub across_sentences: usize,
    /// Sentences that stand in the file more than once.
    pub repeated_sentences: usize,
    #[serde(skip)]
    seen: HashSet<u64>,
    #[serde(skip)]
    failure: Option<Error>,
}

/// Reads files one document at a time.
///
/// # Errors
///
/// [`Error::Io`] for a file that cannot be read at all, [`Error::Data`] for one of no known format. What is wrong inside a
/// file is in the findings.
pub fn examine(files: &[PathBuf], max_span_size: usize) -> Result<Findings, Error> {
    let splits: Vec<Split> = files.iter().map(|path| examine_file(path, max_span_size)).collect::<Result<_, _>>()?;
    let mut leaks = Vec::new();
    for (index, one) in splits.iter().enumerate() {
        for other in &splits[index + 1..] {
            let common = one.seen.intersection(&other.seen).count();
            if common > 0 {
                leaks.push((one.name.clone(), other.name.clone(), common));
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
    Ok(Findings { splits, leaks, types_in_some: types })
}

fn examine_file(path: &Path, max_span_size: usize) -> Result<Split, Error> {
    let documents = labelled::open(path, None, Options::default())?.documents;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut split = Split { name, ..Split::default() };
    for document in documents {
        match document {
            Ok(document) => split.take(document.with_words(), max_span_size),
            Err(error) => {
                split.error = Some(error.to_string());
                split.failure = Some(error.into());
            }
        }
    }
    let entities: usize = split.entities.values().sum();
    split.recall_ceiling = if entities == 0 { 1.0 } else { (entities - split.too_wide) as f64 / entities as f64 };
    Ok(split)
}

impl Split {
    fn take(&mut self, document: LabelledDocument, max_span_size: usize) {
        self.documents += 1;
        self.words += document.words.len();
        for sentence in &document.sentences {
            self.sentences += 1;
            let words = &document.words[sentence.start..sentence.end];
            self.longest_sentence = self.longest_sentence.max(words.len());
            let mut hasher = DefaultHasher::new();
            words.iter().filter_map(|word| word.of(&document.text)).for_each(|word| word.hash(&mut hasher));
            self.repeated_sentences += usize::from(!self.seen.insert(hasher.finish()));
        }
        self.take_entities(&document, max_span_size);
        self.take_relations(&document, max_span_size);
    }

    fn take_entities(&mut self, document: &LabelledDocument, max_span_size: usize) {
        let mut by_place: Vec<_> = document.entities.iter().collect();
        by_place.sort_by_key(|entity| (entity.span, &entity.kind));
        let mut end = 0;
        for (index, entity) in by_place.iter().enumerate() {
            *self.entities.entry(entity.kind.clone()).or_default() += 1;
            self.too_wide += usize::from(width(document, entity.span) > max_span_size);
            self.overlapping += usize::from(entity.span.start < end);
            end = end.max(entity.span.end);
            if let Some(before) = index.checked_sub(1).map(|before| by_place[before]) {
                let same_place = before.span == entity.span;
                self.duplicate_entities += usize::from(same_place && before.kind == entity.kind);
                self.two_types += usize::from(same_place && before.kind != entity.kind);
            }
        }
    }

    fn take_relations(&mut self, document: &LabelledDocument, max_span_size: usize) {
        let sentence = |entity: usize| {
            let words = document.words_of(document.entities[entity].span)?;
            document.sentences.iter().position(|sentence| sentence.start <= words.start && words.end <= sentence.end)
        };
        let mut pairs: HashMap<(usize, usize), BTreeMap<&str, usize>> = HashMap::new();
        for relation in &document.relations {
            *self.relations.entry(relation.kind.clone()).or_default() += 1;
            *pairs.entry((relation.head, relation.tail)).or_default().entry(&relation.kind).or_default() += 1;
            self.self_relations += usize::from(relation.head == relation.tail);
            let ends = [relation.head, relation.tail];
            let too_wide = |end: &usize| width(document, document.entities[*end].span) > max_span_size;
            self.relations_of_too_wide += usize::from(ends.iter().any(too_wide));
            self.across_sentences += usize::from(sentence(relation.head) != sentence(relation.tail));
        }
        self.multi_label_pairs += pairs.values().filter(|kinds| kinds.len() > 1).count();
        self.duplicate_relations += pairs.values().flat_map(BTreeMap::values).map(|count| count - 1).sum::<usize>();
    }
}

fn width(document: &LabelledDocument, span: sinet_text::ByteSpan) -> usize {
    document.words_of(span).map_or(0, |words| words.end - words.start)
}

impl Findings {
    /// Why the first file that could not be read to its end could not.
    pub fn into_failure(self) -> Option<Error> {
        self.splits.into_iter().find_map(|split| split.failure)
    }

    /// For people to read.
    pub fn table(&self, max_span_size: usize) -> String {
        let mut told = String::new();
        for split in &self.splits {
            split.tell(max_span_size, &mut told);
        }
        for (one, other, count) in &self.leaks {
            _ = writeln!(told, "{count} sentences of {one} stand in {other} too: scores there will be too high.");
        }
        for (kind, names) in &self.types_in_some {
            _ = writeln!(told, "The type {kind:?} is only in {}.", names.join(", "));
        }
        told
    }
}

impl Split {
    fn tell(&self, max_span_size: usize, told: &mut String) {
        let Self { name, documents, sentences, words, longest_sentence, .. } = self;
        _ = writeln!(
            told,
            "{name}: {documents} documents, {sentences} sentences, {words} words, at most {longest_sentence} a sentence"
        );
        for (what, kinds) in [("entities", &self.entities), ("relations", &self.relations)] {
            let counts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            _ = writeln!(told, "  {} {what}: {}", kinds.values().sum::<usize>(), counts.join(", "));
        }
        if self.too_wide > 0 {
            _ = writeln!(
                told,
                "  {} entities have more than {max_span_size} words, so recall cannot pass {:.2} %; {} relations go with them",
                self.too_wide,
                100.0 * self.recall_ceiling,
                self.relations_of_too_wide
            );
        }
        for (count, what) in [
            (self.overlapping, "entities overlap another"),
            (self.duplicate_entities, "entities are there twice"),
            (self.two_types, "entities have the words of another with another type"),
            (self.multi_label_pairs, "pairs have several types of relations"),
            (self.duplicate_relations, "relations are there twice"),
            (self.self_relations, "relations are of an entity with itself: no model finds them"),
            (self.across_sentences, "relations link two sentences: no model finds them"),
            (self.repeated_sentences, "sentences are there more than once"),
        ] {
            if count > 0 {
                _ = writeln!(told, "  {count} {what}");
            }
        }
        if let Some(error) = &self.error {
            _ = writeln!(told, "  ended early: {error}");
        }
    }
}

/// The files that are meant: a folder means its `train.json`, `dev.json` and `test.json`.
///
/// # Errors
///
/// [`Error::Data`] for a folder without any of them.
pub fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        files.extend(
            ["train.json", "dev.json", "test.json"]
                .map(|name| path.join(name))
                .into_iter()
                .filter(|file| file.exists()),
        );
        if files.len() == before {
            return Err(Error::data(path, "holds no train.json, dev.json or test.json; name files"));
        }
    }
    Ok(files)
}
