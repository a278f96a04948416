//! `init` accepts the command lines that the grammar in `docs/init.md` derives, and no others.

use super::oracle::{derives, grammar};
use super::spelling::{spelled_choices, spellings};
use crate::run::{command, run, text};
use bnf::rand::rngs::StdRng;
use bnf::rand::{Rng as _, SeedableRng as _};
use bnf::{CoverageGuided, Grammar, Production, Term};
use pause::init::options::{Answer, Parser};
use pause::init::words::Words;
use proptest::prelude::*;
use std::sync::LazyLock;
use testkit::PodProcess;
use testkit::platform::EmulatorLimit;

/// A change inserts one of these or one of the long options into a sentence.
const PIECES: [&str; 41] = [
    " ", " ", "-", "--", "- ", "-- ", "=", ":", "0", "1", "2", "5", "6", "9", "00", "64", "65", "255", "256", "SIG",
    "TERM", "IOT", "POLL", "HUP", "term", "s", "g", "c", "w", "v", "k", "h", "l", "V", "P", "e", "p", "r", "t", "x",
    "program",
];
const LONG_OPTIONS: [&str; 8] =
    ["--help", "--version", "--rewrite", "--single-child", "--verbose", "--keep-options", "--pause", "--install"];

/// Generates sentences that the grammar derives from a symbol, and changed ones that it may not derive.
struct Sentences {
    grammar: Grammar,
    start: Term,
    strategy: CoverageGuided,
    random: StdRng,
}

impl Sentences {
    fn from(symbol: &str) -> Self {
        // The crate generates a sentence from the first production.
        let start = Term::Nonterminal(symbol.into());
        let is_start = |production: &Production| production.lhs == start;
        let (first, others): (Vec<_>, Vec<_>) = grammar().productions_iter().cloned().partition(is_start);
        let grammar = Grammar::from_parts([first, others].concat());
        let strategy = CoverageGuided::from_seed([1; 32]); // prefers productions that it has not used yet
        Self { grammar, start, strategy, random: StdRng::seed_from_u64(1) }
    }

    /// Returns a sentence of the grammar.
    fn next(&mut self) -> String {
        self.grammar.generate_seeded_with_strategy(&mut self.strategy).expect("the grammar is complete")
    }

    /// Returns a sentence of the grammar with one to three changes.
    fn next_changed(&mut self) -> String {
        let mut sentence = self.next();
        for _ in 0..self.random.random_range(1..=3) {
            let from = self.random.random_range(0..=sentence.len());
            let to = (from + self.random.random_range(0..=2)).min(sentence.len());
            let pieces = [&PIECES[..], &LONG_OPTIONS].concat();
            let piece = pieces[self.random.random_range(0..pieces.len())];
            sentence.replace_range(from..to, if self.random.random_range(0..4) == 0 { "" } else { piece });
        }
        // In the grammar, every word is followed by one blank.
        sentence.split(' ').filter(|word| !word.is_empty()).map(|word| format!("{word} ")).collect()
    }

    /// Returns `count` sentences and as many changed ones, each with whether the grammar derives it.
    fn generate(mut self, count: usize) -> Vec<(String, bool)> {
        let derived: Vec<_> = (0..count).map(|_| (self.next(), true)).collect();
        let changed: Vec<String> = (0..count).map(|_| self.next_changed()).collect();
        let parser = self.grammar.build_parser().expect("the grammar is complete");
        let is_derived = |sentence: &str| parser.parse_input_starting_with(sentence, &self.start).next().is_some();
        let changed: Vec<_> = changed.iter().map(|sentence| (sentence.clone(), is_derived(sentence))).collect();
        let accepted = changed.iter().filter(|(_, is_derived)| *is_derived).count();
        assert!(
            (count / 10..count * 9 / 10).contains(&accepted),
            "the control: {accepted} of {count} changed sentences are still derived"
        );
        [derived, changed].concat()
    }
}

fn parser(sentence: &str) -> Parser<'_> {
    Parser::new(Words::Text(Some(sentence.as_bytes())))
}

