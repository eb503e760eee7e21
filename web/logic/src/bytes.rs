//! Numbers of bytes, as they are told to a reader.

/// A number of bytes in the unit that fits: `512 bytes`, `1.5 kB`, `24.3 MB`, `2.0 GB`.
pub fn tell(bytes: u64) -> String {
    let number = bytes as f64;
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", number / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", number / 1e6),
        _ => format!("{:.1} GB", number / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_unit_that_fits() {
        let table = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_500, "1.5 kB"),
            (24_345_678, "24.3 MB"),
            (2_000_000_000, "2.0 GB"),
        ];
        for (bytes, told) in table {
            assert_eq!(tell(bytes), told);
        }
    }
}
