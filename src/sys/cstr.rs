//! Strings that end with a NUL.

use core::ffi::CStr;

/// The string that `bytes` begin with, up to their first NUL. `None` unless the last byte is a NUL, so that there is one.
///
/// `CStr::from_bytes_until_nul` does the same, and is several times as long in a program.
pub fn beginning(bytes: &[u8]) -> Option<&CStr> {
    // SAFETY: there is a NUL within `bytes`, which the result borrows.
    (bytes.last() == Some(&0)).then(|| unsafe { CStr::from_ptr(bytes.as_ptr().cast()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_first_nul() {
        assert_eq!(beginning(b"one\0two\0"), Some(c"one"));
        assert_eq!(beginning(b"\0"), Some(c""));
        assert_eq!(beginning(b"one\0two"), None);
        assert_eq!(beginning(b""), None);
    }
}