/// Returns whether the parser has found no mistake.
fn is_accepted(result: Result<(), Answer>) -> bool {
    matches!(result, Ok(()) | Err(Answer::Help | Answer::Version | Answer::Pause))
}

#[test]
fn the_parser_accepts_the_command_lines_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("command-line").generate(1000) {
        let mut parser = parser(&sentence);
        let result = parser.parse();
        let is_complete = match result {
            Ok(()) | Err(Answer::Install) => parser.words.take().is_some(), // the program, or the directory
            _ => is_accepted(result),
        };
        assert_eq!(is_complete, is_derived, "{sentence:?}");
    }
}

#[test]
fn the_parser_accepts_the_variables_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("INIT_OPTIONS").generate(1000) {
        for sentence in [format!("  {}", sentence.replace(' ', "   ")), sentence.trim_end().into(), sentence] {
            assert_eq!(is_accepted(parser(&sentence).parse_variable()), is_derived, "{sentence:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_option_is_in_the_grammar(choices in spelled_choices()) {
        static GRAMMAR: LazyLock<Grammar> = LazyLock::new(grammar);
        for options in spellings(&choices) {
            let sentence = format!("{options}program ");
            prop_assert!(derives(&GRAMMAR, "command-line", &sentence), "{}", sentence);
        }
    }
}

/// Returns whether the option that `answer` stands for comes before any mistake.
fn asks_for(answer: Answer, arguments: &[&str], variable: Option<&str>) -> bool {
    let parsed = parser(variable.unwrap_or_default()).parse_variable();
    parsed.and_then(|()| parser(&arguments.join(" ")).parse()) == Err(answer)
}

/// Asserts whether `init` accepts these arguments and this INIT_OPTIONS. The program does not exist.
#[track_caller]
fn assert_init(is_accepted: bool, arguments: &[&str], variable: Option<&str>) {
    let mut command = command(arguments);
    command.env("PATH", "/nowhere").env("TINI_VERBOSITY", "0");
    command.envs(variable.map(|variable| ("INIT_OPTIONS", variable)));
    let mut process = PodProcess::outside(command);
    if asks_for(Answer::Pause, arguments, variable) && !EmulatorLimit::NoSubreaper.applies() {
        process.until_it_waits();
        process.signal(libc::SIGTERM);
    }
    let output = process.wait();
    let messages = text(&output.stderr);
    assert_eq!(!messages.contains("\nusage: init "), is_accepted, "{arguments:?}, {variable:?}: {messages}");
}

#[test]
fn init_accepts_the_command_lines_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("command-line").generate(100) {
        let arguments: Vec<&str> = sentence.split_terminator(' ').collect();
        // The directory could be any, so `install` tests that.
        if !asks_for(Answer::Install, &arguments, None) {
            assert_init(is_derived, &arguments, None);
        }
    }
}

#[test]
fn init_accepts_the_variables_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("INIT_OPTIONS").generate(100) {
        assert_init(is_derived, &["program"], Some(sentence.trim_end()));
    }
}

#[test]
fn an_argument_may_contain_blanks_or_be_empty() {
    for arguments in [&[""][..], &["a b"], &[" -s"], &["--", "-s -g"], &["--", ""], &["-g", "", "-x"]] {
        assert_init(true, arguments, None);
    }
    for arguments in [&["-t", "", "a"][..], &["-t", " 1", "a"], &["-t1 ", "a"], &["-p", "TERM ", "a"], &["-s g", "a"]] {
        assert_init(false, arguments, None);
    }
}

#[test]
fn a_number_may_begin_with_many_zeros() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let zeros = "0".repeat(100_000);
    for (option, value) in [("-t", "1"), ("-p", "15"), ("-e", "7"), ("-r", "15:2")] {
        let output = run(&[option, &format!("{zeros}{value}"), "true"]);
        assert_eq!(output.status.code(), Some(0), "{option}: {}", text(&output.stderr));
    }
}
