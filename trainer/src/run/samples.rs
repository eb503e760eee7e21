//! The samples of an epoch: all positives, and negatives drawn anew (section 3.3).

use std::collections::{BTreeMap, HashSet};

use rand::Rng;
use rand::seq::{IteratorRandom, SliceRandom, index};
use sinet_formats::{Dataset, Example};
use sinet_model::{Batch, Pair, Span};
use sinet_text::{Encoding, Tokenizer, WordRange};

use crate::config::TrainSection;
use crate::error::DataError;
use crate::run::teachers::{Answers, spans};

/// A sentence as word pieces, with what is to be learned from it.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Its place in the data set.
    pub index: usize,
    /// Whether a person has labelled it. Otherwise its entities are what teachers have found in it.
    pub is_labelled: bool,
    encoding: Encoding,
    /// Spans and classes of the entities, without repetitions.
    entities: Vec<(WordRange, usize)>,
    /// Head and tail among `entities`, and all relation types of the pair.
    relations: BTreeMap<(usize, usize), Vec<usize>>,
    /// What the teachers say of it, if there are any.
    answers: Option<Answers>,
}

/// Spans and pairs with their labels, for one batch. Sentences without labels come last, and so do their spans and pairs.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The sentences.
    pub batch: Batch,
    /// Sampled spans of all sentences.
    pub spans: Vec<Span>,
    /// Class of each span of labelled sentences, 0 for none.
    pub classes: Vec<i32>,
    /// Sampled pairs of all sentences.
    pub pairs: Vec<Pair>,
    /// One row a pair of labelled sentences, one column a relation type: 1 where the pair has it.
    pub labels: Vec<f32>,
    /// What the teachers say of all, if there are any.
    pub taught: Option<Taught>,
}

/// What teachers say of sampled spans and pairs: probabilities at the temperature of the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taught {
    /// `[spans, entity types + 1]`
    pub classes: Vec<f32>,
    /// `[pairs, relation types]`
    pub relations: Vec<f32>,
}

/// The number and the bounds of the negatives of a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// Spans that are no entity.
    pub negative_entities: usize,
    /// Ordered pairs of entities that are not related.
    pub negative_relations: usize,
    /// Widest negative span, in words.
    pub max_span_words: usize,
    /// Number of relation types.
    pub relation_types: usize,
    /// The piece that fills up the shorter sentences of a batch, where the network is to see it, as the authors' does.
    pub padding: Option<u32>,
}

impl Sentence {
    /// Tokenises a data set. Each sentence gets up to `context_words` of its document on each side.
    ///
    /// # Errors
    ///
    /// [`DataError::TooLong`] for the first sentence that the encoder cannot read as one piece.
    pub fn all(
        dataset: &Dataset,
        tokenizer: &Tokenizer,
        limit: usize,
        context_words: usize,
    ) -> Result<Vec<Self>, DataError> {
        Self::each(dataset, tokenizer, limit, context_words).into_iter().collect()
    }

    /// As [`Sentence::all`], with [`DataError::TooLong`] in place of every sentence that is too long.
    pub fn each(
        dataset: &Dataset,
        tokenizer: &Tokenizer,
        limit: usize,
        context_words: usize,
    ) -> Vec<Result<Self, DataError>> {
        let mut sentences = Vec::with_capacity(dataset.sentences.len());
        for document in dataset.documents() {
            let words = document.iter().flat_map(|example| &example.tokens);
            let pieces: Vec<_> = words.map(|word| tokenizer.pieces(word)).collect();
            let mut start = 0;
            for example in document {
                let words = WordRange { start, end: start + example.tokens.len() };
                start = words.end;
                let encoding = Encoding::from_pieces(tokenizer.special(), &pieces[words.start..words.end], usize::MAX);
                let (index, own) = (sentences.len(), encoding.ids.len());
                sentences.push(if own > limit {
                    Err(DataError::TooLong { sentence: index + 1, pieces: own, limit })
                } else {
                    Ok(Self::new(index, example, encoding.in_context(&pieces, words, context_words, limit)))
                });
            }
        }
        sentences
    }

