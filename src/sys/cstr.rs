//! Strings that end with a NUL.

use core::ffi::CStr;

/// Returns the string up to the first NUL in `bytes`. Returns `None` if the last byte is not a NUL.
///
/// `CStr::from_bytes_until_nul` takes several times as much code.
pub fn until_first_nul(bytes: &[u8]) -> Option<&CStr> {
    // SAFETY: there is a NUL within `bytes`, which the result borrows.
    (bytes.last() == Some(&0)).then(|| unsafe { CStr::from_ptr(bytes.as_ptr().cast()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_first_nul() {
        assert_eq!(until_first_nul(b"one\0two\0"), Some(c"one"));
        assert_eq!(until_first_nul(b"\0"), Some(c""));
        assert_eq!(until_first_nul(b"one\0two"), None);
        assert_eq!(until_first_nul(b""), None);
    }

    #[test]
    #[ignore = "a control: Miri must refuse it"]
    fn a_string_without_an_end_is_read_behind_its_last_byte() {
        // SAFETY: there is none.
        assert_ne!(unsafe { CStr::from_ptr([1; 4].as_ptr()) }, c"");
    }
}
