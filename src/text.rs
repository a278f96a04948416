//! Text that is put together piece by piece, and numbers in text.

use crate::args::Str;
use core::ffi::c_int;

/// Room for the longest path there is, and for as much as a pipe takes in one piece. The last byte of what is longer ends
/// it all the same.
pub struct Text {
    bytes: [u8; libc::PATH_MAX as usize],
    length: usize,
}

impl Text {
    pub const EMPTY: Self = Self { bytes: [0; _], length: 0 };

    /// Appends a byte other than NUL.
    pub fn push(&mut self, byte: u8) {
        let place = self.length.min(self.bytes.len() - 1);
        self.bytes[place] = byte;
        self.length = place + 1;
    }

    /// Appends a string.
    pub fn push_all(&mut self, string: Str) {
        string.for_each(|byte| self.push(byte));
    }

    /// Appends a number that is not negative, in digits.
    pub fn push_number(&mut self, number: c_int) {
        if number > 9 {
            self.push_number(number / 10);
        }
        self.push(b'0' + (number % 10) as u8);
    }

    /// What was put together.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The same as a string that the kernel takes. Nothing where there is no room for its end.
    pub fn string(&self) -> Option<Str<'_>> {
        Str::beginning(&self.bytes) // what follows is zero
    }
}

/// Takes the digits off the beginning of a text, and returns the number that they make. More than nine make none: -1.
pub fn take_number(text: &mut Str) -> c_int {
    let mut number: c_int = 0;
    let mut rest = *text;
    while let Some(byte @ b'0'..=b'9') = rest.next() {
        *text = rest;
        number = if (0..100_000_000).contains(&number) { number * 10 + c_int::from(byte - b'0') } else { -1 };
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_was_put_into_it() {
        let mut text = Text::EMPTY;
        text.push_all(c"a number: ".into());
        text.push_number(0);
        text.push(b' ');
        text.push_number(c_int::MAX);
        assert_eq!(text.bytes(), b"a number: 0 2147483647");
        assert_eq!(text.string().expect("there is room").collect::<Vec<u8>>(), text.bytes());
    }

    #[test]
    fn what_is_too_long_is_no_string_and_keeps_its_end() {
        const ROOM: usize = libc::PATH_MAX as usize;
        let mut text = Text::EMPTY;
        (1..ROOM).for_each(|_| text.push(b'x'));
        assert_eq!(text.string().expect("there is room").count(), ROOM - 1);
        text.push(b'y');
        assert!(text.string().is_none(), "there is no room for the NUL");
        text.push(b'z');
        assert!(text.string().is_none());
        assert_eq!((text.bytes().len(), text.bytes().last()), (ROOM, Some(&b'z')));
    }

    #[test]
    fn a_number_has_nine_digits_at_most() {
        for (digits, number, rest) in
            [("7 x", 7, " x"), ("", 0, ""), ("x", 0, "x"), ("999999999", 999_999_999, ""), ("1000000000", -1, "")]
        {
            let digits = std::ffi::CString::new(digits).expect("no NUL");
            let mut text = Str::from(&*digits);
            assert_eq!(take_number(&mut text), number);
            assert!(text.eq(rest.bytes()));
        }
    }
}