    /// The labelled sentence with what teachers say of it.
    pub fn taught(self, answers: Answers) -> Self {
        Self { answers: Some(answers), ..self }
    }

    /// The sentence without its labels: with what teachers say of it, and the entities that they find. `index` is its place
    /// behind all labelled ones.
    pub fn unlabelled(self, index: usize, answers: Answers) -> Self {
        let (entities, relations) = (answers.entities.clone(), BTreeMap::new());
        Self { index, is_labelled: false, entities, relations, answers: Some(answers), ..self }
    }

    fn new(index: usize, example: &Example, encoding: Encoding) -> Self {
        // Two labels on one span are two samples, as in the authors' code; relations keep their own entity.
        let entities = example.entities.iter().map(|entity| (entity.words, entity.kind + 1)).collect();
        let mut relations = BTreeMap::<_, Vec<_>>::new();
        for relation in &example.relations {
            let kinds = relations.entry((relation.head, relation.tail)).or_default();
            if !kinds.contains(&relation.kind) {
                kinds.push(relation.kind);
            }
        }
        Self { index, is_labelled: true, encoding, entities, relations, answers: None }
    }

    fn negative_spans(&self, sampling: &Sampling, rng: &mut impl Rng) -> Vec<WordRange> {
        let gold: HashSet<_> = self.entities.iter().map(|&(span, _)| span).collect();
        let n = self.encoding.words.len();
        (1..=sampling.max_span_words.min(n))
            .flat_map(|width| (0..=n - width).map(move |start| WordRange { start, end: start + width }))
            .filter(|span| !gold.contains(span))
            .sample(rng, sampling.negative_entities)
    }

    fn negative_pairs(&self, sampling: &Sampling, rng: &mut impl Rng) -> Vec<(usize, usize)> {
        let n = self.entities.len();
        (0..n)
            .flat_map(|head| (0..n).map(move |tail| (head, tail)))
            .filter(|&(head, tail)| self.entities[head].0 != self.entities[tail].0)
            .filter(|pair| !self.relations.contains_key(pair))
            .sample(rng, sampling.negative_relations)
    }
}

impl Samples {
    /// Samples for the sentences of one batch. Either all or none of them have answers of teachers.
    pub fn draw(sentences: &[&Sentence], sampling: &Sampling, rng: &mut impl Rng) -> Self {
        let (labelled, others): (Vec<_>, Vec<_>) =
            sentences.iter().copied().partition(|sentence: &&Sentence| sentence.is_labelled);
        let sentences: Vec<&Sentence> = labelled.into_iter().chain(others).collect();
        let of_each = |part: fn(&Encoding) -> &Vec<u32>| -> Vec<_> {
            sentences.iter().map(|sentence| part(&sentence.encoding)).collect()
        };
        let pieces = of_each(|encoding| &encoding.ids);
        let mut samples = Self {
            batch: match sampling.padding {
                Some(pad) => Batch::padded(&pieces, pad),
                None => Batch::packed(&pieces)
                    .between(&of_each(|encoding| &encoding.before), &of_each(|encoding| &encoding.after)),
            },
            spans: Vec::new(),
            classes: Vec::new(),
            pairs: Vec::new(),
            labels: Vec::new(),
            taught: sentences.iter().all(|sentence| sentence.answers.is_some()).then(Taught::default),
        };
        for (i, sentence) in sentences.into_iter().enumerate() {
            samples.add(i, sentence, sampling, rng);
        }
        samples
    }

