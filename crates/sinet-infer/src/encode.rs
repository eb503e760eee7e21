//! A document through the network, up to where entities and relations are scored.

use burn::tensor::{Tensor, TensorData, TensorReadError, Transaction};
use sinet_model::{Batch, Mode, Spaces, Span};
use sinet_text::annotation::WindowAttention;
use sinet_text::{Document, Encoding, Part, WordRange, windows};

use crate::attention::over_words;
use crate::error::AnnotateError;
use crate::model::Model;
use crate::switches::Switches;

/// Word pieces that the encoder reads at a time. More would not make its matrices any more efficient, and their
/// rows would leave the processor's cache.
const ROWS_AT_A_TIME: usize = 256;

/// A document as the network sees it.
///
/// The encoder, nearly all of the work, has run. The rest takes milliseconds and can be done again and again:
/// see [`Model::predict`], [`Model::relate`], [`Model::switch`] and [`Model::explain`].
///
/// Of a document that others read too, it may have run on some parts only ([`Model::annotate_part`]). All answers are then
/// about these: no entity and no relation is found elsewhere.
#[derive(Debug, Clone)]
pub struct Encoded {
    pub(crate) document: Document,
    /// In the order of the text.
    pub(crate) windows: Vec<Window>,
    /// Those that were read.
    pub(crate) batches: Vec<EncodedBatch>,
    /// The parts of the network that made the spaces of the batches.
    switches: Switches,
}

/// Words that the encoder reads as one sentence.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Counted in the document.
    pub(crate) words: WordRange,
    pub(crate) encoding: Encoding,
}

/// Windows that the encoder read together.
#[derive(Debug, Clone)]
pub(crate) struct EncodedBatch {
    /// Their numbers, in the order of the batch's sentences.
    pub(crate) windows: Vec<usize>,
    pub(crate) batch: Batch,
    pub(crate) spaces: Spaces,
    /// The encoder's own attention of each `[CLS]`, `[windows, heads, longest]`.
    cls_attention: Vec<f32>,
}

impl Encoded {
    /// The text and its words.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The parts of the network that took part.
    pub fn switches(&self) -> Switches {
        self.switches
    }

    /// Leaves behind what the encoder has made of the document, which remains cut as it is.
    pub fn forget(&mut self) {
        self.batches.clear();
    }

    /// Whether each window was read.
    pub(crate) fn read_windows(&self) -> Vec<bool> {
        let mut read = vec![false; self.windows.len()];
        self.batches.iter().flat_map(|batch| &batch.windows).for_each(|&window| read[window] = true);
        read
    }

    /// For each window the numbers of the spans that lie in it, in their order. A span without words, or one that no
    /// single window holds, lies in none.
    pub(crate) fn by_window(&self, spans: &[WordRange]) -> Vec<Vec<usize>> {
        let mut numbers = vec![Vec::new(); self.windows.len()];
        for (number, words) in spans.iter().enumerate().filter(|(_, words)| words.start < words.end) {
            let window = self.window_of(*words);
            if self.windows.get(window).is_some_and(|window| words.end <= window.words.end) {
                numbers[window].push(number);
            }
        }
        numbers
    }

    /// The window in which words begin.
    pub(crate) fn window_of(&self, words: WordRange) -> usize {
        self.windows.partition_point(|window| window.words.end <= words.start)
    }

    /// A span of the document's words as the network names it: by its rows in the batch of the window it lies in.
    pub(crate) fn span(&self, batch: &EncodedBatch, sentence: usize, words: WordRange) -> Span {
        let window = &self.windows[batch.windows[sentence]];
        let pieces = &window.encoding.words;
        let row = batch.batch.sentence(sentence).start;
        let (first, last) = (words.start - window.words.start, words.end - 1 - window.words.start);
        Span { sentence, rows: row + pieces[first].start..row + pieces[last].end, words: words.end - words.start }
    }

    /// The attention maps of each window that was read.
    pub(crate) fn attention(&self) -> Result<Vec<WindowAttention>, AnnotateError> {
        let mut maps = Vec::new();
        for batch in &self.batches {
            let longest = batch.batch.rows().longest();
            let ctam = |weights: &Option<Tensor<3>>| match weights {
                Some(weights) => values(weights.clone().try_into_data()?),
                None => Ok(Vec::new()),
            };
            let entity = ctam(&batch.spaces.attention.entity)?;
            let relation = ctam(&batch.spaces.attention.relation)?;
            for (sentence, &window) in batch.windows.iter().enumerate() {
                let encoding = &self.windows[window].encoding;
                let pieces = encoding.ids.len();
                let rows = |weights: &[f32]| {
                    let heads = weights.len() / (batch.windows.len() * longest);
                    let of_window = weights.chunks_exact(longest).skip(sentence * heads).take(heads);
                    of_window.map(<[f32]>::to_vec).collect::<Vec<_>>()
                };
                let map = |rows: Vec<Vec<f32>>| rows.iter().map(|row| over_words(row, &encoding.words)).collect();
                // The keys of CTAM end with its agent, behind what pads a shorter sentence.
                let without_padding = |mut row: Vec<f32>| {
                    row.drain(pieces - 1..longest - 1);
                    row
                };
                // The encoder's begin with [CLS].
                let cls_last = |mut row: Vec<f32>| {
                    row.truncate(pieces);
                    row.rotate_left(1);
                    row
                };
                maps.push(WindowAttention {
                    window,
                    entity_over_relation: map(rows(&entity).into_iter().map(without_padding).collect()),
                    relation_over_entity: map(rows(&relation).into_iter().map(without_padding).collect()),
                    encoder_cls: map(rows(&batch.cls_attention).into_iter().map(cls_last).collect()),
                });
            }
        }
        maps.sort_by_key(|attention| attention.window);
        Ok(maps)
    }

