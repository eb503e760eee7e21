//! Comparison of numbers: what is missing, or no number, is infinitely far away.

/// Largest absolute difference; infinite if the shapes differ or a number is not one.
pub fn distance(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    if a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.len() != b.len()) {
        return f32::INFINITY;
    }
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| if a.is_nan() || b.is_nan() { f32::INFINITY } else { (a - b).abs() }).fold(0.0, f32::max)
}

#[test]
fn what_is_missing_or_no_number_is_far_away() {
    let one = [vec![1.0, 2.0]];
    assert_eq!(distance(&one, &[vec![1.0, 2.5]]), 0.5);
    for other in [vec![], vec![vec![1.0]], vec![vec![1.0, f32::NAN]], vec![vec![1.0, 2.0], vec![]]] {
        assert_eq!(distance(&one, &other), f32::INFINITY);
        assert_eq!(distance(&other, &one), f32::INFINITY);
    }
}
