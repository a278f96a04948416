//! The words that options are read from: those of the command line, and those of an environment variable.

use super::text::take_part;
use crate::sys::stack::InitialStack;
use core::ffi::CStr;

/// A sequence of words.
#[derive(Clone, Copy)]
pub enum Words<'a> {
    /// The arguments of the command line, from the one at `next` on.
    Arguments {
        /// Where the arguments are.
        stack: &'a InitialStack<'a>,
        /// The index of the next word.
        next: usize,
    },
    /// The rest of a text in which spaces separate the words.
    Text(Option<&'a [u8]>),
}

impl<'a> Words<'a> {
    /// Takes the next word of the command line, as a path.
    pub fn take_path(&mut self) -> Option<&'a CStr> {
        match self {
            Self::Arguments { stack, next } => stack.argument(*next),
            Self::Text(_) => None,
        }
    }

    /// Takes the next word.
    pub fn take(&mut self) -> Option<&'a [u8]> {
        match self {
            Self::Arguments { stack, next } => {
                let word = stack.argument(*next)?;
                *next += 1;
                Some(word.to_bytes())
            }
            Self::Text(text) => loop {
                let word = take_part(text, b' ')?;
                if !word.is_empty() {
                    return Some(word);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_text_are_separated_by_spaces() {
        let words_of = |text: &'static str| {
            let mut words = Words::Text(Some(text.as_bytes()));
            std::iter::from_fn(|| words.take()).map(|word| str::from_utf8(word).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(words_of(" -t 10  -g   -r TERM:INT "), ["-t", "10", "-g", "-r", "TERM:INT"]);
        assert_eq!(words_of("-g"), ["-g"]);
        assert!(words_of("").is_empty() && words_of("  ").is_empty());
    }
}