    /// The encoder's hidden state of each window's `[CLS]`.
    pub(crate) fn cls(&self) -> Result<Vec<Vec<f32>>, AnnotateError> {
        let mut states = vec![Vec::new(); self.windows.len()];
        for EncodedBatch { windows, batch, spaces, .. } in &self.batches {
            for (sentence, &window) in windows.iter().enumerate() {
                let row = batch.sentence(sentence).start;
                states[window] = values(spaces.hidden.clone().slice(row..row + 1).try_into_data()?)?;
            }
        }
        Ok(states)
    }
}

impl Model {
    /// Runs the encoder, TAP and CTAM on the sentences of a document, those that are too long in parts.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn encode(&self, document: Document) -> Result<Encoded, AnnotateError> {
        let mut encoded = self.cut(document);
        encoded.batches = self.read(&encoded.windows, Part::WHOLE).await?;
        Ok(encoded)
    }

    /// Cuts a document into the inputs of the encoder, none of which is read yet.
    pub fn cut(&self, document: Document) -> Encoded {
        let limit = self.config.architecture.encoder.max_pieces();
        let pieces: Vec<_> = document.word_texts().map(|word| self.tokenizer.pieces(word)).collect();
        let counts: Vec<_> = pieces.iter().map(Vec::len).collect();
        let windows = windows(&counts, &document.sentences, limit, |word| document.ends_clause(word));
        let window = |words: WordRange| {
            let encoding = Encoding::from_pieces(self.tokenizer.special(), &pieces[words.start..words.end], limit);
            Window { words, encoding: encoding.in_context(&pieces, words, self.config.context_words, limit) }
        };
        let windows: Vec<_> = windows.into_iter().map(window).collect();
        Encoded { document, windows, batches: Vec::new(), switches: Switches::default() }
    }

    /// Runs the encoder, TAP and CTAM on the batches of a part.
    pub(crate) async fn read(&self, windows: &[Window], part: Part) -> Result<Vec<EncodedBatch>, AnnotateError> {
        let mut batches = Vec::new();
        for (_, numbers) in batched(windows).into_iter().enumerate().filter(|&(batch, _)| part.has(batch)) {
            batches.push(self.encode_batch(windows, numbers).await?);
        }
        Ok(batches)
    }

    /// Makes the two spaces and what CTAM reads in them anew from the encoder's hidden states, with some parts of the
    /// network left out, or with all of them again. All that is asked of `encoded` from then on is answered so.
    ///
    /// The new spaces replace the old ones a batch at a time, so a long text needs no more memory than before.
    pub fn switch(&self, encoded: &mut Encoded, switches: Switches) {
        if encoded.switches == switches {
            return;
        }
        let interaction = switches.apply(&self.tasks.interaction);
        for EncodedBatch { batch, spaces, .. } in &mut encoded.batches {
            *spaces = interaction.forward(spaces.hidden.clone(), batch, Mode::Inference);
        }
        encoded.switches = switches;
    }

    async fn encode_batch(&self, windows: &[Window], numbers: Vec<usize>) -> Result<EncodedBatch, AnnotateError> {
        let of_each = |part: fn(&Encoding) -> &Vec<u32>| -> Vec<_> {
            numbers.iter().map(|&number| part(&windows[number].encoding)).collect()
        };
        let batch = Batch::packed(&of_each(|encoding| &encoding.ids));
        let batch = batch.between(&of_each(|encoding| &encoding.before), &of_each(|encoding| &encoding.after));
        let output = self.encoder.forward_with_attention(&batch);
        let shape = output.hidden.dims();
        let read = Transaction::default().register(output.hidden).register(output.cls_attention);
        let [hidden, cls_attention] =
            <[TensorData; 2]>::try_from(read.execute_async().await?).expect("two tensors were registered");
        let hidden = Tensor::from_data(TensorData::new(values(hidden)?, shape), &self.host);
        let spaces = self.tasks.interaction.forward(hidden, &batch, Mode::Inference);
        Ok(EncodedBatch { windows: numbers, batch, spaces, cls_attention: values(cls_attention)? })
    }
}

/// The numbers of the windows, in batches of similar length.
fn batched(windows: &[Window]) -> Vec<Vec<usize>> {
    let length = |number: &usize| windows[*number].encoding.read_pieces();
    let mut numbers: Vec<_> = (0..windows.len()).collect();
    numbers.sort_by_key(length);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut rows = usize::MAX;
    for number in numbers {
        rows = rows.saturating_add(length(&number));
        match batches.last_mut().filter(|_| rows <= ROWS_AT_A_TIME) {
            Some(batch) => batch.push(number),
            None => {
                rows = length(&number);
                batches.push(vec![number]);
            }
        }
    }
    batches
}

pub(crate) fn values(data: TensorData) -> Result<Vec<f32>, AnnotateError> {
    let floats = data.try_cast_as::<f32>().map_err(TensorReadError::from)?;
    Ok(floats.try_into_vec().map_err(TensorReadError::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(pieces: usize) -> Window {
        let encoding = Encoding {
            ids: vec![0; pieces],
            words: Vec::new(),
            dropped_pieces: 0,
            before: Vec::new(),
            after: Vec::new(),
        };
        Window { words: WordRange { start: 0, end: 0 }, encoding }
    }

    #[test]
    fn batches_hold_similar_lengths_and_have_a_limit() {
        let windows = [200, 3, 512, 4, 100, 157].map(window);
        assert_eq!(batched(&windows), [vec![1, 3, 4], vec![5], vec![0], vec![2]]);
        assert_eq!(batched(&[]), Vec::<Vec<usize>>::new());
    }
}
