//! `make mutants`: spoils the sources of `pause` and `init` one place at a time. The tests must notice each.
//!
//! | module        | job                                                              |
//! | ------------- | ---------------------------------------------------------------- |
//! | [`places`]    | what can be spoiled in a source                                  |
//! | [`spoil`]     | what else can be written there                                   |
//! | [`by_hand`]   | spoiled places that no rule finds                                |
//! | [`run`]       | tries all places                                                 |
//! | [`tree`]      | a copy of the project, and the programs that are built from it   |
//! | [`suite`]     | the test programs                                                |
//! | [`trial`]     | the quick tests, until one of them fails                         |
//! | [`programs`]  | writes the programs that are tested                              |
//! | [`contained`] | where a spoiled program cannot harm this machine                 |
//! | [`outcomes`]  | what came of each place, also in earlier runs                    |
//! | [`report`]    | how many places came to what                                     |
//! | [`known`]     | the spoiled places that change no behaviour                      |
//!
//! `cargo-mutants` is not used: it spoils neither constants nor flags, removes no call, and cannot see that the machine
//! code has stayed the same.
#![forbid(unsafe_code)]

mod by_hand;
mod contained;
mod known;
mod outcomes;
mod places;
mod programs;
mod report;
mod run;
mod spoil;
mod suite;
mod tree;
mod trial;

use anyhow::{Context, Result};
use by_hand::ByHand;
use lexopt::prelude::*;
use serde::de::DeserializeOwned;
use spoil::Mutant;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{fmt, fs};

const USAGE: &str = "usage: mutants [--list] [--platform PLATFORM] [FILE…]      such as src/pause/hold.rs
Spoils the sources one place at a time, and runs the tests. Without files, it spoils all sources of this machine's programs. With
--list, it prints the places. With --platform, such as linux/s390x, it runs the tests with that platform's programs.";

/// A spoiled place of a source.
pub struct Place {
    /// The source, in the project.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What is spoiled.
    pub mutant: Mutant,
}

impl Place {
    /// Returns the spoiled text.
    pub fn spoiled(&self) -> String {
        let Mutant { range, new, .. } = &self.mutant;
        [&self.text[..range.start], new, &self.text[range.end..]].concat()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let short =
            |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(70).collect::<String>();
        let Mutant { line, old, new, .. } = &self.mutant;
        write!(f, "{}:{line}: `{}` → `{}`", self.file, short(old), short(new))
    }
}

fn main() -> Result<ExitCode> {
    let (mut is_list, mut platform, mut files) = (false, None, Vec::new());
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("list") => is_list = true,
            Long("platform") => platform = Some(arguments.value()?.string()?),
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(ExitCode::SUCCESS);
            }
            Value(file) => files.push(file.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let files = if files.is_empty() { sources(&project)? } else { files };
    let by_hand = ByHand::read()?;
    let mut places = Vec::new();
    for file in files {
        let text = fs::read_to_string(project.join(&file)).with_context(|| format!("{file} cannot be read"))?;
        let by_rule = places::find(&text).with_context(|| format!("{file} is no Rust"))?;
        for mutant in by_rule.into_iter().chain(by_hand.find(&file, &text)?) {
            places.push(Place { file: file.clone(), text: text.clone(), mutant });
        }
    }
    if is_list {
        places.iter().for_each(|place| println!("{place}"));
        return Ok(ExitCode::SUCCESS);
    }
    run::run(&project, platform, &places)
}

/// Reads a list of this package.
///
/// # Errors
/// It cannot be read.
fn read_list<T: DeserializeOwned>(name: &str) -> Result<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
}

/// Returns the sources that this machine's programs consist of: not those of other architectures, nor tests.
fn sources(project: &Path) -> Result<Vec<String>> {
    let listed = Command::new("git").arg("-C").arg(project).args(["ls-files", "src"]).output()?.stdout;
    let is_source = |file: &&str| {
        let other = file.contains("/arch/") && !file.ends_with(&format!("/{}.rs", std::env::consts::ARCH));
        file.ends_with(".rs") && !file.ends_with("/tests.rs") && !other
    };
    Ok(String::from_utf8(listed)?.lines().filter(is_source).map(str::to_owned).collect())
}
