//! The value of an option: the first byte is its letter, and the others are the value. What was read, spelled with numbers
//! alone, is read again as the same.

use crate::meaning::Meaning;
use pause::init::options::{Answer, Mistake, Parser};
use pause::init::words::Words;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let Some((letter @ (b'e' | b'p' | b'r' | b't'), value)) = bytes.split_first() else { return };
    if value.is_empty() || value.iter().any(|byte| matches!(byte, b' ' | 0)) {
        return; // it would be another word, or several
    }
    let mut meaning = Meaning::default();
    let expected = meaning.set(*letter, value).ok_or(Answer::Mistake(Mistake::WrongValue));
    let joined = [b"-", &[*letter][..], value].concat();
    let apart = [b"-", &[*letter][..], b" ", value].concat();
    let long = [b"--rewrite=", value].concat();
    let lines: &[&[u8]] = if *letter == b'r' { &[&joined, &apart, &long] } else { &[&joined, &apart] };
    for line in lines {
        let mut parser = Parser::new(Words::Text(Some(line)));
        assert_eq!(parser.parse_variable(), expected, "{:?}", String::from_utf8_lossy(line));
        if expected.is_ok() {
            meaning.check(&parser.options);
        }
    }
    let again = spelled(&meaning);
    let mut parser = Parser::new(Words::Text(Some(again.as_bytes())));
    assert_eq!(parser.parse_variable(), Ok(()), "{again}");
    meaning.check(&parser.options);
}

/// Spells the options with numbers.
fn spelled(meaning: &Meaning) -> String {
    let successes = meaning.successes.iter().map(|status| format!("-e{status} "));
    let rewrites = meaning.rewrites.iter().map(|(from, to)| format!("-r{from}:{to} "));
    let signal = meaning.parent_death_signal.map(|signal| format!("-p{signal} "));
    let seconds = meaning.grace_period.map(|seconds| format!("-t{seconds} "));
    successes.chain(rewrites).chain(signal).chain(seconds).collect()
}
