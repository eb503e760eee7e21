//! Pooling of row ranges: many ranges of one matrix at once, without a mask.

use std::ops::Range;

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::mode::Mode;
use crate::packed_rows::indices;

/// How several vectors become one (table 3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The maximum of each component.
    #[default]
    Max,
    /// The sum.
    Sum,
    /// The average.
    Mean,
}

/// Pools each range of rows to one vector; an empty range gives zeros.
///
/// # Shapes
///
/// - rows: `[n, d]`, output: `[ranges, d]`
///
/// # Panics
///
/// Panics if a range reaches beyond the rows.
pub(crate) fn pool(rows: Tensor<2>, ranges: &[Range<usize>], pooling: Pooling, mode: Mode) -> Tensor<2> {
    let [n, _] = rows.dims();
    for range in ranges {
        assert!(range.end <= n, "rows {range:?} of {n}");
    }
    match (pooling, mode) {
        (Pooling::Max, Mode::Inference) => sinet_kernels::range_max(rows, ranges),
        (Pooling::Max, Mode::Training) => max(rows, ranges),
        (Pooling::Sum, _) => weigh(rows, ranges, |_| 1.0),
        (Pooling::Mean, _) => weigh(rows, ranges, |length| 1.0 / length as f32),
    }
}

/// Range maxima with a gradient, by a sparse table: level k holds the maxima of all runs of 2^k rows, and the
/// maximum of any range is that of the two runs, as long as they fit, at its two ends.
fn max(rows: Tensor<2>, ranges: &[Range<usize>]) -> Tensor<2> {
    let device = rows.device();
    let [_, d] = rows.dims();
    let longest = ranges.iter().map(Range::len).max().unwrap_or(0);
    if longest == 0 {
        return Tensor::zeros([ranges.len(), d], &device);
    }
    let mut levels = vec![rows];
    let mut starts = vec![0];
    while 2 << (levels.len() - 1) <= longest {
        let below = &levels[levels.len() - 1];
        let [m, _] = below.dims();
        let half = 1 << (levels.len() - 1);
        starts.push(starts[starts.len() - 1] + m);
        levels.push(below.clone().slice(0..m - half).max_pair(below.clone().slice(half..m)));
    }
    let zero: usize = levels.iter().map(|level| level.dims()[0]).sum();
    levels.push(Tensor::zeros([1, d], &device));
    let table = Tensor::cat(levels, 0);

    let run = |range: &Range<usize>, last: bool| {
        if range.is_empty() {
            return zero;
        }
        let level = range.len().ilog2() as usize;
        starts[level] + if last { range.end - (1 << level) } else { range.start }
    };
    let first = indices(ranges.iter().map(|range| run(range, false)), &device);
    let last = indices(ranges.iter().map(|range| run(range, true)), &device);
    table.clone().select(0, first).max_pair(table.select(0, last))
}

/// Σ weight(length) · row over each range, as a product with a `[ranges, n]` matrix.
fn weigh(rows: Tensor<2>, ranges: &[Range<usize>], weight: impl Fn(usize) -> f32) -> Tensor<2> {
    let device = rows.device();
    let [n, _] = rows.dims();
    let mut weights = vec![0.0; ranges.len() * n];
    for (i, range) in ranges.iter().enumerate() {
        weights[i * n..][range.clone()].fill(weight(range.len()));
    }
    Tensor::<2>::from_data(TensorData::new(weights, [ranges.len(), n]), &device).matmul(rows)
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use burn::tensor::Device;

    use super::*;

    /// B14: a range beyond the rows was pooled with the weights of the range after it.
    #[test]
    fn a_range_beyond_the_rows_panics_wherever_it_stands() {
        let pooled = |ranges: [Range<usize>; 2], pooling, mode| {
            catch_unwind(|| pool(Tensor::<2>::ones([3, 1], &Device::flex()), &ranges, pooling, mode))
        };
        for pooling in [Pooling::Max, Pooling::Sum, Pooling::Mean] {
            for mode in [Mode::Training, Mode::Inference] {
                assert!(pooled([2..5, 0..1], pooling, mode).is_err(), "{pooling:?}, {mode:?}");
                assert!(pooled([0..1, 2..4], pooling, mode).is_err(), "{pooling:?}, {mode:?}");
                assert!(pooled([0..3, 3..3], pooling, mode).is_ok(), "{pooling:?}, {mode:?}");
            }
        }
    }

    #[test]
    fn every_range_of_a_small_matrix_pools_as_written_out() {
        let device = Device::flex();
        check(&device, Mode::Inference);
        check(&device, Mode::Training);
        check(&device.autodiff(), Mode::Training);
    }

    fn check(device: &Device, mode: Mode) {
        let column = [3.0f32, -1.0, 4.0, 1.0, -5.0, 9.0, -2.0, 6.0, 5.0];
        let rows = Tensor::<1>::from_floats(column, device).reshape([9, 1]);
        let ranges: Vec<_> = (0..=9).flat_map(|end| (0..=end).map(move |start| start..end)).collect();
        let written_out = |f: &dyn Fn(&[f32]) -> f32| -> Vec<f32> {
            ranges.iter().map(|r| if r.is_empty() { 0.0 } else { f(&column[r.clone()]) }).collect()
        };
        let cases: [(Pooling, Vec<f32>); 3] = [
            (Pooling::Max, written_out(&|x| x.iter().copied().fold(f32::MIN, f32::max))),
            (Pooling::Sum, written_out(&|x| x.iter().sum())),
            (Pooling::Mean, written_out(&|x| x.iter().sum::<f32>() / x.len() as f32)),
        ];
        for (pooling, expected) in cases {
            let pooled: Vec<f32> = pool(rows.clone(), &ranges, pooling, mode).into_data().try_to_vec().unwrap();
            for (range, (a, b)) in ranges.iter().zip(pooled.iter().zip(&expected)) {
                assert!((a - b).abs() < 1e-5, "{pooling:?} of {range:?}: {a}, expected {b}");
            }
        }
    }
}
