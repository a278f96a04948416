//! Many samples in three numbers.

use serde::Serialize;

/// The median, and what half of the samples lie between.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub samples: usize,
}

impl Summary {
    /// Nothing where there are no samples.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part| rounded(quantile(&sorted, part));
        (!sorted.is_empty()).then(|| Self { median: at(0.5), low: at(0.25), high: at(0.75), samples: sorted.len() })
    }
}

/// The value that this part of the samples lies below, between two of them where need be.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// To three digits; a whole number keeps all of its digits.
pub fn rounded(value: f64) -> f64 {
    if value.fract() == 0.0 || value.abs() >= 100.0 {
        return value.round();
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// The first place at which a falling curve of points (x, y) is at `height`, on the line between two of them. Nothing
/// where it never is: it begins below or ends above.
pub fn falls_to(height: f64, curve: &[(f64, f64)]) -> Option<f64> {
    let after = curve.iter().rposition(|&(_, y)| y > height)?;
    let &[(x0, y0), (x1, y1)] = curve.get(after..after + 2)? else { return None };
    Some(x0 + (x1 - x0) * (y0 - height) / (y0 - y1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        let summary = Summary::of([5.0, 1.0, 3.0, 2.0, 4.0]).unwrap();
        assert_eq!((summary.low, summary.median, summary.high, summary.samples), (2.0, 3.0, 4.0, 5));
        assert_eq!(Summary::of([1.0, 2.0]).unwrap().median, 1.5);
        assert_eq!(Summary::of([7.0]).unwrap(), Summary { median: 7.0, low: 7.0, high: 7.0, samples: 1 });
        assert_eq!(Summary::of([]), None);
    }

    #[test]
    fn three_digits_are_kept_and_whole_numbers_entirely() {
        let values = [(690_920.0, 690_920.0), (123.45, 123.0), (65.123, 65.1), (0.012_345, 0.0123), (0.0, 0.0)];
        for (value, expected) in values {
            assert_eq!(rounded(value), expected);
        }
    }

    #[test]
    fn a_curve_is_crossed_where_it_falls_for_good() {
        let curve = [(0.0, 100.0), (10.0, 40.0), (20.0, 80.0), (40.0, 20.0), (80.0, 0.0)];
        assert_eq!(falls_to(50.0, &curve), Some(30.0));
        assert_eq!(falls_to(50.0, &[(0.0, 10.0), (1.0, 0.0)]), None);
        assert_eq!(falls_to(50.0, &[(0.0, 100.0), (1.0, 90.0)]), None);
    }
}
