//! The innermost loops of a product, which every instruction set has in its own form.

use crate::rounding::round_row;

/// The innermost loops: a tile of the result, `ROWS` rows of `COLUMNS` outputs, over all inputs.
pub(crate) trait Tile: Copy + Send + Sync {
    /// Rows of a tile.
    const ROWS: usize;
    /// Columns of a tile, and of a panel of packed weights.
    const COLUMNS: usize;

    /// y = Σ x w
    ///
    /// # Shapes
    ///
    /// - x: `[inputs, ROWS]`, w: `[inputs, COLUMNS]`, y: `[ROWS, COLUMNS]`
    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]);

    /// Inputs that a step of [`Tile::multiply_int8`] takes.
    const DEPTH: usize = 2;

    /// The type in which weights are multiplied: 8 bits, or 16 where widening them once a panel pays.
    type Weight: Copy;

    /// The weights of a panel, `[steps, COLUMNS, DEPTH]`, as [`Tile::multiply_int8`] takes them; `scratch` may hold
    /// them.
    fn widen<'a>(self, panel: &'a [i8], scratch: &'a mut Vec<Self::Weight>) -> &'a [Self::Weight];

    /// y = Σ x w, exactly: the caller keeps the sums below 2³¹.
    ///
    /// # Shapes
    ///
    /// - x: `[pairs of inputs, ROWS, 2]`, w: from [`Tile::widen`], y: `[ROWS, COLUMNS]`
    fn multiply_int8(self, x: &[i16], w: &[Self::Weight], y: &mut [i32]);

    /// See [`round_row`]. A set with another idea of a code gives each step of inputs as many bits in its own order.
    fn round(self, x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
        round_row(x, limit, codes)
    }
}
