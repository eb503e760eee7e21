//! The word-embedding table in training: half of a small encoder's weights, of which a batch uses a few rows.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use sinet_kernels::optimizer::{Update, host};

use crate::run::adamw::{self, Moments};

/// A table of embeddings with its optimiser, on the host: only the rows that an update uses travel to its device.
///
/// Gives the same result as AdamW on the dense table, for less: a row that no batch has used yet has no moments,
/// so that all its steps so far are one multiplication by the decay, and that is done when the row is first used.
#[derive(Debug)]
pub struct WordTable {
    d: usize,
    values: Vec<f32>,
    /// The slot of a row's moments, for the rows that have been used.
    slots: Vec<Option<u32>>,
    /// The used rows, by slot.
    used: Vec<u32>,
    moments: Moments,
    /// The factor that the rows not used yet are still to be multiplied by.
    pending: f64,
}

/// The memory of a [`WordTable`] besides its values.
#[derive(Debug, Clone, PartialEq)]
pub struct WordTableState {
    /// The used rows.
    pub used: Vec<u32>,
    /// Their moments, row after row.
    pub moments: Moments,
    /// The factor that the rows not used yet are still to be multiplied by.
    pub pending: f64,
}

impl Default for WordTableState {
    /// Of a table that has not been trained.
    fn default() -> Self {
        Self { used: Vec::new(), moments: Moments::default(), pending: 1.0 }
    }
}

impl WordTable {
    /// A table without history, `[rows, d]`.
    pub fn new(table: Tensor<2>) -> Self {
        let [rows, d] = table.dims();
        Self {
            d,
            values: adamw::floats(table.into_data()),
            slots: vec![None; rows],
            used: Vec::new(),
            moments: Moments::default(),
            pending: 1.0,
        }
    }

    /// A table as [`WordTable::tensor`] and [`WordTable::state`] left it.
    ///
    /// # Panics
    ///
    /// Panics if the state names a row that the table has not, or has too few moments.
    pub fn resume(table: Tensor<2>, state: WordTableState) -> Self {
        let mut this = Self::new(table);
        assert_eq!(state.moments.first.len(), state.used.len() * this.d);
        for (slot, &row) in state.used.iter().enumerate() {
            this.slots[row as usize] = Some(slot as u32);
        }
        Self { used: state.used, moments: state.moments, pending: state.pending, ..this }
    }

    /// The state that [`WordTable::resume`] goes on from.
    pub fn state(&self) -> WordTableState {
        WordTableState { used: self.used.clone(), moments: self.moments.clone(), pending: self.pending }
    }

    /// Applies the decay that the rows not used yet have missed.
    pub fn settle(&mut self) {
        let pending = self.pending as f32;
        let rows = self.values.par_chunks_mut(self.d).zip(&self.slots);
        rows.filter(|(_, slot)| slot.is_none()).for_each(|(row, _)| row.iter_mut().for_each(|x| *x *= pending));
        self.pending = 1.0;
    }

    /// The whole table, `[rows, d]`: as it is now right after [`WordTable::settle`], otherwise rows that have not been used
    /// yet lag behind.
    pub fn tensor(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.values.clone(), [self.slots.len(), self.d]), device)
    }

    /// Some rows, which count as used from now on, `[ids, d]`.
    ///
    /// # Panics
    ///
    /// Panics if there is no such row.
    pub fn rows(&mut self, ids: &[u32], device: &Device) -> Tensor<2> {
        let mut rows = Vec::with_capacity(ids.len() * self.d);
        for &id in ids {
            self.touch(id);
            rows.extend_from_slice(&self.values[id as usize * self.d..][..self.d]);
        }
        Tensor::from_data(TensorData::new(rows, [ids.len(), self.d]), device)
    }

    fn touch(&mut self, id: u32) {
        let slot = &mut self.slots[id as usize];
        if slot.is_some() {
            return;
        }
        *slot = Some(self.used.len() as u32);
        self.used.push(id);
        self.moments.first.resize(self.used.len() * self.d, 0.0);
        self.moments.second.resize(self.used.len() * self.d, 0.0);
        let pending = self.pending as f32;
        self.values[id as usize * self.d..][..self.d].iter_mut().for_each(|x| *x *= pending);
    }

    /// One step of AdamW on the whole table, given the gradients of some used rows: `gradient` is `[ids, d]`.
    ///
    /// # Panics
    ///
    /// Panics if a row was not used, or if the gradient has another length.
    pub fn step(&mut self, ids: &[u32], gradient: &[f32], update: Update) {
        let d = self.d;
        assert_eq!(gradient.len(), ids.len() * d);
        let mut given = vec![None; self.used.len()];
        for (i, &id) in ids.iter().enumerate() {
            let slot = self.slots[id as usize].expect("a row is used before it has a gradient");
            given[slot as usize] = Some(&gradient[i * d..][..d]);
        }
        let zeros = vec![0.0; d];
        let Moments { first, second } = &mut self.moments;
        // The used rows lie scattered in the table, so each is a slice of its own.
        let mut rows: Vec<Option<&mut [f32]>> = Vec::new();
        rows.resize_with(self.used.len(), || None);
        for (row, slot) in self.values.chunks_exact_mut(d).zip(&self.slots) {
            if let Some(slot) = slot {
                rows[*slot as usize] = Some(row);
            }
        }
        rows.into_par_iter()
            .zip(given)
            .zip(first.par_chunks_exact_mut(d).zip(second.par_chunks_exact_mut(d)))
            .with_min_len(64)
            .for_each(|((row, gradient), (m, v))| {
                let row = row.expect("every slot has a row");
                host::adamw(row, gradient.unwrap_or(&zeros), m, v, update);
            });
        self.pending *= f64::from(update.keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// The dense optimiser on the whole table is the specification.
    #[test]
    fn equals_dense_adamw_whatever_rows_are_used() {
        let device = Device::flex();
        let (rows, d) = (20, 3);
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut random = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-1.0..1.0)).collect() };
        let mut dense = random(rows * d);
        let (mut first, mut second) = (vec![0.0; rows * d], vec![0.0; rows * d]);
        let mut table = WordTable::new(Tensor::from_data(TensorData::new(dense.clone(), [rows, d]), &device));
        for (i, ids) in [vec![1u32, 4], vec![4, 7, 19], vec![0], vec![1, 2, 3], vec![4]].iter().enumerate() {
            let update = Update { step_size: 0.1 + i as f32 * 0.05, keep: 0.97, clip: 0.8 };
            let used: Vec<f32> = table.rows(ids, &device).into_data().try_to_vec().unwrap();
            let expected: Vec<f32> = ids.iter().flat_map(|&id| dense[id as usize * d..][..d].to_vec()).collect();
            close(&used, &expected);

            let gradient = random(ids.len() * d);
            let mut whole = vec![0.0; rows * d];
            for (j, &id) in ids.iter().enumerate() {
                whole[id as usize * d..][..d].copy_from_slice(&gradient[j * d..][..d]);
            }
            table.step(ids, &gradient, update);
            host::adamw(&mut dense, &whole, &mut first, &mut second, update);
            if i == 2 {
                let state = table.state();
                table = WordTable::resume(table.tensor(&device), state);
            }
        }
        table.settle();
        close(&table.tensor(&device).into_data().try_to_vec().unwrap(), &dense);
    }

    #[track_caller]
    fn close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }
}
