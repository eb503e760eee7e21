//! Plain Rust, the specification.

use crate::tile::Tile;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scalar;

impl Tile for Scalar {
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        y.fill(0.0);
        for (x, w) in x.chunks_exact(Self::ROWS).zip(w.chunks_exact(Self::COLUMNS)) {
            for (y, x) in y.chunks_exact_mut(Self::COLUMNS).zip(x) {
                y.iter_mut().zip(w).for_each(|(y, w)| *y += x * w);
            }
        }
    }

    type Weight = i8;

    fn widen<'a>(self, panel: &'a [i8], _: &'a mut Vec<i8>) -> &'a [i8] {
        panel
    }

    fn multiply_int8(self, x: &[i16], w: &[i8], y: &mut [i32]) {
        y.fill(0);
        for (x, w) in x.chunks_exact(2 * Self::ROWS).zip(w.chunks_exact(2 * Self::COLUMNS)) {
            for (y, x) in y.chunks_exact_mut(Self::COLUMNS).zip(x.as_chunks::<2>().0) {
                for (y, w) in y.iter_mut().zip(w.as_chunks::<2>().0) {
                    *y += i32::from(x[0]) * i32::from(w[0]) + i32::from(x[1]) * i32::from(w[1]);
                }
            }
        }
    }
}
