//! The fused operations against Burn's own, which are their specification: values and gradients.

mod devices;

use burn::tensor::activation;
use burn::tensor::module;
use burn::tensor::{Device, Distribution, Tensor};
use devices::devices;
use sinet_kernels::optimizer::{Update, adamw, square_norm};
use sinet_kernels::{Segment, Segments, attention, dropout, gelu, layer_norm, range_max, softmax};

/// Row lengths around the number of lanes, and one of a real network.
const LENGTHS: [usize; 5] = [1, 7, 16, 33, 384];

/// All devices that there are, with gradients.
fn trained() -> impl Iterator<Item = Device> {
    devices().into_iter().map(|device| {
        device.seed(5);
        device.autodiff()
    })
}

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 2.0), device).detach().require_grad()
}

#[track_caller]
fn close<const D: usize>(what: &str, found: Tensor<D>, expected: Tensor<D>) {
    let device = found.device();
    // A GPU's exp and division may be off by some units in the last place.
    let tolerance = if device == Device::flex() { 2e-5 } else { 1e-4 };
    let differences: Vec<f32> = (found - expected).into_data().try_to_vec().unwrap();
    for difference in differences {
        // A difference that is no number is not small.
        assert!(difference.abs() < tolerance, "{what} differs by {difference} on {device:?}");
    }
}

#[test]
fn gelu_and_its_gradient() {
    for device in trained() {
        for n in LENGTHS {
            let (x, weight) = (random([3, n], &device), random([3, n], &device));
            let found = gelu(x.clone());
            close("gelu", found.clone().inner(), activation::gelu(x.clone().inner()));
            let of = |y: Tensor<2>| x.grad(&(y * weight.clone()).sum().backward()).unwrap();
            // Not Burn's own, which is that of an approximation by tanh on some devices.
            let plain = x.clone().inner();
            let slope = ((plain.clone() * 0.5f32.sqrt()).erf() + 1.0) * 0.5
                + plain.clone() * (plain.square() * -0.5).exp() * (0.5 / std::f32::consts::PI).sqrt();
            close("the gradient", of(found), slope * weight.clone().inner());
        }
    }
}

#[test]
fn softmax_and_its_gradient() {
    for device in trained() {
        for n in LENGTHS {
            let (x, weight) = (random([2, 3, n], &device), random([2, 3, n], &device));
            let (found, expected) = (softmax(x.clone()), activation::softmax(x.clone(), 2));
            close("softmax", found.clone().inner(), expected.clone().inner());
            let of = |y: Tensor<3>| x.grad(&(y * weight.clone()).sum().backward()).unwrap();
            close("the gradient", of(found), of(expected));
        }
    }
}

#[test]
fn softmax_gives_hidden_keys_exactly_nothing() {
    for device in devices() {
        let x = Tensor::<2>::from_floats([[1.0, -1e4, 2.0], [-1e4, -1e4, 0.0]], &device);
        let y: Vec<f32> = softmax(x).into_data().try_to_vec().unwrap();
        assert_eq!((y[1], y[3], y[4], y[5]), (0.0, 0.0, 0.0, 1.0));
    }
}

#[test]
fn layer_norm_and_its_gradients() {
    for device in trained() {
        for n in LENGTHS.into_iter().filter(|n| *n > 1) {
            let (x, weight) = (random([5, n], &device), random([5, n], &device));
            let (gamma, beta) = (random([n], &device), random([n], &device));
            let found = layer_norm(x.clone(), gamma.clone(), beta.clone(), 1e-5);
            let expected = module::layer_norm(x.clone(), gamma.clone(), Some(beta.clone()), 1e-5);
            close("the normalisation", found.clone().inner(), expected.clone().inner());
            let of = |y: Tensor<2>| (y * weight.clone()).sum().backward();
            let (found, expected) = (of(found), of(expected));
            close("the gradient of x", x.grad(&found).unwrap(), x.grad(&expected).unwrap());
            close("the gradient of gamma", gamma.grad(&found).unwrap(), gamma.grad(&expected).unwrap());
            close("the gradient of beta", beta.grad(&found).unwrap(), beta.grad(&expected).unwrap());
        }
    }
}

#[test]
fn attention_equals_its_parts() {
    for device in devices() {
        // Heads narrower and wider than the lanes, more and fewer rows than are computed side by side.
        for (heads, size, lengths) in [(2, 3, vec![1, 5, 9]), (3, 8, vec![4]), (2, 20, vec![17, 2])] {
            let d = heads * size;
            let rows = lengths.iter().sum();
            let projected = Tensor::<2>::random([rows, 3 * d], Distribution::Normal(0.0, 1.0), &device);
            let mut first = 0;
            let mut segments = Vec::new();
            let mut expected = Vec::new();
            for length in lengths {
                // The last row of a longer segment is padding.
                let keys = if length > 4 { length - 1 } else { length };
                segments.push(Segment { rows: first..first + length, keys });
                let part = |i: usize, n: usize| {
                    let part = projected.clone().slice([first..first + n, i * d..(i + 1) * d]);
                    part.reshape([n, heads, size]).swap_dims(0, 1)
                };
                let scores = part(0, length).matmul(part(1, keys).swap_dims(1, 2)) / (size as f64).sqrt();
                let context = activation::softmax(scores, 2).matmul(part(2, keys));
                expected.push(context.swap_dims(0, 1).reshape([length, d]));
                first += length;
            }
            close(
                "attention",
                attention(projected, heads, &Segments::new(&segments, &device)),
                Tensor::cat(expected, 0),
            );
        }
    }
}

