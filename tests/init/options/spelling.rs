//! Every spelling of an option has the same meaning.

use nix::sys::signal::Signal;
use pause::init::options::{Options, Parser};
use pause::init::words::Words;
use proptest::collection::vec;
use proptest::prelude::*;

/// An option and its value, regardless of the spelling.
#[derive(Clone, Debug)]
pub enum Choice {
    Flag(char),
    Success(u8),
    ParentDeath(i32),
    Rewrite(i32, i32),
    GracePeriod(i32),
}

/// How an option is spelled.
#[derive(Clone, Debug)]
pub struct Spelling {
    is_joined: bool,
    is_long: bool,
    zeros: usize,
    has_prefix: bool,
    by_name: bool,
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        prop::sample::select(&['s', 'g', 'c', 'w', 'v', 'k'][..]).prop_map(Choice::Flag),
        any::<u8>().prop_map(Choice::Success),
        (1..=64).prop_map(Choice::ParentDeath),
        (1..=64, 0..=64).prop_map(|(from, to)| Choice::Rewrite(from, to)),
        prop_oneof![0..=3, 0..=999_999_999, Just(999_999_999)].prop_map(Choice::GracePeriod),
    ]
}

fn spelling() -> impl Strategy<Value = Spelling> {
    (any::<bool>(), any::<bool>(), 0..3_usize, any::<bool>(), any::<bool>()).prop_map(
        |(is_joined, is_long, zeros, has_prefix, by_name)| Spelling { is_joined, is_long, zeros, has_prefix, by_name },
    )
}

/// Generates options, each with a spelling.
pub fn spelled_choices() -> impl Strategy<Value = Vec<(Choice, Spelling)>> {
    vec((choice(), spelling()), 0..12)
}

/// Returns these options with a blank after each word: first with letters that share a word, then without.
pub fn spellings(choices: &[(Choice, Spelling)]) -> [String; 2] {
    let words: String = choices.iter().map(|(choice, spelling)| spelling.spell(choice)).collect();
    [cluster(&words), words]
}

impl Spelling {
    fn number(&self, number: i32) -> String {
        format!("{}{number}", "0".repeat(self.zeros))
    }

    /// Spells a signal, or 0.
    fn signal(&self, number: i32) -> String {
        match Signal::try_from(number).map(Signal::as_str) {
            Ok(name) if self.by_name && self.has_prefix => name.to_owned(),
            Ok(name) if self.by_name => name.replacen("SIG", "", 1),
            _ => self.number(number),
        }
    }

    fn spell(&self, choice: &Choice) -> String {
        let gap = if self.is_joined { "" } else { " " };
        let rewrite = |from, to| format!("{}:{}", self.signal(from), self.signal(to));
        match *choice {
            Choice::Flag('c') if self.is_long => "--single-child ".into(),
            Choice::Flag('v') if self.is_long => "--verbose ".into(),
            Choice::Flag('k') if self.is_long => "--keep-options ".into(),
            Choice::Flag(letter) => format!("-{letter} "),
            Choice::Success(code) => format!("-e{gap}{} ", self.number(code.into())),
            Choice::ParentDeath(signal) => format!("-p{gap}{} ", self.signal(signal)),
            Choice::Rewrite(from, to) if self.is_long && self.is_joined => format!("--rewrite={} ", rewrite(from, to)),
            Choice::Rewrite(from, to) if self.is_long => format!("--rewrite {} ", rewrite(from, to)),
            Choice::Rewrite(from, to) => format!("-r{gap}{} ", rewrite(from, to)),
            Choice::GracePeriod(seconds) => format!("-t{gap}{} ", self.number(seconds)),
        }
    }
}

/// Joins words of letters with the word of letters that follows: `-s -g -e7` is `-sge7`.
fn cluster(line: &str) -> String {
    let is_flags =
        |word: &str| word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|c| "sgcwvk".contains(c));
    let mut joined = String::new();
    let mut is_open = false;
    for word in line.split_terminator(' ') {
        let begins_letters = word.starts_with('-') && !word.starts_with("--");
        if is_open && begins_letters {
            joined.truncate(joined.len() - 1);
            joined += &word[1..];
        } else {
            joined += word;
        }
        joined += " ";
        is_open = is_flags(word);
    }
    joined
}

/// Asserts that `options` is the result of these options, in this order.
#[track_caller]
fn check(options: &Options, choices: &[(Choice, Spelling)]) {
    let mut flags = [0; 128];
    let mut statuses: Vec<i32> = (0..256).collect();
    let mut forwarded: Vec<i32> = (0..=64).collect();
    let (mut parent_death, mut grace_period) = (None, None);
    for (choice, _) in choices {
        match *choice {
            Choice::Flag(letter) => flags[letter as usize] += 1,
            Choice::Success(code) => statuses[usize::from(code)] = 0,
            // Of the others, the last one counts.
            Choice::ParentDeath(signal) => parent_death = Some(signal),
            Choice::Rewrite(from, to) => forwarded[from as usize] = to,
            Choice::GracePeriod(seconds) => grace_period = Some(seconds),
        }
    }
    let flag = |letter: char| flags[letter as usize] > 0;
    assert_eq!(options.is_subreaper, flag('s'));
    assert_eq!(options.signals_group, flag('g'));
    assert_eq!(options.shares_group, flag('c'));
    assert_eq!(options.warns_of_reaping, flag('w'));
    assert_eq!(options.keeps_variable, flag('k'));
    assert_eq!(options.verbosity as usize, flags['v' as usize]);
    assert_eq!((0..=255).map(|code| options.status(code)).collect::<Vec<_>>(), statuses);
    for signal in 1..=64 {
        let expected = Some(forwarded[signal as usize]).filter(|to| *to != 0);
        assert_eq!(options.rewritten(signal), expected, "signal {signal}");
    }
    assert_eq!(options.parent_death_signal, parent_death);
    assert_eq!(options.grace_period, grace_period);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_spelling_has_the_same_meaning(choices in spelled_choices()) {
        for options in spellings(&choices) {
            let line = format!("{options}program");
            let mut parser = Parser::new(Words::Text(Some(line.as_bytes())));
            prop_assert_eq!(parser.parse(), Ok(()), "{}", line);
            prop_assert_eq!(parser.words.take(), Some(&b"program"[..]), "{}", line);
            check(&parser.options, &choices);
        }
    }
}
