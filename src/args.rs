//! The argument vector that the kernel left on the stack, and the environment that follows it: `argc`, `argc` pointers to
//! strings, a null pointer; and pointers to strings again, with a null pointer at their end.
#![allow(unsafe_code)] // the stack is read here

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
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

    /// The argument at `index`, where 0 is the program's own name.
    pub fn get(&self, index: usize) -> Option<Str<'static>> {
        // Each of them points to a string that ends with a NUL, and stays there, unchanged, for as long as the process
        // lives.
        self.vector().get(index).map(|&argument| Str(argument.cast(), PhantomData))
    }

    /// The arguments from `index` on, as the vector of a program to execute. Empty where there are none.
    pub fn from(&self, index: usize) -> Arguments<'_> {
        let index = index.min(self.vector().len());
        // SAFETY: `argc` pointers and a null pointer follow `argc`, so there is one at that index.
        Arguments(unsafe { self.0.add(1 + index).cast() }, PhantomData)
    }

    /// Writes the two in the place of the argument at `index` and of the one before, and returns the vector that begins
    /// there: that of a shell which is to run a script with the arguments after `index`. Nothing where there is no place.
    pub fn shell_vector<'a>(&'a mut self, index: usize, shell: Str<'a>, script: Str<'a>) -> Option<Arguments<'a>> {
        if index == 0 || index >= self.vector().len() {
            return None;
        }
        // SAFETY: as `index` is that of an argument, and not 0, so is the one before it. The stack can be written, and
        // nobody holds on to a slice of it, since we are borrowed alone.
        unsafe {
            let place = self.0.add(index).cast::<*const c_char>().cast_mut();
            place.write(shell.0.cast());
            place.add(1).write(script.0.cast());
            Some(Arguments(place, PhantomData))
        }
    }

    /// The environment, as that of a program to execute.
    pub fn environment(&self) -> Environment {
        // SAFETY: it begins after the null pointer at the end of the arguments.
        Environment(unsafe { self.0.add(1 + self.vector().len() + 1).cast() })
    }

    /// All the arguments, the program's name first. Empty where `argc` is 0.
    fn vector(&self) -> &[*const c_char] {
        // SAFETY: the address is that of `argc`, and `argc` pointers follow it (System V ABI, "Initial Process Stack";
        // Linux: `create_elf_tables`). Nobody writes there while the program runs.
        unsafe { slice::from_raw_parts(self.0.add(1).cast(), *self.0) }
    }
}

/// Pointers to strings and a null pointer, as `execve` takes the arguments of a program.
pub struct Arguments<'a>(*const *const c_char, PhantomData<&'a Args>);

impl Arguments<'_> {
    /// Where the first of them is.
    pub fn address(&self) -> usize {
        self.0 as usize
    }
}

/// The same with strings of the form `NAME=value`.
#[derive(Clone, Copy)]
pub struct Environment(*const *const c_char);

impl Environment {
    /// Where the first of them is.
    pub fn address(self) -> usize {
        self.0 as usize
    }

    /// The value of the first variable of that name.
    pub fn get(self, name: &'static CStr) -> Option<Str<'static>> {
        let mut place = self.0;
        loop {
            // SAFETY: `place` is not past the null pointer, as nothing goes on after that.
            let variable: *const c_char = unsafe { *place };
            if variable.is_null() {
                return None;
            }
            // It points to a string, which stays there for as long as the process lives.
            if let Some(mut value) = Str(variable.cast(), PhantomData).strip_prefix(name.into())
                && value.next() == Some(b'=')
            {
                return Some(value);
            }
            // SAFETY: this was not the null pointer, so another one follows.
            place = unsafe { place.add(1) };
        }
    }
}

/// A string as the kernel has them: bytes, and a NUL after the last. It is walked rather than measured: an iterator over
/// what is left of it.
#[derive(Clone, Copy)]
pub struct Str<'a>(*const u8, PhantomData<&'a CStr>);

impl<'a> Str<'a> {
    /// The string that these bytes begin with. Nothing where the last of them is no NUL: there may be none at its end.
    pub fn beginning(bytes: &'a [u8]) -> Option<Self> {
        (bytes.last() == Some(&0)).then_some(Self(bytes.as_ptr(), PhantomData))
    }

    /// Where it is.
    pub fn address(self) -> usize {
        self.0 as usize
    }

    /// What comes after `prefix`, if it begins with that.
    pub fn strip_prefix(mut self, prefix: Str) -> Option<Self> {
        for byte in prefix {
            if self.next() != Some(byte) {
                return None;
            }
        }
        Some(self)
    }
}

impl<'a> From<&'a CStr> for Str<'a> {
    fn from(string: &'a CStr) -> Self {
        Self(string.as_ptr().cast(), PhantomData)
    }
}

impl Iterator for Str<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        // SAFETY: a NUL ends the string, and we go no further than to that.
        unsafe {
            let byte = *self.0;
            (byte != 0).then(|| {
                self.0 = self.0.add(1);
                byte
            })
        }
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
