//! An initial stack as the kernel lays it out, with any arguments and any environment.

use pause::sys::stack::InitialStack;
use std::ffi::{CStr, CString, c_char};
use std::iter::once;
use std::ptr::{null, without_provenance};

/// The words of the stack, and the strings that they point to.
pub struct Stack {
    words: Vec<*const c_char>,
    strings: Vec<CString>,
    argument_count: usize,
}

impl Stack {
    /// Lays out a stack. The first argument is the program's own name.
    pub fn new(arguments: &[&[u8]], environment: &[&[u8]]) -> Self {
        let all = arguments.iter().chain(environment);
        let strings: Vec<CString> = all.map(|bytes| CString::new(*bytes).expect("no byte is a NUL")).collect();
        let (first, second) = strings.split_at(arguments.len());
        let pointers = |strings: &[CString]| strings.iter().map(|string| string.as_ptr()).collect::<Vec<_>>();
        let words = once(without_provenance(arguments.len()))
            .chain(pointers(first))
            .chain(once(null()))
            .chain(pointers(second))
            .chain(once(null()))
            .collect();
        Self { words, strings, argument_count: arguments.len() }
    }

    /// Returns what the entry point would pass to `main`.
    pub fn initial(&mut self) -> InitialStack<'_> {
        // SAFETY: the words are laid out as the kernel does it. They and the strings live as long as the result, which
        // borrows them, and which nobody else can make meanwhile.
        unsafe { InitialStack::at(self.words.as_mut_ptr().cast()) }
    }

    /// Returns the variables that a program would find there now. One of them may have been replaced by `replacement`.
    pub fn environment<'a>(&'a self, replacement: &'a CStr) -> Vec<&'a CStr> {
        let pointers = self.words[1 + self.argument_count + 1..].iter().take_while(|pointer| !pointer.is_null());
        let string = |pointer: &*const c_char| {
            let mut strings = self.strings.iter().map(CString::as_c_str).chain(once(replacement));
            strings.find(|string| string.as_ptr() == *pointer).expect("a pointer is one of those before")
        };
        pointers.map(string).collect()
    }
}
