//! Numbers as pictures say them: rounded to a few decimals and written from integers.
//!
//! The library's writer of floats finds the shortest of all numbers that are read as the same float. Nothing here needs that, and it
//! would be a tenth of the program that draws in a browser.

use std::fmt;

/// A number with a few decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// The number without its point.
    digits: i32,
    /// The number of decimals.
    places: u32,
    /// Whether zeros at the end are left out.
    short: bool,
}

/// A number with one decimal at most.
pub(crate) fn number(value: f32) -> Decimal {
    Decimal { digits: (value * 10.0).round() as i32, places: 1, short: true }
}

/// A number with so many decimals at most.
pub(crate) fn short(value: f32, places: u32) -> Decimal {
    Decimal { short: true, ..fixed(value, places) }
}

/// A number with so many decimals.
pub(crate) fn fixed(value: f32, places: u32) -> Decimal {
    let scaled = f64::from(value) * f64::from(10i32.pow(places));
    Decimal { digits: scaled.round_ties_even() as i32, places, short: false }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let scale = 10u32.pow(self.places);
        let (whole, mut rest) = (self.digits.unsigned_abs() / scale, self.digits.unsigned_abs() % scale);
        let mut places = self.places as usize;
        while self.short && places > 0 && rest % 10 == 0 {
            rest /= 10;
            places -= 1;
        }
        if self.digits < 0 {
            formatter.write_str("-")?;
        }
        write!(formatter, "{whole}")?;
        if places > 0 { write!(formatter, ".{rest:0places$}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zeros_at_the_end_are_left_out_where_the_number_may_be_short() {
        let numbers = [0.0, -0.04, 12.0, 12.34, -0.5, 99.96].map(|value| number(value).to_string());
        assert_eq!(numbers, ["0", "0", "12", "12.3", "-0.5", "100"]);
        let scores = [0.9, 0.12344, 1.0, 0.0003].map(|value| short(value, 4).to_string());
        assert_eq!(scores, ["0.9", "0.1234", "1", "0.0003"]);
        assert_eq!([0.9, 0.125, 0.375, 1.0].map(|value| fixed(value, 2).to_string()), ["0.90", "0.12", "0.38", "1.00"]);
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_library_writes_them(value in -1e5f32..1e5, score in 0f32..=1.0) {
            // Adding 0 makes 0 of -0.
            prop_assert_eq!(number(value).to_string(), ((value * 10.0).round() / 10.0 + 0.0).to_string());
            prop_assert_eq!(fixed(score, 2).to_string(), format!("{score:.2}"));
        }
    }
}
