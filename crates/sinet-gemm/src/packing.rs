//! Activations and weights in the order in which a [`Tile`] reads them.

use crate::tile::Tile;

/// Rows of activations, `[tiles, inputs, ROWS]`; rows that fill up the last tile are zero.
pub(crate) fn pack_f32<T: Tile>(x: &[f32], inputs: usize) -> Vec<f32> {
    let rows = x.len() / inputs;
    let mut packed = vec![0.0; rows.div_ceil(T::ROWS) * T::ROWS * inputs];
    for (tile, x) in packed.chunks_exact_mut(T::ROWS * inputs).zip(x.chunks(T::ROWS * inputs)) {
        for (row, x) in x.chunks_exact(inputs).enumerate() {
            tile[row..].iter_mut().step_by(T::ROWS).zip(x).for_each(|(tile, x)| *tile = *x);
        }
    }
    packed
}

/// Rows of activations rounded to integers, and what one step of each row is.
pub(crate) struct Rounded {
    /// `[tiles, pairs of inputs, ROWS, 2]`; what fills up the last tile and the last step of inputs is zero.
    pub(crate) codes: Vec<i16>,
    /// `[rows]`
    pub(crate) steps: Vec<f32>,
}

impl Rounded {
    /// Rounds each row so that its largest element becomes `limit`.
    pub(crate) fn pack<T: Tile>(set: T, x: &[f32], inputs: usize, limit: i16) -> Self {
        let rows = x.len() / inputs;
        let depth = inputs.next_multiple_of(T::DEPTH);
        let mut codes = vec![0; rows.div_ceil(T::ROWS) * T::ROWS * depth];
        let mut steps = Vec::with_capacity(rows);
        let mut row_codes = vec![0; depth];
        for (tile, x) in codes.chunks_exact_mut(T::ROWS * depth).zip(x.chunks(T::ROWS * inputs)) {
            let (tile, _) = tile.as_chunks_mut::<2>();
            for (row, x) in x.chunks_exact(inputs).enumerate() {
                steps.push(set.round(x, limit, &mut row_codes));
                let (pairs, _) = row_codes.as_chunks::<2>();
                tile[row..].iter_mut().step_by(T::ROWS).zip(pairs).for_each(|(place, pair)| *place = *pair);
            }
        }
        Self { codes, steps }
    }
}

/// A weight matrix `[inputs, outputs]` as panels, `[panels, inputs, COLUMNS]`; columns that fill up the last are zero.
pub(crate) fn panels_f32<T: Tile>(w: &[f32], outputs: usize) -> Vec<f32> {
    let mut panels = Vec::with_capacity(w.len());
    for first in (0..outputs).step_by(T::COLUMNS) {
        for w in w.chunks_exact(outputs) {
            let columns = &w[first..outputs.min(first + T::COLUMNS)];
            panels.extend_from_slice(columns);
            panels.resize(panels.len() + T::COLUMNS - columns.len(), 0.0);
        }
    }
    panels
}

/// A weight matrix `[inputs, outputs]` rounded to 8 bits, each column with a step of its own:
/// `[panels, steps of DEPTH inputs, COLUMNS, DEPTH]`, and the steps, filled up to whole panels.
pub(crate) fn panels_int8<T: Tile>(w: &[f32], outputs: usize) -> (Vec<i8>, Vec<f32>) {
    let mut steps = vec![0f32; outputs];
    for w in w.chunks_exact(outputs) {
        steps.iter_mut().zip(w).for_each(|(step, w)| *step = step.max(w.abs()));
    }
    steps.iter_mut().for_each(|step| *step = if *step > 0.0 { *step / 127.0 } else { 1.0 });
    // Columns beyond the last and inputs beyond the last are zero.
    let code = |w: &[f32], input: usize, column: usize| match (w.get(input * outputs + column), steps.get(column)) {
        (Some(w), Some(step)) => (w / step).round() as i8,
        _ => 0,
    };
    let mut panels = Vec::with_capacity(w.len());
    for first in (0..outputs).step_by(T::COLUMNS) {
        for w in w.chunks(T::DEPTH * outputs) {
            for column in first..first + T::COLUMNS {
                panels.extend((0..T::DEPTH).map(|input| code(w, input, column)));
            }
        }
    }
    steps.resize(outputs.next_multiple_of(T::COLUMNS), 1.0);
    (panels, steps)
}
