//! The argument vector that the kernel left on the stack: `argc`, `argc` pointers to strings, and a null pointer.
#![allow(unsafe_code)] // the stack is read here

use core::ffi::{CStr, c_char};
use core::slice;

/// The arguments of this process.
///
/// The entry point hands it to `main` as the address of the initial stack, and nothing else makes one: that the field
/// is private is what the reads below rest on.
#[repr(transparent)]
pub struct Args(*const usize);

impl Args {
    /// Whether an argument, the program's own name left out, equals `flag`; ASCII case makes no difference. `flag` is
    /// given in lower case.
    pub fn contain(&self, flag: &CStr) -> bool {
        self.vector().iter().skip(1).any(|&argument| equals(argument, flag))
    }

    /// All the arguments, the program's name first. Empty where `argc` is 0.
    fn vector(&self) -> &[*const c_char] {
        // SAFETY: the address is that of `argc`, and `argc` pointers follow it (System V ABI, "Initial Process Stack";
        // Linux: `create_elf_tables`). Nobody writes there while the program runs.
        unsafe { slice::from_raw_parts(self.0.add(1).cast(), *self.0) }
    }
}

/// Whether a NUL-terminated string equals `flag`, the string's ASCII case ignored.
///
/// Looks no further than the first difference, so the length of the string does not matter.
fn equals(string: *const c_char, flag: &CStr) -> bool {
    // SAFETY: the callers pass pointers to NUL-terminated strings. The walk goes on to the next byte only after one that
    // equals one of `flag` and is not its last, so not a NUL.
    let byte = |i| unsafe { *string.cast::<u8>().add(i) };
    flag.to_bytes_with_nul().iter().enumerate().all(|(i, wanted)| byte(i).to_ascii_lowercase() == *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::ffi::CString;
    use std::iter::once;
    use std::ptr::null;

    /// Whether a process with these arguments, the program's name first, was given `flag`. Lays the stack out as the
    /// kernel does.
    fn contain(arguments: &[&[u8]], flag: &str) -> bool {
        let flag = CString::new(flag).unwrap();
        let strings: Vec<CString> = arguments.iter().map(|bytes| CString::new(*bytes).unwrap()).collect();
        let pointers = strings.iter().map(|string| string.as_ptr()).chain(once(null()));
        let stack: Vec<usize> = once(strings.len()).chain(pointers.map(|pointer| pointer as usize)).collect();
        Args(stack.as_ptr()).contain(&flag)
    }

    #[test]
    fn a_flag_is_found_in_any_place_and_case() {
        assert!(contain(&[b"pause", b"-v"], "-v"));
        assert!(contain(&[b"pause", b"-V"], "-v"));
        assert!(contain(&[b"pause", b"", b"x", b"-v", b"y"], "-v"));
    }

    #[test]
    fn the_programs_own_name_is_no_flag() {
        assert!(!contain(&[b"-v"], "-v"));
    }

    #[test]
    fn no_arguments_at_all_are_no_flag() {
        assert!(!contain(&[], "-v"));
    }

    #[test]
    fn what_only_begins_or_ends_like_a_flag_is_none() {
        for argument in [&b""[..], b"-", b"v", b"-vv", b"-v ", b"--v", b"\xadv", b"-\xd6", b"-6"] {
            assert!(!contain(&[b"pause", argument], "-v"), "{argument:?}");
        }
    }

    /// Arguments that are likely to be near misses.
    fn argument() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            vec(1_u8.., 0..8),
            vec(prop::sample::select(&b"-vVgGuU=\x0d\x16"[..]), 0..4),
            "-[vV]".prop_map(Vec::from)
        ]
    }

    proptest! {
        #[test]
        fn a_flag_is_found_where_an_argument_equals_it(
            arguments in vec(argument(), 0..8),
            flag in prop_oneof![Just("-v"), "[a-z-]{0,6}".prop_map(|flag| &*flag.leak())],
        ) {
            let expected = arguments.iter().skip(1).any(|argument| argument.eq_ignore_ascii_case(flag.as_bytes()));
            let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(contain(&arguments, flag), expected);
        }
    }
}
