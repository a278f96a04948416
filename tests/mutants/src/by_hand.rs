//! Spoiled places that no rule finds, such as exchanged statements: `by-hand.toml`.

use crate::read_list;
use crate::spoil::Mutant;
use anyhow::{Result, bail};
use serde::Deserialize;

/// The list.
#[derive(Deserialize)]
pub struct ByHand {
    spoil: Vec<Spoil>,
}

/// One place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoil {
    /// What the program does wrong then.
    name: String,
    /// The file, in the project.
    file: String,
    /// What stands there, once in the file.
    old: String,
    /// What is written there.
    new: String,
}

impl ByHand {
    /// Reads the list.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read() -> Result<Self> {
        read_list("by-hand.toml")
    }

    /// Returns the places in a file.
    ///
    /// # Errors
    /// What is to be replaced does not stand once in its text.
    pub fn find(&self, file: &str, text: &str) -> Result<Vec<Mutant>> {
        let of_file = self.spoil.iter().filter(|spoil| spoil.file == file);
        let mutants = of_file.map(|Spoil { name, old, new, .. }| {
            let [start] = text.match_indices(&**old).map(|(at, _)| at).collect::<Vec<_>>()[..] else {
                bail!("{file} does not contain once what is replaced by the spoil \"{name}\"");
            };
            let line = text[..start].matches('\n').count() + 1;
            Ok(Mutant { line, range: start..start + old.len(), old: old.clone(), new: new.clone() })
        });
        mutants.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// A source may have changed since.
    #[test]
    fn what_is_replaced_stands_once_in_its_source() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let by_hand = ByHand::read().expect("the list is there");
        for Spoil { file, .. } in &by_hand.spoil {
            let text = fs::read_to_string(project.join(file)).expect("the source is there");
            assert_ne!(by_hand.find(file, &text).expect("each stands there once"), []);
        }
    }
}