#[test]
fn maxima_of_ranges() {
    for device in devices() {
        let rows = Tensor::<2>::random([9, 5], Distribution::Normal(0.0, 1.0), &device);
        let ranges: Vec<_> = (0..=9).flat_map(|end| (0..=end).map(move |start| start..end)).collect();
        let expected = ranges.iter().map(|range| match range.len() {
            0 => Tensor::zeros([1, 5], &device),
            _ => rows.clone().slice(range.clone()).max_dim(0),
        });
        close("the maximum", range_max(rows.clone(), &ranges), Tensor::cat(expected.collect(), 0));
    }
}

#[test]
fn nothing_has_no_result() {
    for device in devices() {
        let nothing = Tensor::<2>::zeros([0, 8], &device);
        assert_eq!(gelu(nothing.clone()).dims(), [0, 8]);
        assert_eq!(softmax(nothing).dims(), [0, 8]);
    }
}

#[test]
fn operations_take_tensors_in_any_memory_order() {
    for device in trained() {
        let x = random([33, 5], &device).inner();
        close("softmax", softmax(x.clone().transpose()), activation::softmax(x.clone().transpose(), 1));
        let part = x.slice([3..20, 1..4]);
        close("gelu", gelu(part.clone()), activation::gelu(part));
    }
}

#[test]
fn dropout_keeps_the_mean_and_follows_the_seed() {
    for device in trained() {
        let x = Tensor::<2>::ones([200, 500], &device).require_grad();
        let draw = |seed| {
            device.clone().inner().seed(seed);
            dropout(x.clone(), 0.3)
        };
        let y = draw(1);
        let values: Vec<f32> = y.clone().inner().into_data().try_to_vec().unwrap();
        let kept = values.iter().filter(|value| **value != 0.0).count() as f32 / values.len() as f32;
        assert!((kept - 0.7).abs() < 0.01, "{kept} were kept");
        assert!(values.iter().all(|value| *value == 0.0 || (*value - 1.0 / 0.7).abs() < 1e-6));
        assert_eq!(draw(1).into_data(), y.clone().into_data());
        assert_ne!(draw(2).into_data(), y.clone().into_data());
        // A dropped element has no gradient, and a kept one has the same as its value here.
        assert_eq!(x.grad(&y.clone().sum().backward()).unwrap().into_data(), y.inner().into_data());
        // Whether the device has autodiff changes nothing.
        device.clone().inner().seed(1);
        let plain = x.clone().inner();
        assert_eq!(dropout(plain.clone(), 0.3).into_data(), draw(1).inner().into_data());
        assert_eq!(dropout(plain.clone(), 0.0).into_data(), plain.into_data());
    }
}

/// B18: a grid of one dimension has no room for them on WebGPU.
#[test]
fn more_rows_than_a_dimension_of_a_grid_are_normalised() {
    for device in devices() {
        for rows in [65_535, 65_536, 70_001] {
            let x = Tensor::<2>::random([rows, 8], Distribution::Normal(0.0, 1.0), &device);
            let (gamma, beta) = (Tensor::ones([8], &device) * 2.0, Tensor::ones([8], &device));
            let found = layer_norm(x.clone(), gamma, beta, 1e-5);
            let mean = x.clone().mean_dim(1);
            let centered = x - mean;
            let variance = centered.clone().square().mean_dim(1);
            close("many rows", found, centered / (variance + 1e-5).sqrt() * 2.0 + 1.0);
        }
    }
}

#[test]
fn adamw_and_the_square_norm() {
    for device in devices() {
        for n in LENGTHS.into_iter().chain([40_000]) {
            let [p, g, m] = [(); 3].map(|()| Tensor::<1>::random([n], Distribution::Normal(0.0, 1.0), &device));
            let v = m.clone() * m.clone();
            let (found, [first, second]) =
                adamw(p.clone(), g.clone(), [m.clone(), v.clone()], Update { step_size: 0.1, keep: 0.9, clip: 0.5 });
            let clipped = g.clone() * 0.5;
            let m = m * 0.9 + clipped.clone() * 0.1;
            let v = v * 0.999 + clipped.clone() * clipped * 0.001;
            close("the first moment", first, m.clone());
            close("the second moment", second, v.clone());
            close("the parameter", found, (p - m * 0.1 / (v.sqrt() + 1e-6)) * 0.9);

            let expected: f32 = g.clone().square().sum().into_scalar();
            let found: f64 = square_norm(g).into_data().iter::<f64>().sum();
            assert!((found / f64::from(expected) - 1.0).abs() < 1e-5, "{found} is not {expected}");
        }
    }
}
