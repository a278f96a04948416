//! `make mutants`: spoils the sources of `pause` and `init` one place at a time. The tests must notice each.
//!
//! | module     | job                                                              |
//! | ---------- | ---------------------------------------------------------------- |
//! | [`places`] | what can be spoiled in a source                                  |
//! | [`spoil`]  | what else can be written there                                   |
//! | [`tree`]   | a copy of the project, and the programs that are built from it   |
//! | [`trial`]  | the quick tests, until one of them fails                         |
//! | [`known`]  | the spoiled places that change no behaviour                      |
//!
//! `cargo-mutants` is not used: it spoils neither constants nor flags, removes no call, and cannot see that the machine
//! code has stayed the same.
#![forbid(unsafe_code)]

mod known;
mod places;
mod spoil;
mod tree;
mod trial;

use anyhow::{Context, Result};
use known::Known;
use lexopt::prelude::*;
use spoil::Mutant;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use tree::{Built, Tree};
use trial::Trial;

const USAGE: &str = "usage: mutants [--list] [--platform PLATFORM] [FILE…]      such as src/pause/hold.rs
Spoils the sources one place at a time, and runs the tests. Without files, it spoils all sources of this machine's programs. With
--list, it prints the places. With --platform, such as linux/s390x, it runs the tests with that platform's programs.";

/// What came of a spoiled place.
enum Outcome {
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
    let mut mutants = Vec::new();
    for file in files {
        let text = fs::read_to_string(project.join(&file)).with_context(|| format!("{file} cannot be read"))?;
        for mutant in places::find(&text).with_context(|| format!("{file} is no Rust"))? {
            mutants.push((file.clone(), text.clone(), mutant));
        }
    }
    if is_list {
        mutants.iter().for_each(|(file, _, mutant)| println!("{}", describe(file, mutant)));
        return Ok(ExitCode::SUCCESS);
    }
    run(&project, platform, &mutants)
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

/// Tries all of them, and reports those that no test noticed.
fn run(project: &Path, platform: Option<String>, mutants: &[(String, String, Mutant)]) -> Result<ExitCode> {
    let known = Known::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("equivalent.toml"))?;
    let folder: PathBuf = project.join("target/mutants");
    let tree = Tree::copy(project, &folder, platform.clone())?;
    println!("building the tests and the programs");
    let trial = Trial::build(project, platform)?;
    let Built::Programs(originals) = tree.build()? else {
        anyhow::bail!("the sources cannot be built as they are: make build says why")
    };
    println!("running the tests with the programs as they are: all must pass");
    if let Some(failed) = trial.run(&originals, [true; 2])? {
        anyhow::bail!("{failed} fails with the programs as they are");
    }
    let mut survivors = Vec::new();
    let mut counts = [0; 5];
    for (i, (file, text, mutant)) in mutants.iter().enumerate() {
        let start = Instant::now();
        let spoiled = [&text[..mutant.range.start], &mutant.new, &text[mutant.range.end..]].concat();
        tree.write(file, &spoiled)?;
        let outcome = try_one(&tree, &trial, &originals)?;
        tree.restore(file)?;
        let line = text.lines().nth(mutant.line - 1).unwrap_or_default();
        let outcome = match (outcome, known.why(file, line, mutant)) {
            (Outcome::Survived, Some(why)) => Outcome::Equivalent(why.to_owned()),
            (outcome, _) => outcome,
        };
        let (kind, said) = match outcome {
            Outcome::Refused => (0, "cannot be built".to_owned()),
            Outcome::SameBytes => (1, "same machine code".to_owned()),
            Outcome::Noticed(test) => (2, format!("noticed by {test}")),
            Outcome::Equivalent(why) => (3, format!("no change of behaviour: {why}")),
            Outcome::Survived => (4, "NOT NOTICED".to_owned()),
        };
        counts[kind] += 1;
        let described = describe(file, mutant);
        println!("{}/{} {described}: {said} ({:.1} s)", i + 1, mutants.len(), start.elapsed().as_secs_f32());
        if kind == 4 {
            survivors.push(described);
        }
    }
    let [refused, same, noticed, equivalent, survived] = counts;
    println!(
        "\n{} places: {noticed} noticed by a test, {refused} by the compiler, {same} with the same machine code, \
         {equivalent} change no behaviour, {survived} not noticed",
        mutants.len()
    );
    survivors.iter().for_each(|survivor| println!("not noticed: {survivor}"));
    Ok(if survivors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn try_one(tree: &Tree, trial: &Trial, originals: &[Vec<u8>; 2]) -> Result<Outcome> {
    let Built::Programs(programs) = tree.build()? else { return Ok(Outcome::Refused) };
    let is_spoiled = [0, 1].map(|i| programs[i] != originals[i]);
    if is_spoiled == [false; 2] {
        return Ok(Outcome::SameBytes);
    }
    if let Some(test) = trial.run(&programs, is_spoiled)? {
        return Ok(Outcome::Noticed(test));
    }
    Ok(if tree.unit_tests_pass()? { Outcome::Survived } else { Outcome::Noticed("a unit test".to_owned()) })
}

fn describe(file: &str, Mutant { line, old, new, .. }: &Mutant) -> String {
    let short = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(70).collect::<String>();
    format!("{file}:{line}: `{}` → `{}`", short(old), short(new))
}
