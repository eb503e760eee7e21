//! A weight matrix, packed once for many products.

use crate::instructions::{Instructions, with_set};
use crate::packing::{Rounded, pack_f32, panels_f32, panels_int8};
use crate::rounding::LARGEST_CODE;
use crate::tile::Tile;

/// How a [`PackedMatrix`] holds its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// As they are.
    F32,
    /// Rounded to 8-bit integers, each output with a scale of its own.
    Int8,
}

/// A fixed matrix W and bias b, ready for y = x W + b.
#[derive(Debug, Clone)]
pub struct PackedMatrix {
    inputs: usize,
    outputs: usize,
    /// Filled up to whole panels.
    bias: Vec<f32>,
    panels: Panels,
    instructions: Instructions,
}

/// The weights, one panel after the other.
#[derive(Debug, Clone)]
enum Panels {
    /// `[panels, inputs, COLUMNS]`
    F32(Vec<f32>),
    Int8 {
        /// `[panels, steps of DEPTH inputs, COLUMNS, DEPTH]`
        codes: Vec<i8>,
        /// The step of each output's codes, filled up to whole panels.
        steps: Vec<f32>,
    },
}

impl PackedMatrix {
    /// Packs a matrix for the fastest instructions that this processor has.
    ///
    /// # Shapes
    ///
    /// - weights: `[inputs, outputs]`, bias: `[outputs]`
    ///
    /// # Panics
    ///
    /// Panics if a size is 0, or if weights or bias have another length.
    pub fn new(inputs: usize, outputs: usize, weights: &[f32], bias: Option<&[f32]>, precision: Precision) -> Self {
        Self::with_instructions(inputs, outputs, weights, bias, precision, Instructions::best())
    }

    /// [`PackedMatrix::new`] for certain instructions.
    ///
    /// # Panics
    ///
    /// As [`PackedMatrix::new`].
    pub fn with_instructions(
        inputs: usize,
        outputs: usize,
        weights: &[f32],
        bias: Option<&[f32]>,
        precision: Precision,
        instructions: Instructions,
    ) -> Self {
        assert!(inputs > 0 && outputs > 0, "a matrix of {inputs} by {outputs} has no weights");
        assert_eq!(weights.len(), inputs * outputs, "weights of a matrix of {inputs} by {outputs}");
        let mut bias = bias.map_or(vec![0.0; outputs], <[f32]>::to_vec);
        assert_eq!(bias.len(), outputs, "one bias an output");
        let panels = with_set!(instructions.0, set => Panels::pack(set, weights, &mut bias, precision));
        Self { inputs, outputs, bias, panels, instructions }
    }

    /// Number of columns of x.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of columns of y.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// y = x W + b
    ///
    /// # Shapes
    ///
    /// - x: `[rows, inputs]`, y: `[rows, outputs]`
    ///
    /// # Panics
    ///
    /// Panics if x has no whole number of rows, or y another number.
    pub fn multiply(&self, x: &[f32], y: &mut [f32]) {
        let rows = x.len() / self.inputs;
        assert_eq!(x.len(), rows * self.inputs, "rows of {} inputs", self.inputs);
        assert_eq!(y.len(), rows * self.outputs, "{rows} rows of {} outputs", self.outputs);
        if rows == 0 {
            return;
        }
        #[cfg(feature = "rayon")]
        {
            use rayon::prelude::*;
            // A thread's share; fewer rows would not pay for waking it.
            let share = rows.div_ceil(rayon::current_num_threads()).next_multiple_of(8);
            y.par_chunks_mut(share * self.outputs)
                .zip(x.par_chunks(share * self.inputs))
                .for_each(|(y, x)| with_set!(self.instructions.0, set => self.multiply_with(set, x, y)));
        }
        #[cfg(not(feature = "rayon"))]
        with_set!(self.instructions.0, set => self.multiply_with(set, x, y));
    }

