//! One window through the network: encoder, readback, TAP and CTAM, entities, relations.

use burn::tensor::{Tensor, TensorData, TensorReadError, Transaction};
use sinet_model::{Batch, Pair, Spaces, Span};
use sinet_text::annotation::WindowAttention;
use sinet_text::{Encoding, LabelledPair, LabelledSpan, WordRange};

use crate::annotate::AnnotateError;
use crate::attention::over_words;
use crate::model::Model;
use crate::prediction::{Prediction, RelationCollector, candidate_spans, choose_entities};

/// Pairs that are scored at a time. It bounds the memory where a window has very many entities; the usual
/// window has far fewer pairs.
const PAIRS_AT_A_TIME: usize = 1024;

/// What the network says of one window.
pub(crate) struct WindowReading {
    /// Its words, counted in the document.
    pub(crate) words: WordRange,
    /// Number of word pieces that the encoder saw, `[CLS]` and `[SEP]` included.
    pub(crate) pieces: usize,
    /// The encoder's hidden state of `[CLS]`.
    pub(crate) cls: Vec<f32>,
    /// Words counted in the window.
    pub(crate) prediction: Prediction,
    /// Its window's number is 0 until the windows are put together.
    pub(crate) attention: WindowAttention,
}

impl Model {
    /// Reads the words of one window, which `encoding` holds.
    pub(crate) async fn read_window(
        &self,
        words: WordRange,
        encoding: &Encoding,
    ) -> Result<WindowReading, AnnotateError> {
        let batch = Batch::packed(&[&encoding.ids]);
        let output = self.encoder.forward_with_attention(&batch);
        let [rows, d] = output.hidden.dims();
        let read = Transaction::default().register(output.hidden).register(output.cls_attention);
        let [hidden, cls_attention] =
            <[TensorData; 2]>::try_from(read.execute_async().await?).expect("two tensors were registered");

        let hidden = values(hidden)?;
        let cls = hidden[..d].to_vec();
        let hidden = Tensor::from_data(TensorData::new(hidden, [rows, d]), &self.host);
        let spaces = self.heads.spaces(hidden, &batch);
        let (entities, entity_scores) = self.entities(&spaces, encoding)?;
        let (relations, relation_scores) = self.relations(&spaces, &entities, encoding)?;
        Ok(WindowReading {
            words,
            pieces: rows,
            cls,
            prediction: Prediction { entities, entity_scores, relations, relation_scores },
            attention: attention(spaces, values(cls_attention)?, encoding)?,
        })
    }

    fn entities(&self, spaces: &Spaces, encoding: &Encoding) -> Result<(Vec<LabelledSpan>, Vec<f32>), AnnotateError> {
        let candidates = candidate_spans(encoding.words.len(), self.config.max_span_words);
        let logits = self.heads.entity_logits(spaces, &rows(candidates.iter().copied(), encoding));
        Ok(choose_entities(&candidates, &values(logits.try_into_data()?)?))
    }

    fn relations(
        &self,
        spaces: &Spaces,
        entities: &[LabelledSpan],
        encoding: &Encoding,
    ) -> Result<(Vec<LabelledPair>, Vec<f32>), AnnotateError> {
        let symmetric: Vec<_> = self.schema().relations.iter().map(|kind| kind.symmetric).collect();
        let mut found = RelationCollector::new(entities, &symmetric, self.config.relation_threshold);
        let spans = rows(entities.iter().map(|entity| entity.words), encoding);
        let mut pairs = ordered_pairs(spans.len()).peekable();
        while pairs.peek().is_some() {
            let some: Vec<_> = pairs.by_ref().take(PAIRS_AT_A_TIME).collect();
            let logits = values(self.heads.relation_logits(spaces, &spans, &some).try_into_data()?)?;
            for (pair, row) in some.iter().zip(logits.chunks_exact(symmetric.len())) {
                found.add(pair.head, pair.tail, row);
            }
        }
        Ok(found.finish())
    }
}

/// The attention maps over words. `encoder_cls` is the encoder's, one row of weights for each head.
fn attention(spaces: Spaces, mut encoder_cls: Vec<f32>, encoding: &Encoding) -> Result<WindowAttention, AnnotateError> {
    let keys = encoding.ids.len();
    // The encoder's rows begin with [CLS], where those of CTAM end with it.
    encoder_cls.chunks_exact_mut(keys).for_each(|row| row.rotate_left(1));
    let map = |weights: Vec<f32>| weights.chunks_exact(keys).map(|row| over_words(row, &encoding.words)).collect();
    let ctam = |weights: Option<Tensor<3>>| match weights {
        Some(weights) => Ok::<_, AnnotateError>(map(values(weights.try_into_data()?)?)),
        None => Ok(Vec::new()),
    };
    Ok(WindowAttention {
        window: 0,
        entity_over_relation: ctam(spaces.attention.entity)?,
        relation_over_entity: ctam(spaces.attention.relation)?,
        encoder_cls: map(encoder_cls),
    })
}

/// Spans of words as the network names them: by their rows.
fn rows(spans: impl Iterator<Item = WordRange>, encoding: &Encoding) -> Vec<Span> {
    let span = |words: WordRange| Span {
        sentence: 0,
        rows: encoding.words[words.start].start..encoding.words[words.end - 1].end,
        words: words.end - words.start,
    };
    spans.map(span).collect()
}

/// All (head, tail) of `entities` entities, head and tail different, in order.
fn ordered_pairs(entities: usize) -> impl Iterator<Item = Pair> {
    (0..entities)
        .flat_map(move |head| (0..entities).map(move |tail| Pair { head, tail }))
        .filter(|pair| pair.head != pair.tail)
}

fn values(data: TensorData) -> Result<Vec<f32>, AnnotateError> {
    let floats = data.try_cast_as::<f32>().map_err(TensorReadError::from)?;
    Ok(floats.try_into_vec().map_err(TensorReadError::from)?)
}
