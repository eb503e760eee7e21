//! The fused operations on Burn's CubeCL backends, one dispatch each.
//!
//! Written for WebGPU, also where the browser computes it on the CPU: there a read of memory costs as much as four
//! multiplications and a barrier far more, so that a unit keeps a tile in registers, and only the layer normalisation
//! shares memory. Lengths are in vectors of up to four floats, the longest that divide the axis.

use std::ops::Range;
use std::sync::Arc;

use burn::backend::ops::IntTensorOps;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Cube, DType, Shape, TensorData, TensorMetadata};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use crate::optimizer::{BETAS, EPSILON, Update};
use crate::{Bias, Kernels, Segment, Then};

/// Rows of the tile that one unit of [`linear`] computes.
const TILE_ROWS: usize = 8;
/// Vectors of columns of that tile.
const TILE_VECTORS: usize = 2;
/// Units of a cube, along the columns.
const UNITS: u32 = 64;
/// Units that share a row of the layer normalisation.
const ROW_UNITS: u32 = 16;

impl Kernels for Cube {
    fn gelu_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = floats(x);
        let y = like(&x, x.shape());
        let length = x.shape().num_elements();
        let vector = vector_size(length);
        let (client, n) = (x.client.clone(), length / vector);
        let cube_dim = CubeDim::new_1d(UNITS);
        let count = calculate_cube_count_elemwise(&client, n, cube_dim);
        #[expect(unsafe_code, reason = "the kernel checks its bounds")]
        unsafe {
            gelu::launch_unchecked(&client, count, cube_dim, vector, buffer(x), buffer(y.clone()), n)
        };
        y
    }

    fn affine_fused(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: Bias<Self>,
        then: Then<Self>,
    ) -> FloatTensor<Self> {
        let [x, weight] = [x, weight].map(floats);
        let (rows, inputs, outputs) = (x.shape()[0], weight.shape()[0], weight.shape()[1]);
        assert_eq!(x.shape()[1], inputs, "x has as many columns as the weight has rows");
        let bias = match bias {
            Bias::None => None,
            Bias::Some(bias) => Some(shaped(bias, &[outputs])),
        };
        let (gelu, residual) = match then {
            Then::Nothing => (false, None),
            Then::Gelu => (true, None),
            Then::Add(residual) => (false, Some(shaped(residual, &[rows, outputs]))),
        };
        let y = like(&x, Shape::new([rows, outputs]));
        let (along_inputs, along_outputs) = (vector_size(inputs), vector_size(outputs));
        let (client, inputs, outputs) = (x.client.clone(), inputs / along_inputs, outputs / along_outputs);
        let tile_rows = rows.next_power_of_two().min(TILE_ROWS);
        let tile_vectors = TILE_VECTORS.min(outputs);
        let (cube_dim, count) = grid(outputs.div_ceil(tile_vectors), rows.div_ceil(tile_rows));
        #[expect(unsafe_code, reason = "the kernel checks its bounds, and the shapes were checked")]
        unsafe {
            linear::launch_unchecked(
                &client,
                count,
                cube_dim,
                along_inputs,
                along_outputs,
                buffer(x),
                buffer(weight),
                bias.into(),
                residual.into(),
                buffer(y.clone()),
                rows,
                inputs,
                outputs,
                gelu,
                tile_rows,
                tile_vectors,
            )
        };
        y
    }

    fn layer_norm_fused(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let x = floats(x);
        let y = like(&x, x.shape());
        let d = x.shape()[x.rank() - 1];
        let [gamma, beta] = [gamma, beta].map(|scale| shaped(scale, &[d]));
        let vector = vector_size(d);
        let (client, rows, d) = (x.client.clone(), x.shape().num_elements() / d, d / vector);
        #[expect(unsafe_code, reason = "the kernel checks its bounds, and the shapes were checked")]
        unsafe {
            layer_norm::launch_unchecked(
                &client,
                one_a_row(rows),
                CubeDim::new_1d(ROW_UNITS),
                vector,
                buffer(x),
                gamma,
                beta,
                buffer(y.clone()),
                rows,
                d,
                epsilon as f32,
                d.div_ceil(ROW_UNITS as usize),
            )
        };
        y
    }

    fn range_max(rows: FloatTensor<Self>, ranges: Vec<Range<usize>>) -> FloatTensor<Self> {
        let rows = floats(rows);
        let shape = rows.shape();
        assert!(ranges.iter().all(|range| range.end <= shape[0]), "a range reaches beyond the rows");
        let maxima = like(&rows, Shape::new([ranges.len(), shape[1]]));
        let vector = vector_size(shape[1]);
        let (client, n, d) = (rows.client.clone(), ranges.len(), shape[1] / vector);
        let bounds = ranges.iter().flat_map(|range| [range.start, range.end]);
        let bounds = indices(&rows, bounds);
        let (cube_dim, count) = grid(d, n);
        #[expect(unsafe_code, reason = "the kernel checks its bounds, and the ranges were checked")]
        unsafe {
            range_max::launch_unchecked(
                &client,
                count,
                cube_dim,
                vector,
                buffer(rows),
                buffer(bounds),
                buffer(maxima.clone()),
                d,
            )
        };
        maxima
    }

    fn attention_fused(
        projected: FloatTensor<Self>,
        heads: usize,
        _segments: Arc<[Segment]>,
        attended: IntTensor<Self>,
    ) -> FloatTensor<Self> {
        let projected = floats(projected);
        let shape = projected.shape();
        let (rows, d) = (shape[0], shape[1] / 3);
        assert_eq!(shape[1], d / heads * heads * 3, "Q, K and V of as many heads");
        let context = like(&projected, Shape::new([rows, d]));
        let vector = vector_size(d / heads);
        assert_eq!(&*attended.shape(), &[rows, 2], "a range for each row");
        let client = projected.client.clone();
        let (cube_dim, count) = grid(rows, heads);
        #[expect(unsafe_code, reason = "the kernel checks its bounds, and the segments were checked")]
        unsafe {
            attention::launch_unchecked(
                &client,
                count,
                cube_dim,
                vector,
                buffer(projected),
                buffer(attended),
                buffer(context.clone()),
                rows,
                heads,
                ((d / heads) as f32).powf(-0.5),
                d / heads / vector,
            )
        };
        context
    }

    fn adamw_fused(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        Update { step_size, keep, clip }: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let length = parameter.shape().num_elements();
        let [new_parameter, new_first, new_second] = [(); 3].map(|()| like(&parameter, parameter.shape()));
        let vector = vector_size(length);
        let (client, n) = (parameter.client.clone(), length / vector);
        let shape = parameter.shape();
        let [parameter, gradient, first, second] = [parameter, gradient, first, second].map(|x| shaped(x, &shape));
        let cube_dim = CubeDim::new_1d(UNITS);
        let count = calculate_cube_count_elemwise(&client, n, cube_dim);
        #[expect(unsafe_code, reason = "the kernel checks its bounds, and the shapes were checked")]
        unsafe {
            adamw::launch_unchecked(
                &client,
                count,
                cube_dim,
                vector,
                parameter,
                gradient,
                first,
                second,
                buffer(new_parameter.clone()),
                buffer(new_first.clone()),
                buffer(new_second.clone()),
                n,
                step_size,
                keep,
                clip,
            )
        };
        (new_parameter, new_first, new_second)
    }
}

