//! The spoiled places that change no behaviour, each with the reason: `equivalent.toml`.

use crate::read_list;
use crate::spoil::Mutant;
use anyhow::Result;
use serde::Deserialize;

/// The list.
#[derive(Deserialize)]
pub struct Known {
    #[serde(default)]
    equivalent: Vec<Equivalent>,
}

/// Places where a spoiled text changes no behaviour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    /// The file, in the project.
    file: String,
    /// A part of the line.
    line: String,
    /// What stands at the place.
    old: String,
    /// What is written there.
    new: String,
    /// Why that changes no behaviour.
    why: String,
}

impl Known {
    /// Reads the list.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read() -> Result<Self> {
        read_list("equivalent.toml")
    }

    /// Returns why this mutant of a line changes no behaviour, if that is known.
    pub fn why(&self, file: &str, line: &str, mutant: &Mutant) -> Option<&str> {
        let is_it = |known: &&Equivalent| {
            known.file == file && line.contains(&known.line) && known.old == mutant.old && known.new == mutant.new
        };
        self.equivalent.iter().find(is_it).map(|known| &*known.why)
    }
}
