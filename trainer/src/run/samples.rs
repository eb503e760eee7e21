//! The samples of an epoch: all positives, and negatives drawn anew (section 3.3).

use std::collections::{BTreeMap, HashSet};

use rand::Rng;
use rand::seq::{IteratorRandom, SliceRandom, index};
use sinet_formats::{Dataset, Example};
use sinet_model::{Batch, Pair, Span};
use sinet_text::{Encoding, Tokenizer, WordRange};

use crate::config::TrainSection;
use crate::error::DataError;

/// A labelled sentence as word pieces.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Its place in the data set.
    pub index: usize,
    encoding: Encoding,
    /// Spans and classes of the entities, without repetitions.
    entities: Vec<(WordRange, usize)>,
    /// Head and tail among `entities`, and all relation types of the pair.
    relations: BTreeMap<(usize, usize), Vec<usize>>,
}

/// Spans and pairs with their labels, for one batch.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The sentences.
    pub batch: Batch,
    /// Sampled spans of all sentences.
    pub spans: Vec<Span>,
    /// Class of each span, 0 for none.
    pub classes: Vec<i32>,
    /// Sampled pairs of all sentences.
    pub pairs: Vec<Pair>,
    /// One row a pair, one column a relation type: 1 where the pair has it.
    pub labels: Vec<f32>,
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
                if own > limit {
                    return Err(DataError::TooLong { sentence: index + 1, pieces: own, limit });
                }
                sentences.push(Self::new(index, example, encoding.in_context(&pieces, words, context_words, limit)));
            }
        }
        Ok(sentences)
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
        Self { index, encoding, entities, relations }
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
    /// Samples for the sentences of one batch.
    pub fn draw(sentences: &[&Sentence], sampling: &Sampling, rng: &mut impl Rng) -> Self {
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
        };
        for (i, sentence) in sentences.iter().enumerate() {
            samples.add(i, sentence, sampling, rng);
        }
        samples
    }

    fn add(&mut self, index: usize, sentence: &Sentence, sampling: &Sampling, rng: &mut impl Rng) {
        let row = self.batch.sentence(index).start;
        let (first, pieces) = (self.spans.len(), &sentence.encoding.words);
        let negatives = sentence.negative_spans(sampling, rng).into_iter().map(|span| (span, 0));
        for (words, class) in sentence.entities.iter().copied().chain(negatives) {
            self.spans.push(Span {
                sentence: index,
                rows: row + pieces[words.start].start..row + pieces[words.end - 1].end,
                words: words.end - words.start,
            });
            self.classes.push(class as i32);
        }
        let negatives = sentence.negative_pairs(sampling, rng).into_iter().map(|pair| (pair, &[] as &[usize]));
        let positives = sentence.relations.iter().map(|(&pair, kinds)| (pair, kinds.as_slice()));
        for ((head, tail), kinds) in positives.chain(negatives) {
            self.pairs.push(Pair { head: first + head, tail: first + tail });
            let labels = self.labels.len();
            self.labels.resize(labels + sampling.relation_types, 0.0);
            kinds.iter().for_each(|&kind| self.labels[labels + kind] = 1.0);
        }
    }
}

/// The sentences of one epoch in batches, in the order in which they are learned. Sentences that do not fill an update
/// stay out.
///
/// The sentences of each `train.length_pool` batches are sorted by length, and the batches shuffled after that.
pub fn batches(sentences: &[Sentence], train: &TrainSection, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let n = sentences.len();
    let mut order = index::sample(rng, n, n).into_vec();
    order.truncate(n - n % train.update_size());
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
        }
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
            let draw = |seed| batches(&of_all_lengths(n), &train, &mut ChaCha8Rng::seed_from_u64(seed));
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
            let batches = batches(&sentences, &train, &mut ChaCha8Rng::seed_from_u64(1));
            let lengths =
                |batch: &Vec<usize>| batch.iter().map(|&i| sentences[i].encoding.ids.len()).collect::<Vec<_>>();
            batches.iter().map(lengths).map(|n| n.len() * n.iter().max().unwrap() - n.iter().sum::<usize>()).sum()
        };
        assert!(padding(1) > 5 * padding(20), "{} and {}", padding(1), padding(20));
    }
}