/// A tensor whose memory is in the order of its axes.
fn floats(tensor: CubeTensor) -> CubeTensor {
    assert_eq!(tensor.dtype(), DType::F32, "the network computes in f32");
    into_contiguous(tensor)
}

/// An argument that the kernel reads as `shape` says.
fn shaped(tensor: CubeTensor, shape: &[usize]) -> BufferArg {
    assert_eq!(&*tensor.shape(), shape, "the shape of an argument");
    buffer(floats(tensor))
}

/// Memory for a result, on the device of `tensor`.
fn like(tensor: &CubeTensor, shape: Shape) -> CubeTensor {
    empty_device_contiguous_dtype(tensor.client.clone(), tensor.device.clone(), shape, DType::F32)
}

/// Numbers of rows, on the device of `tensor`.
fn indices(tensor: &CubeTensor, values: impl Iterator<Item = usize>) -> CubeTensor {
    let values: Vec<u32> = values.map(|value| value as u32).collect();
    let shape = [values.len()];
    Cube::int_from_data(TensorData::new(values, shape), &tensor.device)
}

fn buffer(tensor: CubeTensor) -> BufferArg {
    tensor.into_buffer_arg()
}

/// The longest vector that WGSL has and that divides an axis.
fn vector_size(length: usize) -> usize {
    [4, 2, 1].into_iter().find(|size| length.is_multiple_of(*size)).expect("1 divides everything")
}

