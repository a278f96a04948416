//! The command line of `init` and the variables by which it takes options, as `main` reads them. Each line is an argument,
//! and the lines after `ENVIRONMENT` are variables.

use super::lines;
use crate::meaning::{End, Meaning, number};
use crate::stack::Stack;
use pause::init::options::{Answer, INIT_OPTIONS, Mistake, Options, Parser};
use pause::init::words::Words;
use pause::sys::stack::InitialStack;
use std::ffi::CStr;

/// What was read: the index of the program or another answer, the last word, and the options.
pub struct Read {
    result: Result<usize, Answer>,
    word: Vec<u8>,
    options: Options,
}

impl Read {
    /// Returns what this parser has read.
    pub fn of(parser: Parser, result: Result<usize, Answer>) -> Self {
        Self { result, word: parser.word.to_vec(), options: parser.options }
    }
}

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    check(read, bytes);
}

/// Reads as `main` does.
pub fn read(stack: &InitialStack) -> Read {
    let mut parser = Parser::new(Words::Text(stack.variable(INIT_OPTIONS).map(CStr::to_bytes)));
    let result = parser.parse_variable().and_then(|()| parser.parse_command_line(stack));
    parser.options.read_variables(stack);
    Read::of(parser, result)
}

/// Asserts that the options, and where they end, are what a second reading says.
pub fn check(read: impl Fn(&InitialStack) -> Read, bytes: &[u8]) {
    let lines = lines(bytes);
    let (arguments, environment) = match lines.iter().position(|line| line == b"ENVIRONMENT") {
        Some(at) => (&lines[..at], &lines[at + 1..]),
        None => (&lines[..], &[][..]),
    };
    let mut stack = Stack::new(&[&[&b"init"[..]], arguments].concat(), environment);
    let found = read(&stack.initial());

    let variable = |name: &str| environment.iter().find_map(|variable| variable.strip_prefix(name.as_bytes()));
    let words = variable("INIT_OPTIONS=").unwrap_or_default().split(|byte| *byte == b' ');
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    let mut meaning = Meaning::default();
    let (expected, word) = match meaning.read(&words) {
        End::With(answer, at) => (Err(answer), words[at]),
        End::Before(at) if at < words.len() => (Err(Answer::Mistake(Mistake::UnknownOption)), words[at]),
        End::Before(_) => match meaning.read(arguments) {
            End::With(answer, at) => (Err(answer), arguments[at]),
            End::Before(at) if at < arguments.len() => (Ok(1 + at), &b""[..]), // the first one is the program's own name
            End::Before(_) => (Err(Answer::Mistake(Mistake::NoProgram)), &b""[..]),
        },
    };
    assert_eq!(found.result, expected);
    // The message of each other mistake names the word.
    let is_named = |mistake| mistake != Mistake::NoProgram;
    if matches!(expected, Err(Answer::Mistake(mistake)) if is_named(mistake)) {
        assert_eq!(found.word, word);
    }

    for (name, letter) in [("TINI_SUBREAPER=", b's'), ("TINI_KILL_PROCESS_GROUP=", b'g')] {
        *meaning.flags.entry(letter).or_default() += i32::from(variable(name).is_some());
    }
    meaning.verbosity = variable("TINI_VERBOSITY=").map(|value| number(value).unwrap_or(0) - 1);
    meaning.check(&found.options);
}
