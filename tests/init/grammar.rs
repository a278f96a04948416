//! The command line is what the grammar in `docs/init.md` says: `init` accepts the sentences of that, and nothing else.

use crate::option_values::{spelled_choices, spellings};
use crate::run::{outcome, piped, text};
use bnf::rand::rngs::StdRng;
use bnf::rand::{Rng as _, SeedableRng as _};
use bnf::{CoverageGuided, Grammar, Term};
use pause::init::options::{Parser, Stop};
use pause::init::words::Words;
use proptest::prelude::*;
use std::sync::LazyLock;
use testkit::PodProcess;
use testkit::platform::EmulatorLimit;

const DOCUMENT: &str = include_str!("../../docs/init.md");

/// What can be in a word here. The grammar leaves that open.
const CHARACTERS: std::ops::RangeInclusive<char> = '!'..='~';

/// Changes to a sentence are made of these.
const PIECES: [&str; 46] = [
    " ",
    " ",
    "-",
    "--",
    "- ",
    "-- ",
    "=",
    ":",
    "0",
    "1",
    "2",
    "5",
    "6",
    "9",
    "00",
    "64",
    "65",
    "255",
    "256",
    "SIG",
    "TERM",
    "IOT",
    "POLL",
    "HUP",
    "term",
    "s",
    "g",
    "c",
    "w",
    "v",
    "k",
    "h",
    "l",
    "V",
    "e",
    "p",
    "r",
    "t",
    "x",
    "--help",
    "--version",
    "--rewrite",
    "--single-child",
    "--verbose",
    "--keep-options",
    "program",
];

/// The grammar of the document, and what it leaves open. A sentence is derived from one of two symbols.
fn grammar() -> Grammar {
    let block = DOCUMENT.split("```bnf\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.expect("the document has a grammar");
    let alternatives = |but: char| {
        let characters = CHARACTERS.filter(|character| *character != but);
        let quoted =
            characters.map(|character| if character == '"' { "'\"'".into() } else { format!("\"{character}\"") });
        quoted.collect::<Vec<_>>().join(" | ")
    };
    let open = format!(
        "<word> ::= <character> <rest>\n<program> ::= \"-\" | <first> <rest>\n<first> ::= {}\n<character> ::= {}\n",
        alternatives('-'),
        alternatives('\0')
    );
    format!("{block}\n{open}").parse().expect("it is in BNF")
}

/// Sentences that are derived from this symbol, and others that differ from them a little.
struct Sentences {
    grammar: Grammar,
    start: Term,
    strategy: CoverageGuided,
    random: StdRng,
}

impl Sentences {
    fn from(symbol: &str) -> Self {
        let mut grammar = grammar();
        // A sentence is generated from the first production.
        let start = Term::Nonterminal(symbol.into());
        let first = grammar.productions_iter().find(|production| production.lhs == start).expect("it is there").clone();
        let others: Vec<_> = grammar.productions_iter().filter(|production| production.lhs != start).cloned().collect();
        grammar = Grammar::from_parts([vec![first], others].concat());
        let strategy = CoverageGuided::from_seed([1; 32]); // takes what it has not taken yet
        Self { grammar, start, strategy, random: StdRng::seed_from_u64(1) }
    }

    /// The next one.
    fn next(&mut self) -> String {
        self.grammar.generate_seeded_with_strategy(&mut self.strategy).expect("the grammar is complete")
    }

    /// A sentence with one to three changes.
    fn next_changed(&mut self) -> String {
        let mut sentence = self.next();
        for _ in 0..self.random.random_range(1..=3) {
            let from = self.random.random_range(0..=sentence.len());
            let to = (from + self.random.random_range(0..=2)).min(sentence.len());
            let piece = PIECES[self.random.random_range(0..PIECES.len())];
            sentence.replace_range(from..to, if self.random.random_range(0..4) == 0 { "" } else { piece });
        }
        // Each word is followed by one blank.
        sentence.split(' ').filter(|word| !word.is_empty()).map(|word| format!("{word} ")).collect()
    }

    /// This many sentences, and as many that are changed, each with whether it is derived from the symbol.
    fn both(mut self, count: usize) -> Vec<(String, bool)> {
        let derived: Vec<_> = (0..count).map(|_| (self.next(), true)).collect();
        let changed: Vec<String> = (0..count).map(|_| self.next_changed()).collect();
        let parser = self.grammar.build_parser().expect("the grammar is complete");
        let is_derived = |sentence: &str| parser.parse_input_starting_with(sentence, &self.start).next().is_some();
        let changed: Vec<_> = changed.iter().map(|sentence| (sentence.clone(), is_derived(sentence))).collect();
        let accepted = changed.iter().filter(|(_, is_derived)| *is_derived).count();
        assert!(
            (count / 10..count * 9 / 10).contains(&accepted),
            "{accepted} of {count} are derived: there is no control"
        );
        [derived, changed].concat()
    }
}

fn parser(sentence: &str) -> Parser<'_> {
    Parser::new(Words::Text(Some(sentence.as_bytes())))
}