/// At least `rows` cubes, in two dimensions where one has no room: WebGPU allows 65,535 along each.
fn one_a_row(rows: usize) -> CubeCount {
    let rows = rows as u32;
    let lines = rows.div_ceil(u32::from(u16::MAX)).max(1);
    CubeCount::new_2d(rows.div_ceil(lines), lines)
}

/// Cubes that cover `x` times `y` units.
fn grid(x: usize, y: usize) -> (CubeDim, CubeCount) {
    let width = (x as u32).next_power_of_two().min(UNITS);
    let height = (y as u32).next_power_of_two().min(UNITS / width);
    let count = CubeCount::new_2d((x as u32).div_ceil(width), (y as u32).div_ceil(height));
    (CubeDim::new_2d(width, height), count)
}

/// One unit computes `tile_rows` rows of `tile_vectors` vectors of columns.
///
/// # Shapes, in vectors
///
/// - x: `[rows, inputs]`, weight: `[inputs · I, outputs]`, bias: `[outputs]`
/// - residual and y: `[rows, outputs]`
#[cube(launch_unchecked)]
fn linear<I: Size, O: Size>(
    x: &[Vector<f32, I>],
    weight: &[Vector<f32, O>],
    bias: ComptimeOption<&[Vector<f32, O>]>,
    residual: ComptimeOption<&[Vector<f32, O>]>,
    y: &mut [Vector<f32, O>],
    rows: usize,
    inputs: usize,
    outputs: usize,
    #[comptime] gelu: bool,
    #[comptime] tile_rows: usize,
    #[comptime] tile_vectors: usize,
) {
    let first_row = ABSOLUTE_POS_Y as usize * tile_rows;
    let first_column = ABSOLUTE_POS_X as usize * tile_vectors;
    if first_row >= rows || first_column >= outputs {
        terminate!();
    }

    // Beyond an edge of y a unit computes its last row or column again, and does not write it.
    let mut rows_at = Array::<usize>::new(tile_rows);
    let mut columns = Array::<usize>::new(tile_vectors);
    let mut sums = Array::<Vector<f32, O>>::new(tile_rows * tile_vectors);
    #[unroll]
    for c in 0..tile_vectors {
        columns[c] = min(first_column + c, outputs - 1);
    }
    #[unroll]
    for r in 0..tile_rows {
        rows_at[r] = min(first_row + r, rows - 1) * inputs;
        #[unroll]
        for c in 0..tile_vectors {
            sums[r * tile_vectors + c] = Vector::new(0.0);
        }
    }

    let mut weight_row = 0usize;
    for k in 0..inputs {
        let mut values = Array::<Vector<f32, I>>::new(tile_rows);
        #[unroll]
        for r in 0..tile_rows {
            values[r] = x[rows_at[r] + k];
        }
        #[unroll]
        for i in 0..I::value() {
            #[unroll]
            for c in 0..tile_vectors {
                let weights = weight[weight_row + columns[c]];
                #[unroll]
                for r in 0..tile_rows {
                    sums[r * tile_vectors + c] += Vector::new(values[r].extract(i)) * weights;
                }
            }
            weight_row += outputs;
        }
    }

    #[unroll]
    for r in 0..tile_rows {
        #[unroll]
        for c in 0..tile_vectors {
            if first_row + r < rows && first_column + c < outputs {
                let at = (first_row + r) * outputs + first_column + c;
                let mut sum = sums[r * tile_vectors + c];
                #[comptime]
                if let ComptimeOption::Some(bias) = &bias {
                    sum += bias[first_column + c];
                }
                #[comptime]
                if let ComptimeOption::Some(residual) = &residual {
                    sum += residual[at];
                }
                y[at] = sum;
            }
        }
    }
    if gelu {
        // In a loop, because unrolled the error function would be most of the shader.
        for row in first_row..min(first_row + tile_rows, rows) {
            for column in first_column..min(first_column + tile_vectors, outputs) {
                let at = row * outputs + column;
                y[at] = gelu_of(y[at]);
            }
        }
    }
}