    fn add(&mut self, index: usize, sentence: &Sentence, sampling: &Sampling, rng: &mut impl Rng) {
        let row = self.batch.sentence(index).start;
        let (first, pieces) = (self.spans.len(), &sentence.encoding.words);
        let answers = sentence.answers.as_ref().zip(self.taught.as_mut());
        let mut ask = answers.map(|(answers, taught)| Ask {
            answers,
            spans: spans(pieces.len(), sampling.max_span_words, &sentence.entities),
            relation_types: sampling.relation_types,
            taught,
        });
        let negatives = sentence.negative_spans(sampling, rng).into_iter().map(|span| (span, 0));
        for (words, class) in sentence.entities.iter().copied().chain(negatives) {
            self.spans.push(Span {
                sentence: index,
                rows: row + pieces[words.start].start..row + pieces[words.end - 1].end,
                words: words.end - words.start,
            });
            if sentence.is_labelled {
                self.classes.push(class as i32);
            }
            ask.iter_mut().for_each(|ask| ask.about_span(words));
        }
        let negatives = sentence.negative_pairs(sampling, rng).into_iter().map(|pair| (pair, &[] as &[usize]));
        let positives = sentence.relations.iter().map(|(&pair, kinds)| (pair, kinds.as_slice()));
        for ((head, tail), kinds) in positives.chain(negatives) {
            self.pairs.push(Pair { head: first + head, tail: first + tail });
            if sentence.is_labelled {
                let labels = self.labels.len();
                self.labels.resize(labels + sampling.relation_types, 0.0);
                kinds.iter().for_each(|&kind| self.labels[labels + kind] = 1.0);
            }
            ask.iter_mut().for_each(|ask| ask.about_pair(head, tail));
        }
    }
}

/// Finds what teachers have said of the samples of a sentence.
struct Ask<'a> {
    answers: &'a Answers,
    /// The spans that they were asked about.
    spans: Vec<WordRange>,
    relation_types: usize,
    taught: &'a mut Taught,
}

impl Ask<'_> {
    fn about_span(&mut self, words: WordRange) {
        let place = self.spans.binary_search(&words).expect("teachers are asked about every span that is sampled");
        let classes = self.answers.classes.len() / self.spans.len();
        self.taught.classes.extend_from_slice(&self.answers.classes[place * classes..][..classes]);
    }

    fn about_pair(&mut self, head: usize, tail: usize) {
        let place = (head * self.answers.entities.len() + tail) * self.relation_types;
        self.taught.relations.extend_from_slice(&self.answers.relations[place..][..self.relation_types]);
    }
}

