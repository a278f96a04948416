//! Formats numbers with thousands separators.

pub fn grouped(value: f64) -> String {
    let text = value.to_string();
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[test]
fn thousands_are_separated() {
    let numbers = [(0.0, "0"), (999.0, "999"), (1000.0, "1,000"), (1_234_567.0, "1,234,567"), (0.0123, "0.0123")];
    for (number, text) in numbers {
        assert_eq!(grouped(number), text);
    }
}
