//! Builds strings from pieces, splits them, and converts between numbers and decimal digits.

use crate::sys::cstr;
use core::ffi::{CStr, c_int};

/// A text in a buffer that the caller owns. Bytes that do not fit are dropped.
pub struct Text<'a> {
    buffer: &'a mut [u8],
    length: usize,
}

impl<'a> Text<'a> {
    /// Begins an empty text in `buffer`. One byte of it is kept for a NUL.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    /// Appends a byte.
    pub fn push_byte(&mut self, byte: u8) {
        // Each byte is written together with a NUL, so the text always ends with one.
        if let Some([place, end, ..]) = self.buffer.get_mut(self.length..) {
            (*place, *end) = (byte, 0);
            self.length += 1;
        }
    }

    /// Appends bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push_byte(*byte);
        }
    }

    /// Appends a number in decimal digits. The number must not be negative.
    pub fn push_number(&mut self, number: c_int) {
        if number > 9 {
            self.push_number(number / 10);
        }
        self.push_byte(b'0' + (number % 10) as u8);
    }

    /// Whether the buffer is full. Then bytes may have been dropped.
    pub fn is_full(&self) -> bool {
        self.length + 1 >= self.buffer.len()
    }

    /// Returns the length in bytes, without the NUL.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Returns the text as a string that ends with a NUL.
    pub fn into_string(self) -> &'a CStr {
        self.buffer.get(..=self.length).and_then(cstr::until_first_nul).unwrap_or(c"")
    }
}

/// Takes the part of `text` before the next `separator`. Returns `None` after the last part.
pub fn take_part<'a>(text: &mut Option<&'a [u8]>, separator: u8) -> Option<&'a [u8]> {
    // `slice::splitn` takes more code.
    let whole = (*text)?;
    let length = whole.iter().position(|byte| *byte == separator);
    *text = length.and_then(|length| whole.get(length + 1..));
    whole.get(..length.unwrap_or(whole.len()))
}

/// Returns `name` followed by NULs, so that a table can hold names of different lengths. Returns `None` if it is too
/// long.
pub const fn padded<const N: usize>(name: &[u8]) -> Option<[u8; N]> {
    let mut padded = [0; N];
    let mut i = 0;
    while i < name.len() {
        if i >= N {
            return None;
        }
        padded[i] = name[i];
        i += 1;
    }
    Some(padded)
}

/// Returns the name that was [`padded`].
pub fn unpadded(padded: &[u8]) -> &[u8] {
    take_part(&mut Some(padded), 0).unwrap_or_default()
}

/// Returns the number that `digits` stand for. Returns `None` if there are none, if one is not a decimal digit, or if
/// the number has more than 31 bits.
pub fn parse_number(digits: &[u8]) -> Option<c_int> {
    let mut number: c_int = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(c_int::from(digit - b'0'))?;
    }
    (!digits.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_consists_of_the_pieces_that_were_pushed() {
        let mut buffer = [0xff; 100];
        let mut text = Text::new(&mut buffer);
        text.push(b"numbers: ");
        for number in [0, 7, 9, 10, c_int::MAX] {
            text.push_number(number);
            text.push(b" ");
        }
        assert!(!text.is_full());
        assert_eq!(text.length(), 29);
        assert_eq!(text.into_string(), c"numbers: 0 7 9 10 2147483647 ");
    }

    #[test]
    fn a_text_is_full_when_only_the_nul_has_room() {
        let mut buffer = [0; 8];
        let mut text = Text::new(&mut buffer);
        for length in 0..8 {
            assert_eq!((text.length(), text.is_full()), (length, length == 7));
            text.push(b"x");
        }
    }

    #[test]
    fn bytes_that_do_not_fit_are_dropped() {
        for length in 0..8 {
            let mut buffer = [0xff; 8];
            let buffer = &mut buffer[..length];
            let mut text = Text::new(buffer);
            text.push(b"0123456789");
            text.push_number(5);
            assert!(text.is_full());
            assert_eq!(text.length(), length.saturating_sub(1));
            assert_eq!(text.into_string().to_bytes(), &b"0123456"[..length.saturating_sub(1)]);
        }
    }

    #[test]
    fn a_text_has_one_part_more_than_separators() {
        let parts = |text: &'static str| {
            let mut rest = Some(text.as_bytes());
            std::iter::from_fn(|| take_part(&mut rest, b':'))
                .map(|part| str::from_utf8(part).unwrap())
                .collect::<Vec<_>>()
        };
        for text in ["", ":", "a", "a:", ":a", "a:b", "a::b", "::", "a:b:c"] {
            assert_eq!(parts(text), text.split(':').collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn a_number_is_made_of_digits_and_has_a_limit() {
        for (digits, number) in [("0", 0), ("7", 7), ("00000000000000000015", 15), ("2147483647", c_int::MAX)] {
            assert_eq!(parse_number(digits.as_bytes()), Some(number), "{digits}");
        }
        for digits in ["", "-1", "+1", " 1", "1 ", "x", "1x", "2147483648", "9999999999", "18446744073709551617"] {
            assert_eq!(parse_number(digits.as_bytes()), None, "{digits}");
        }
    }
}
