//! Options mean what they say, however they are spelled.

use pause::init::options::{Options, Parser, Stop};
use pause::init::words::Words;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write;

/// An option, in no spelling.
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
    prefix: bool,
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
        |(is_joined, is_long, zeros, prefix, by_name)| Spelling { is_joined, is_long, zeros, prefix, by_name },
    )
}

/// Options, each with its spelling.
pub fn spelled_choices() -> impl Strategy<Value = Vec<(Choice, Spelling)>> {
    vec((choice(), spelling()), 0..12)
}

/// The words for these options, a blank after each: an option in each word, and with letters in one word.
pub fn spellings(choices: &[(Choice, Spelling)]) -> [String; 2] {
    let mut words = String::new();
    for (choice, spelling) in choices {
        spelling.spell(choice, &mut words);
    }
    [cluster(&words), words]
}

impl Spelling {
    fn number(&self, number: i32) -> String {
        format!("{}{number}", "0".repeat(self.zeros))
    }

    fn signal(&self, number: i32) -> String {
        let name = nix::sys::signal::Signal::try_from(number).map(|signal| signal.as_str());
        match name {
            Ok(name) if self.by_name && self.prefix => name.to_owned(),
            Ok(name) if self.by_name => name.replacen("SIG", "", 1),
            _ => self.number(number),
        }
    }

    /// Appends the option, and a blank unless letters may follow in the same word.
    fn spell(&self, choice: &Choice, line: &mut String) {
        let gap = if self.is_joined { "" } else { " " };
        let signal_or_nothing = |number| if number == 0 { self.number(0) } else { self.signal(number) };
        let long = match choice {
            Choice::Flag('c') => Some("single-child".into()),
            Choice::Flag('v') => Some("verbose".into()),
            Choice::Flag('k') => Some("keep-options".into()),
            Choice::Rewrite(from, to) => {
                let mark = if self.is_joined { "=" } else { " " };
                Some(format!("rewrite{mark}{}:{}", self.signal(*from), signal_or_nothing(*to)))
            }
            _ => None,
        };
        if self.is_long
            && let Some(long) = long
        {
            return write!(line, "--{long} ").expect("a string takes it");
        }
        let (letter, value) = match choice {
            Choice::Flag(letter) => return write!(line, "-{letter} ").expect("a string takes it"),
            Choice::Success(code) => ('e', self.number((*code).into())),
            Choice::ParentDeath(signal) => ('p', self.signal(*signal)),
            Choice::Rewrite(from, to) => ('r', format!("{}:{}", self.signal(*from), signal_or_nothing(*to))),
            Choice::GracePeriod(seconds) => ('t', self.number(*seconds)),
        };
        write!(line, "-{letter}{gap}{value} ").expect("a string takes it");
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

/// What these options come to, one after the other.
#[track_caller]
fn check(options: &Options, choices: &[Choice]) {
    let flags =
        |letter: char| choices.iter().filter(|choice| matches!(choice, Choice::Flag(flag) if *flag == letter)).count();
    assert_eq!(options.is_subreaper, flags('s') > 0);
    assert_eq!(options.signals_group, flags('g') > 0);
    assert_eq!(options.shares_group, flags('c') > 0);
    assert_eq!(options.warns_of_reaping, flags('w') > 0);
    assert_eq!(options.keeps_variable, flags('k') > 0);
    assert_eq!(options.verbosity as usize, flags('v'));
    for status in 0..=255 {
        let is_success = choices.iter().any(|choice| matches!(choice, Choice::Success(code) if *code == status));
        assert_eq!(options.status(status), if is_success { 0 } else { status.into() });
    }
    // Of the others the last one counts.
    let last = |find: &dyn Fn(&Choice) -> Option<i32>| choices.iter().rev().find_map(find);
    for signal in 1..=64 {
        let to = last(&|choice| match choice {
            Choice::Rewrite(from, to) if *from == signal => Some(*to),
            _ => None,
        });
        assert_eq!(options.forwarded_for(signal), Some(to.unwrap_or(signal)).filter(|to| *to != 0), "signal {signal}");
    }
    let parent_death = last(&|choice| if let Choice::ParentDeath(signal) = choice { Some(*signal) } else { None });
    assert_eq!(options.parent_death_signal, parent_death.unwrap_or(0));
    let seconds = last(&|choice| if let Choice::GracePeriod(seconds) = choice { Some(*seconds) } else { None });
    assert_eq!(options.grace_period, seconds);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_spelling_means_the_same(choices in spelled_choices()) {
        for options in spellings(&choices) {
            let line = format!("{options}program");
            let mut parser = Parser::new(Words::Text(Some(line.as_bytes())));
            prop_assert_eq!(parser.parse(), Stop::Program, "{}", line);
            prop_assert_eq!(parser.words.take(), Some(&b"program"[..]), "{}", line);
            let choices: Vec<Choice> = choices.iter().map(|(choice, _)| choice.clone()).collect();
            check(&parser.options, &choices);
        }
    }
}