    fn multiply_with<T: Tile>(&self, set: T, x: &[f32], y: &mut [f32]) {
        match &self.panels {
            Panels::F32(panels) => self.multiply_f32(set, panels, x, y),
            Panels::Int8 { codes, steps } => self.multiply_int8(set, codes, steps, x, y),
        }
    }

    fn multiply_f32<T: Tile>(&self, set: T, panels: &[f32], x: &[f32], y: &mut [f32]) {
        let x = pack_f32::<T>(x, self.inputs);
        let mut sums = vec![0.0; T::ROWS * T::COLUMNS];
        let panels = panels.chunks_exact(T::COLUMNS * self.inputs).zip(self.bias.chunks_exact(T::COLUMNS));
        for ((panel, bias), first) in panels.zip((0..).step_by(T::COLUMNS)) {
            let tiles = x.chunks_exact(T::ROWS * self.inputs).zip(y.chunks_mut(T::ROWS * self.outputs));
            for (x, y) in tiles {
                set.multiply_f32(x, panel, &mut sums);
                for (y, sums) in y.chunks_exact_mut(self.outputs).zip(sums.chunks_exact(T::COLUMNS)) {
                    store::<T>(y, first, |i| sums[i] + bias[i]);
                }
            }
        }
    }

    fn multiply_int8<T: Tile>(&self, set: T, codes: &[i8], steps: &[f32], x: &[f32], y: &mut [f32]) {
        let depth = self.inputs.next_multiple_of(T::DEPTH);
        let x = Rounded::pack(set, x, self.inputs, self.largest_code());
        let mut sums = vec![0; T::ROWS * T::COLUMNS];
        let mut scratch = Vec::new();
        let columns = steps.chunks_exact(T::COLUMNS).zip(self.bias.chunks_exact(T::COLUMNS));
        let panels = codes.chunks_exact(T::COLUMNS * depth).zip(columns);
        for ((panel, (steps, bias)), first) in panels.zip((0..).step_by(T::COLUMNS)) {
            let panel = set.widen(panel, &mut scratch);
            let tiles = x.codes.chunks_exact(T::ROWS * depth).zip(y.chunks_mut(T::ROWS * self.outputs));
            for ((codes, y), row_steps) in tiles.zip(x.steps.chunks(T::ROWS)) {
                set.multiply_int8(codes, panel, &mut sums);
                let rows = y.chunks_exact_mut(self.outputs).zip(sums.chunks_exact(T::COLUMNS)).zip(row_steps);
                for ((y, sums), row_step) in rows {
                    store::<T>(y, first, |i| sums[i] as f32 * (row_step * steps[i]) + bias[i]);
                }
            }
        }
    }

    /// The largest integer for an activation: of 14 bits, unless sums of products could leave 32 bits with it.
    fn largest_code(&self) -> i16 {
        let limit = i32::MAX as usize / (127 * self.inputs);
        limit.min(LARGEST_CODE as usize) as i16
    }
}

/// Writes one row of a tile, whose columns begin at `first`; those beyond the row's end are dropped.
#[inline(always)]
fn store<T: Tile>(y: &mut [f32], first: usize, value: impl Fn(usize) -> f32) {
    match y.get_mut(first..first + T::COLUMNS) {
        // The usual case apart, so that its loop has a fixed length.
        Some(y) => (0..T::COLUMNS).for_each(|i| y[i] = value(i)),
        None => y[first..].iter_mut().enumerate().for_each(|(i, y)| *y = value(i)),
    }
}

impl Panels {
    /// Also fills the bias up to whole panels.
    fn pack<T: Tile>(_set: T, weights: &[f32], bias: &mut Vec<f32>, precision: Precision) -> Self {
        let outputs = bias.len();
        bias.resize(outputs.next_multiple_of(T::COLUMNS), 0.0);
        match precision {
            Precision::F32 => Self::F32(panels_f32::<T>(weights, outputs)),
            Precision::Int8 => {
                let (codes, steps) = panels_int8::<T>(weights, outputs);
                Self::Int8 { codes, steps }
            }
        }
    }
}
