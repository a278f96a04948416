//! What came of each spoiled place, in a file: another run tries only the places that no test has noticed.

use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;

/// What came of a spoiled place.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It cannot be built.
    Refused,
    /// The programs have the same bytes.
    SameBytes,
    /// This test failed.
    Noticed(String),
    /// It changes no behaviour, for this reason.
    Equivalent(String),
    /// No test failed.
    Survived,
}

const REFUSED: &str = "cannot be built";
const SAME_BYTES: &str = "same machine code";
const NOTICED: &str = "noticed by ";

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused => f.write_str(REFUSED),
            Self::SameBytes => f.write_str(SAME_BYTES),
            Self::Noticed(test) => write!(f, "{NOTICED}{test}"),
            Self::Equivalent(why) => write!(f, "no change of behaviour: {why}"),
            Self::Survived => f.write_str("NOT NOTICED"),
        }
    }
}

/// The outcomes of this run and of earlier ones.
pub struct Outcomes {
    file: File,
    known: HashMap<u64, Outcome>,
    /// The tests that have noticed a place, the last one first. Each with the source.
    noticed: Vec<(String, String)>,
}

/// Returns the key of an outcome: a digest of what it depends on.
pub fn key(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Outcomes {
    /// Reads the outcomes of earlier runs from a file, which may not exist yet.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(path: &Path) -> Result<Self> {
        let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
        let file = File::options().append(true).create(true).open(path)?;
        let mut outcomes = Self { file, known: HashMap::new(), noticed: Vec::new() };
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            let (Some(key), Some(source), Some(said)) = (words.next(), words.next(), words.next()) else { continue };
            let outcome = match said {
                REFUSED => Outcome::Refused,
                SAME_BYTES => Outcome::SameBytes,
                _ => {
                    Outcome::Noticed(said.strip_prefix(NOTICED).with_context(|| format!("unknown: {said}"))?.to_owned())
                }
            };
            outcomes.learn(key.parse()?, source, outcome);
        }
        Ok(outcomes)
    }

    /// Returns the outcome with this key.
    pub fn get(&self, key: u64) -> Option<Outcome> {
        self.known.get(&key).cloned()
    }

    /// Stores what came of a place in `source`. A place that no test has noticed is not stored: the next run tries it
    /// again.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, key: u64, source: &str, outcome: &Outcome) -> Result<()> {
        if matches!(outcome, Outcome::Refused | Outcome::SameBytes | Outcome::Noticed(_)) {
            writeln!(self.file, "{key} {source} {outcome}")?;
            self.learn(key, source, outcome.clone());
        }
        Ok(())
    }

    fn learn(&mut self, key: u64, source: &str, outcome: Outcome) {
        if let Outcome::Noticed(test) = &outcome {
            let noticed = (source.to_owned(), test.clone());
            self.noticed.retain(|other| *other != noticed);
            self.noticed.insert(0, noticed);
        }
        self.known.insert(key, outcome);
    }

    /// Returns the tests that noticed other places: those of the same source first, the latest ones first.
    pub fn likely_tests(&self, source: &str, most: usize) -> Vec<String> {
        let (same, others): (Vec<_>, Vec<_>) = self.noticed.iter().partition(|(of, _)| of == source);
        let mut tests: Vec<String> = Vec::new();
        for (_, test) in same.into_iter().chain(others) {
            if !tests.contains(test) {
                tests.push(test.clone());
            }
        }
        tests.truncate(most);
        tests
    }
}