/// x Φ(x) = x (1 + erf(x / √2)) / 2
#[cube]
fn gelu_of<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let half = x * Vector::new(0.5);
    half + half * Vector::erf(x * Vector::new(std::f32::consts::FRAC_1_SQRT_2))
}

/// # Shapes, in vectors
///
/// - x and y: `[length]`
#[cube(launch_unchecked)]
fn gelu<N: Size>(x: &[Vector<f32, N>], y: &mut [Vector<f32, N>], length: usize) {
    if ABSOLUTE_POS < length {
        y[ABSOLUTE_POS] = gelu_of(x[ABSOLUTE_POS]);
    }
}

/// A cube computes a row, and each of its units every [`ROW_UNITS`]th vector, which it keeps in registers.
///
/// # Shapes, in vectors
///
/// - x and y: `[rows, d]`, gamma and beta: `[d]`
#[cube(launch_unchecked)]
fn layer_norm<N: Size>(
    x: &[Vector<f32, N>],
    gamma: &[Vector<f32, N>],
    beta: &[Vector<f32, N>],
    y: &mut [Vector<f32, N>],
    rows: usize,
    d: usize,
    epsilon: f32,
    #[comptime] vectors: usize,
) {
    // A cube beyond the rows computes the last one again and does not write it: none may miss a barrier.
    let cube = CUBE_POS;
    let row = min(cube, rows - 1) * d;
    let unit = UNIT_POS as usize;
    // Two, so that no unit writes the one before all have read the other.
    let mut sums = Shared::<[f32]>::new_slice(ROW_UNITS as usize);
    let mut deviations = Shared::<[f32]>::new_slice(ROW_UNITS as usize);
    let elements = f32::cast_from(d * N::value());

    let mut values = Array::<Vector<f32, N>>::new(vectors);
    let mut sum = Vector::<f32, N>::new(0.0);
    #[unroll]
    for i in 0..vectors {
        let at = unit + i * ROW_UNITS as usize;
        if at < d {
            values[i] = x[row + at];
            sum += values[i];
        }
    }
    let mean = Vector::new(total(sum.vector_sum(), &mut sums) / elements);

    let mut squares = Vector::<f32, N>::new(0.0);
    #[unroll]
    for i in 0..vectors {
        if unit + i * (ROW_UNITS as usize) < d {
            values[i] -= mean;
            squares += values[i] * values[i];
        }
    }
    let variance = total(squares.vector_sum(), &mut deviations) / elements;
    let scale = Vector::new((variance + epsilon).inverse_sqrt());
    #[unroll]
    for i in 0..vectors {
        let at = unit + i * ROW_UNITS as usize;
        if at < d && cube < rows {
            y[row + at] = values[i] * scale * gamma[at] + beta[at];
        }
    }
}

/// The sum of one value of each unit of the cube.
#[cube]
fn total(value: f32, shared: &mut Shared<[f32]>) -> f32 {
    shared[UNIT_POS as usize] = value;
    sync_cube();
    let mut sum = 0.0f32;
    #[unroll]
    for unit in 0..ROW_UNITS as usize {
        sum += shared[unit];
    }
    sum
}