/// Whether the parser of `init` has found no mistake.
fn is_accepted(stop: Stop) -> bool {
    matches!(stop, Stop::Program | Stop::Help | Stop::Version)
}

#[test]
fn the_parser_accepts_the_command_lines_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("command-line").both(1000) {
        let mut parser = parser(&sentence);
        let stop = parser.parse();
        let has_program = stop != Stop::Program || parser.words.take().is_some();
        assert_eq!(is_accepted(stop) && has_program, is_derived, "{sentence:?}");
    }
}

#[test]
fn the_parser_accepts_the_variables_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("INIT_OPTIONS").both(1000) {
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
        let parser = GRAMMAR.build_parser().expect("the grammar is complete");
        let start = Term::Nonterminal("command-line".into());
        for options in spellings(&choices) {
            let sentence = format!("{options}program ");
            prop_assert!(parser.parse_input_starting_with(&sentence, &start).next().is_some(), "{}", sentence);
        }
    }
}

/// What `init` says to these words, and to this variable. It finds no program anywhere.
fn said(words: &[&str], variable: Option<&str>) -> String {
    let mut command = piped(words);
    command.env("PATH", "/nowhere").env("TINI_VERBOSITY", "0").env_remove("INIT_OPTIONS");
    command.envs(variable.map(|variable| ("INIT_OPTIONS", variable)));
    let output = PodProcess::outside(command).wait();
    text(&output.stderr).to_owned()
}

/// Whether `init` says that it made nothing of its words.
fn is_refused(words: &[&str], variable: Option<&str>) -> bool {
    said(words, variable).contains("\nusage: init ")
}

#[test]
fn init_accepts_the_command_lines_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("command-line").both(100) {
        let words: Vec<&str> = sentence.split_terminator(' ').collect();
        assert_eq!(is_refused(&words, None), !is_derived, "{words:?}: {}", said(&words, None));
    }
}

#[test]
fn init_accepts_the_variables_of_the_grammar_and_no_others() {
    for (sentence, is_derived) in Sentences::from("INIT_OPTIONS").both(50) {
        let variable = Some(sentence.trim_end());
        assert_eq!(is_refused(&["program"], variable), !is_derived, "{sentence:?}: {}", said(&["program"], variable));
    }
}

#[test]
fn a_word_may_hold_blanks_or_nothing() {
    for words in [&[""][..], &["a b"], &[" -s"], &["--", "-s -g"], &["--", ""], &["-g", "", "-x"]] {
        assert!(!is_refused(words, None), "{words:?}: {}", said(words, None));
    }
    for words in [&["-t", "", "a"][..], &["-t", " 1", "a"], &["-t1 ", "a"], &["-p", "TERM ", "a"], &["-s g", "a"]] {
        assert!(is_refused(words, None), "{words:?}: {}", said(words, None));
    }
}

#[test]
fn the_longest_zeros_make_no_difference() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let zeros = "0".repeat(100_000);
    for (option, value) in [("-t", "1"), ("-p", "15"), ("-e", "7"), ("-r", "15:2")] {
        let output = outcome(&[option, &format!("{zeros}{value}"), "true"]);
        assert_eq!(output.status.code(), Some(0), "{option}: {}", text(&output.stderr));
    }
}