/// The sentences of one epoch in batches, in the order in which they are learned: all labelled ones, which come first among
/// `sentences`, and `unlabelled` of the others, drawn anew. Sentences that do not fill an update stay out.
///
/// The sentences of each `train.length_pool` batches are sorted by length, and the batches shuffled after that.
pub fn batches(sentences: &[Sentence], unlabelled: usize, train: &TrainSection, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let labelled = sentences.partition_point(|sentence| sentence.is_labelled);
    let mut order = index::sample(rng, labelled, labelled).into_vec();
    if unlabelled > 0 {
        let drawn = index::sample(rng, sentences.len() - labelled, unlabelled);
        order.extend(drawn.into_iter().map(|place| labelled + place));
        order.shuffle(rng);
    }
    order.truncate(order.len() - order.len() % train.update_size());
    if train.length_pool > 1 {
        for pool in order.chunks_mut(train.batch_size * train.length_pool) {
            pool.sort_by_key(|&i| sentences[i].encoding.read_pieces());
        }
    }
    let mut batches: Vec<_> = order.chunks(train.batch_size).map(<[usize]>::to_vec).collect();
    if train.length_pool > 1 {
        batches.shuffle(rng);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn sentence() -> Sentence {
        let span = |start, end| WordRange { start, end };
        Sentence {
            index: 0,
            encoding: Encoding {
                ids: vec![101, 1, 2, 3, 4, 5, 102],
                words: vec![1..2, 2..4, 4..5, 5..6],
                dropped_pieces: 0,
                before: Vec::new(),
                after: Vec::new(),
            },
            entities: vec![(span(0, 1), 2), (span(1, 3), 1), (span(3, 4), 1)],
            relations: BTreeMap::from([((0, 1), vec![0, 2])]),
            is_labelled: true,
            answers: None,
        }
    }

    /// Teachers whose every number says what it was asked about.
    fn answers(sentence: &Sentence) -> Answers {
        let spans = spans(4, SAMPLING.max_span_words, &sentence.entities);
        let classes = spans.iter().flat_map(|words| [words.start as f32, words.end as f32]).collect();
        let n = sentence.entities.len();
        let pair = |place: usize| [(place / n) as f32, (place % n) as f32, 0.5];
        Answers { entities: sentence.entities.clone(), classes, relations: (0..n * n).flat_map(pair).collect() }
    }

    #[test]
    fn every_sample_has_the_answers_about_itself() {
        let mut wide = sentence();
        wide.entities.push((WordRange { start: 0, end: 4 }, 1));
        let wide = wide.clone().taught(answers(&wide));
        let other = sentence().unlabelled(9, answers(&sentence()));
        let sampling = Sampling { negative_entities: 100, negative_relations: 100, ..SAMPLING };
        // Labelled sentences come first, wherever they stand.
        let samples = Samples::draw(&[&other, &wide], &sampling, &mut ChaCha8Rng::seed_from_u64(1));
        let taught = samples.taught.as_ref().unwrap();
        let (of_wide, of_other) = (4 + 4, 3 + 4);
        assert_eq!((samples.classes.len(), samples.spans.len()), (of_wide, of_wide + of_other));
        assert_eq!((samples.labels.len(), samples.pairs.len()), (3 * 12, 12 + 6));
        assert!(samples.spans[..of_wide].iter().all(|span| span.sentence == 0));
        // The pieces of word w begin at 1, 2, 4, 5 and 6.
        let starts = [1, 2, 4, 5, 6].map(|row| row as f32);
        for (span, row) in samples.spans.iter().zip(taught.classes.chunks_exact(2)) {
            let first = samples.batch.sentence(span.sentence).start as f32;
            let rows = [row[0], row[1]].map(|word| first + starts[word as usize]);
            assert_eq!(rows, [span.rows.start as f32, span.rows.end as f32]);
        }
        for (pair, row) in samples.pairs.iter().zip(taught.relations.chunks_exact(3)) {
            let first = if samples.spans[pair.head].sentence == 0 { 0 } else { of_wide };
            assert_eq!(row, [(pair.head - first) as f32, (pair.tail - first) as f32, 0.5]);
        }
        assert_eq!(Samples::draw(&[&sentence()], &sampling, &mut ChaCha8Rng::seed_from_u64(1)).taught, None);
    }

    #[test]
    fn an_epoch_has_all_labelled_sentences_and_a_draw_of_the_others() {
        let mut sentences = of_all_lengths(40);
        sentences[10..].iter_mut().for_each(|sentence| sentence.is_labelled = false);
        let train = TrainSection { batch_size: 5, ..TrainSection::default() };
        let draw = |seed| batches(&sentences, 10, &train, &mut ChaCha8Rng::seed_from_u64(seed));
        let [one, other] = [draw(1), draw(2)].map(|batches| batches.concat().into_iter().collect::<HashSet<_>>());
        for epoch in [&one, &other] {
            assert_eq!(epoch.len(), 20);
            assert!((0..10).all(|labelled| epoch.contains(&labelled)));
        }
        assert_ne!(one, other, "others are drawn in another epoch");
        assert!(
            draw(1)[0].iter().any(|&i| i < 10) && draw(1).concat().windows(2).any(|pair| pair[0] >= 10 && pair[1] < 10)
        );
    }

    const SAMPLING: Sampling =
        Sampling { negative_entities: 0, negative_relations: 0, max_span_words: 2, relation_types: 3, padding: None };

    fn draw(negative_entities: usize, negative_relations: usize) -> Samples {
        let sampling = Sampling { negative_entities, negative_relations, ..SAMPLING };
        let sentence = sentence();
        Samples::draw(&[&sentence, &sentence], &sampling, &mut ChaCha8Rng::seed_from_u64(1))
    }

    #[test]
    fn all_positives_come_and_negatives_up_to_the_limit() {
        // 4 + 3 spans of one or two words, three of them gold; 6 ordered pairs, one of them related.
        for ((entities, relations), (spans, pairs)) in [((100, 100), (7, 6)), ((2, 1), (5, 2)), ((0, 0), (3, 1))] {
            let samples = draw(entities, relations);
            assert_eq!((samples.spans.len(), samples.pairs.len()), (2 * spans, 2 * pairs));
            assert_eq!(samples.classes.iter().filter(|&&class| class > 0).count(), 6);
            assert_eq!(samples.labels.iter().sum::<f32>(), 4.0);
        }
    }

    #[test]
    fn rows_of_the_second_sentence_follow_the_first() {
        let samples = draw(0, 0);
        let rows: Vec<_> = samples.spans.iter().map(|span| span.rows.clone()).collect();
        assert_eq!(rows, [1..2, 2..5, 5..6, 8..9, 9..12, 12..13]);
        assert_eq!(samples.pairs[1], Pair { head: 3, tail: 4 });
        assert_eq!(samples.labels[3..], [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_context_changes_what_is_read_and_no_row() {
        let (plain, mut between) = (sentence(), sentence());
        (between.encoding.before, between.encoding.after) = (vec![8, 9], vec![7]);
        let draw = |second| Samples::draw(&[&plain, second], &SAMPLING, &mut ChaCha8Rng::seed_from_u64(1));
        let (without, with) = (draw(&plain), draw(&between));
        assert_eq!((&with.spans, &with.classes, &with.pairs), (&without.spans, &without.classes, &without.pairs));
        assert_eq!(with.batch.encoder_rows().ids()[7..], [101, 8, 9, 1, 2, 3, 4, 5, 7, 102]);
    }

    #[test]
    fn padding_lengthens_the_shorter_sentences() {
        let (long, mut short) = (sentence(), sentence());
        short.encoding.ids.truncate(6);
        for (padding, rows) in [(None, 6 + 7), (Some(0), 7 + 7)] {
            let sampling = Sampling { padding, ..SAMPLING };
            let samples = Samples::draw(&[&short, &long], &sampling, &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(samples.batch.rows().ids().len(), rows);
            assert_eq!(samples.spans[3].rows, rows - 6..rows - 5);
        }
    }

    #[test]
    fn no_negative_is_gold() {
        let gold: HashSet<_> = [1..2, 2..5, 5..6].into();
        let samples = draw(100, 100);
        for (span, class) in samples.spans.iter().zip(&samples.classes).filter(|(span, _)| span.sentence == 0) {
            assert_eq!(gold.contains(&span.rows), *class > 0);
        }
    }

    /// Sentences of 1 to 5 pieces.
    fn of_all_lengths(n: usize) -> Vec<Sentence> {
        let of_length = |pieces: usize| {
            let mut sentence = sentence();
            sentence.encoding.ids = vec![0; pieces];
            sentence
        };
        (0..n).map(|i| of_length(1 + i * 7 % 5)).collect()
    }

    #[test]
    fn an_epoch_has_whole_updates_of_distinct_sentences() {
        for (n, batch_size, accumulation, length_pool, whole) in [
            (10, 3, 1, 1, 3),
            (10, 3, 1, 2, 3),
            (101, 4, 3, 1, 24),
            (101, 4, 3, 5, 24),
            (101, 4, 3, 1000, 24),
            (2, 3, 1, 1, 0),
        ] {
            let train = TrainSection { batch_size, accumulation, length_pool, ..TrainSection::default() };
            let draw = |seed| batches(&of_all_lengths(n), 0, &train, &mut ChaCha8Rng::seed_from_u64(seed));
            let batches = draw(7);
            assert_eq!(batches.len(), whole);
            assert!(batches.iter().all(|batch| batch.len() == batch_size));
            let seen: HashSet<_> = batches.iter().flatten().filter(|&&i| i < n).collect();
            assert_eq!(seen.len(), whole * batch_size);
            assert_eq!(draw(7), batches);
            assert!(whole == 0 || draw(8) != batches, "another seed, another order");
        }
    }

    #[test]
    fn a_pool_fills_up_less() {
        let sentences = of_all_lengths(400);
        let padding = |length_pool| -> usize {
            let train = TrainSection { length_pool, ..TrainSection::default() };
            let batches = batches(&sentences, 0, &train, &mut ChaCha8Rng::seed_from_u64(1));
            let lengths =
                |batch: &Vec<usize>| batch.iter().map(|&i| sentences[i].encoding.ids.len()).collect::<Vec<_>>();
            batches.iter().map(lengths).map(|n| n.len() * n.iter().max().unwrap() - n.iter().sum::<usize>()).sum()
        };
        assert!(padding(1) > 5 * padding(20), "{} and {}", padding(1), padding(20));
    }
}
