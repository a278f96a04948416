//! Summarizes samples.

use serde::Serialize;

/// The median and the quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub samples: usize,
}

impl Summary {
    /// Returns nothing if there are no samples.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part| rounded(quantile(&sorted, part));
        (!sorted.is_empty()).then(|| Self { median: at(0.5), low: at(0.25), high: at(0.75), samples: sorted.len() })
    }
}

/// The quantile of `part`, interpolated between two samples.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// Rounds to three significant digits. Whole numbers keep all of their digits.
pub fn rounded(value: f64) -> f64 {
    if value.fract() == 0.0 || value.abs() >= 100.0 {
        return value.round();
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// Returns x where a curve of points (x, y) falls below `height` for the last time, interpolated between two points.
/// Returns nothing if the curve begins below or ends above.
pub fn falls_to(height: f64, curve: &[(f64, f64)]) -> Option<f64> {
    let after = curve.iter().rposition(|&(_, y)| y > height)?;
    let &[(x0, y0), (x1, y1)] = curve.get(after..after + 2)? else { return None };
    Some(x0 + (x1 - x0) * (y0 - height) / (y0 - y1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_median_and_the_quartiles() {
        let summary = Summary::of([5.0, 1.0, 3.0, 2.0, 4.0]).unwrap();
        assert_eq!((summary.low, summary.median, summary.high, summary.samples), (2.0, 3.0, 4.0, 5));
        assert_eq!(Summary::of([1.0, 2.0]).unwrap().median, 1.5);
        assert_eq!(Summary::of([7.0]).unwrap(), Summary { median: 7.0, low: 7.0, high: 7.0, samples: 1 });
        assert_eq!(Summary::of([]), None);
    }

    #[test]
    fn numbers_are_rounded_to_three_digits_and_whole_numbers_are_kept() {
        let values = [(690_920.0, 690_920.0), (123.45, 123.0), (65.123, 65.1), (0.012_345, 0.0123), (0.0, 0.0)];
        for (value, expected) in values {
            assert_eq!(rounded(value), expected);
        }
    }

    #[test]
    fn a_curve_falls_to_a_height_where_it_crosses_it_last() {
        let curve = [(0.0, 100.0), (10.0, 40.0), (20.0, 80.0), (40.0, 20.0), (80.0, 0.0)];
        assert_eq!(falls_to(50.0, &curve), Some(30.0));
        assert_eq!(falls_to(50.0, &[(0.0, 10.0), (1.0, 0.0)]), None);
        assert_eq!(falls_to(50.0, &[(0.0, 100.0), (1.0, 90.0)]), None);
    }
}
