//! Tries all spoiled places, some of them at the same time, and reports those that no test notices.

use crate::Place;
use crate::known::Known;
use crate::outcomes::{Outcome, Outcomes, key};
use crate::report::report;
use crate::suite::Suite;
use crate::tree::{Built, Tree};
use crate::trial::Bench;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{thread, vec};

/// How many places are tried at the same time. Tests of a program that hangs wait most of their time.
const WORKERS: usize = 3;

/// How many tests that have noticed other places are run first.
const LIKELY: usize = 12;

/// What notices a place by a unit test.
const UNIT_TEST: &str = "a unit test";

/// What the workers share.
struct Shared<'a> {
    places: &'a [Place],
    known: Known,
    suite: Suite,
    outcomes: Mutex<Outcomes>,
}

/// Tries all of them, and reports those that no test notices.
///
/// # Errors
/// The project cannot be built, or its tests fail with the programs as they are.
pub fn run(project: &Path, platform: Option<String>, places: &[Place]) -> Result<ExitCode> {
    let known = Known::read()?;
    let folder: PathBuf = project.join("target/mutants").join(platform.as_deref().unwrap_or("this-machine"));
    println!("building the tests and the programs");
    let trees = (0..WORKERS).map(|worker| Tree::copy(project, &folder.join(worker.to_string()), platform.clone()));
    let trees: Vec<Tree> = trees.collect::<Result<_>>()?;
    let Built::Programs(originals) = trees[0].build()? else {
        bail!("the sources cannot be built as they are: make build says why")
    };
    let suite = Suite::build(project, platform, originals)?;
    let mut outcomes = Outcomes::open(&folder.join("outcomes"))?;
    let originals_key = key((&suite.originals, &suite.built));
    if outcomes.get(originals_key).is_none() {
        println!("running the tests with the programs as they are: all must pass");
        if let Some(failed) = Bench::new(&suite)?.with(&suite.originals)?.run_all()? {
            bail!("{failed} fails with the programs as they are");
        }
        outcomes.add(originals_key, "src", &Outcome::SameBytes)?;
    }
    let outcomes = Mutex::new(outcomes);
    let shared = Shared { places, known, suite, outcomes };
    let mut found = shared.pass(&trees, (0..places.len()).collect(), Tests::Quick)?;
    let left: Vec<usize> =
        found.iter().filter(|(_, outcome)| *outcome == Outcome::Survived).map(|(at, _)| *at).collect();
    if !left.is_empty() {
        println!("running the other tests for {} places that are left", left.len());
        found.retain(|(at, _)| !left.contains(at));
        found.extend(shared.pass(&trees, left, Tests::Rest)?);
    }
    found.sort_by_key(|(at, _)| *at);
    report(project, places, &found)
}

/// Which tests are run for a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    /// The likely ones, those of the source's own name, and the quick ones.
    Quick,
    /// The likely ones again, since the list may have grown, then those that are not quick.
    Rest,
}

impl Shared<'_> {
    /// Tries places in all trees.
    fn pass(&self, trees: &[Tree], places: Vec<usize>, tests: Tests) -> Result<Vec<(usize, Outcome)>> {
        let queue = Mutex::new(places.into_iter());
        thread::scope(|scope| {
            let workers: Vec<_> = trees.iter().map(|tree| scope.spawn(|| self.work(tree, &queue, tests))).collect();
            let results = workers.into_iter().map(|worker| worker.join().expect("a worker reports its errors"));
            Ok(results.collect::<Result<Vec<_>>>()?.concat())
        })
    }

    /// Tries one place after the other in a tree.
    fn work(&self, tree: &Tree, queue: &Mutex<vec::IntoIter<usize>>, tests: Tests) -> Result<Vec<(usize, Outcome)>> {
        let bench = Bench::new(&self.suite)?;
        let mut found = Vec::new();
        loop {
            let next = lock(queue).next();
            let Some(at) = next else { return Ok(found) };
            let place = &self.places[at];
            let start = Instant::now();
            let line = place.text.lines().nth(place.mutant.line - 1).unwrap_or_default();
            let outcome =
                match (self.outcome(place, tree, &bench, tests)?, self.known.why(&place.file, line, &place.mutant)) {
                    (Outcome::Survived, Some(why)) => Outcome::Equivalent(why.to_owned()),
                    (outcome, _) => outcome,
                };
            let seconds = start.elapsed().as_secs_f32();
            println!("{}/{} {place}: {outcome} ({seconds:.1} s)", at + 1, self.places.len());
            found.push((at, outcome));
        }
    }

    /// Returns what comes of a place, or what came of it in an earlier run with the same programs.
    fn outcome(&self, place: &Place, tree: &Tree, bench: &Bench, tests: Tests) -> Result<Outcome> {
        let outcomes = || lock(&self.outcomes);
        let originals = &self.suite.originals;
        let spoiled = place.spoiled();
        let text_key = key((&spoiled, &place.file, originals));
        if let Some(outcome) = outcomes().get(text_key) {
            return Ok(outcome);
        }
        tree.write(&place.file, &spoiled)?;
        let built = tree.build()?;
        let outcome = match built {
            Built::Refused => Outcome::Refused,
            Built::Programs(programs) if programs == *originals => Outcome::SameBytes,
            Built::Programs(programs) => {
                let bytes_key = key((&programs, originals));
                let known = outcomes().get(bytes_key);
                if let Some(outcome) = known {
                    outcome
                } else {
                    let outcome = self.test(place, &programs, tree, bench, tests)?;
                    outcomes().add(bytes_key, &place.file, &outcome)?;
                    outcome
                }
            }
        };
        tree.write(&place.file, &place.text)?;
        outcomes().add(text_key, &place.file, &outcome)?;
        Ok(outcome)
    }

    /// Runs the tests, the likely ones first, and the slow ones last.
    fn test(
        &self,
        place: &Place,
        programs: &[Vec<u8>; 2],
        tree: &Tree,
        bench: &Bench,
        tests: Tests,
    ) -> Result<Outcome> {
        let outcomes = || lock(&self.outcomes);
        let likely = outcomes().likely_tests(&place.file, LIKELY);
        let trial = bench.with(programs)?;
        // In the source's own file, or in others. They do not contain the sources of other platforms.
        let has_unit_tests = place.text.contains("#[cfg(test)]");
        let is_their_time = self.suite.platform.is_none() && has_unit_tests == (tests == Tests::Quick);
        if is_their_time && !tree.unit_tests_pass()? {
            return Ok(Outcome::Noticed(UNIT_TEST.to_owned()));
        }
        if let Some(failed) = trial.run_likely(&likely)? {
            return Ok(Outcome::Noticed(failed));
        }
        let failed = match tests {
            Tests::Quick => trial.run_own(&place.file)?.map_or_else(|| trial.run_quick(), |test| Ok(Some(test)))?,
            Tests::Rest => trial.run_rest()?,
        };
        Ok(failed.map_or(Outcome::Survived, Outcome::Noticed))
    }
}

/// Locks what the workers share. If one of them panics, the run ends anyway.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