/// # Shapes, in vectors
///
/// - rows: `[rows, d]`, ranges: `[ranges, 2]`, maxima: `[ranges, d]`
#[cube(launch_unchecked)]
fn range_max<N: Size>(rows: &[Vector<f32, N>], ranges: &[u32], maxima: &mut [Vector<f32, N>], d: usize) {
    let column = ABSOLUTE_POS_X as usize;
    let range = ABSOLUTE_POS_Y as usize;
    if column >= d || range * 2 >= ranges.len() {
        terminate!();
    }
    let start = ranges[2 * range] as usize;
    let end = ranges[2 * range + 1] as usize;
    let mut maximum = Vector::<f32, N>::new(0.0);
    if start < end {
        maximum = rows[start * d + column];
    }
    for row in start + 1..end {
        maximum = max(maximum, rows[row * d + column]);
    }
    maxima[range * d + column] = maximum;
}

/// One unit computes one head of one row, with a softmax that is kept as the keys come
/// (Milakov and Gimelshein, 2018; Rabe and Staats, 2021).
///
/// # Shapes, in vectors; d = heads · size
///
/// - projected: `[rows, 3d]`, keys: `[rows, 2]`, the rows that each row attends to
/// - context: `[rows, d]`
#[cube(launch_unchecked)]
fn attention<N: Size>(
    projected: &[Vector<f32, N>],
    keys: &[u32],
    context: &mut [Vector<f32, N>],
    rows: usize,
    heads: usize,
    scale: f32,
    #[comptime] size: usize,
) {
    let row = ABSOLUTE_POS_X as usize;
    let head = ABSOLUTE_POS_Y as usize * size;
    let d = heads * size;
    if row >= rows || head >= d {
        terminate!();
    }

    let mut query = Array::<Vector<f32, N>>::new(size);
    let mut sums = Array::<Vector<f32, N>>::new(size);
    #[unroll]
    for i in 0..size {
        query[i] = projected[row * 3 * d + head + i] * Vector::new(scale);
        sums[i] = Vector::new(0.0);
    }

    let mut maximum = f32::MIN.runtime();
    let mut total = 0.0f32;
    for key in keys[2 * row]..keys[2 * row + 1] {
        let key_at = (key as usize * 3 + 1) * d + head;
        let value_at = key_at + d;
        let mut products = Vector::<f32, N>::new(0.0);
        #[unroll]
        for i in 0..size {
            products += query[i] * projected[key_at + i];
        }
        let score = products.vector_sum();
        let higher = max(maximum, score);
        let kept = (maximum - higher).exp();
        let weight = (score - higher).exp();
        maximum = higher;
        total = total * kept + weight;
        #[unroll]
        for i in 0..size {
            sums[i] = sums[i] * Vector::new(kept) + Vector::new(weight) * projected[value_at + i];
        }
    }

    #[unroll]
    for i in 0..size {
        context[row * d + head + i] = sums[i] / Vector::new(total);
    }
}

/// See [`optimizer::adamw`](crate::optimizer::adamw).
///
/// # Shapes, in vectors
///
/// - all: `[length]`
#[cube(launch_unchecked)]
fn adamw<N: Size>(
    parameter: &[Vector<f32, N>],
    gradient: &[Vector<f32, N>],
    first: &[Vector<f32, N>],
    second: &[Vector<f32, N>],
    new_parameter: &mut [Vector<f32, N>],
    new_first: &mut [Vector<f32, N>],
    new_second: &mut [Vector<f32, N>],
    length: usize,
    step_size: f32,
    keep: f32,
    clip: f32,
) {
    let at = ABSOLUTE_POS;
    if at >= length {
        terminate!();
    }
    let g = gradient[at] * Vector::new(clip);
    let m = first[at] * Vector::new(BETA1) + g * Vector::new(REST1);
    let v = second[at] * Vector::new(BETA2) + g * Vector::new(REST2) * g;
    new_first[at] = m;
    new_second[at] = v;
    let step = m * Vector::new(step_size) / (v.sqrt() + Vector::new(EPSILON));
    new_parameter[at] = (parameter[at] - step) * Vector::new(keep);
}

const BETA1: f32 = BETAS.0 as f32;
const BETA2: f32 = BETAS.1 as f32;
const REST1: f32 = (1.0 - BETAS.0) as f32;
const REST2: f32 = (1.0 - BETAS.1) as f32;
