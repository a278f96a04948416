//! What `init` accepts: the command lines, and the values of `INIT_OPTIONS`, that the grammar in `docs/init.md` derives.

use crate::oracle::{CHARACTERS, derives, grammar};
use bnf::Grammar;
use pause::init::options::{Answer, Parser};
use pause::init::words::Words;
use std::sync::LazyLock;

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(grammar);

/// Longer sentences take the parser of the grammar too long, and consist of the same parts.
const LONGEST: usize = 40;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    check(|parser| parser.parse(), bytes);
}

/// Asserts that the parser accepts the words of a text if, and only if, the grammar does.
pub fn check(parse: impl Fn(&mut Parser) -> Result<(), Answer>, bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if text.len() > LONGEST || text.chars().any(|c| !CHARACTERS.contains(&c) && !matches!(c, ' ' | '\n')) {
        return;
    }
    let sentence: String = text.split_whitespace().map(|word| format!("{word} ")).collect();
    let mut parser = Parser::new(Words::Text(Some(sentence.as_bytes())));
    let result = parse(&mut parser);
    let asks = matches!(result, Err(Answer::Help | Answer::Version | Answer::Pause));
    let has_more = parser.words.take().is_some(); // the program, or the directory of --install
    let is_command_line = asks || has_more && matches!(result, Ok(()) | Err(Answer::Install));
    assert_eq!(is_command_line, derives(&GRAMMAR, "command-line", &sentence), "{sentence:?} as a command line");
    let is_variable = asks || !has_more && result.is_ok();
    assert_eq!(is_variable, derives(&GRAMMAR, "INIT_OPTIONS", &sentence), "{sentence:?} as INIT_OPTIONS");
}
