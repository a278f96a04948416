//! The report: all findings, the one with most zombies first.

use crate::advice;
use crate::facts::{Parent, Place, Zombie};
use crate::limits::Limit;
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::HashMap;

/// What a look at the machine has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The number of zombies in the findings.
    pub zombies: usize,
    /// The number of zombies that were not there at the earlier look. They are nobody's fault.
    pub young: usize,
    /// The kernel's limit of process IDs, if this `/proc` tells.
    pub pid_max: Option<u64>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// What this user cannot see: a sentence for each.
    pub missing: Vec<String>,
}

/// The zombies of one parent that are there for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The reason.
    pub verdict: Verdict,
    /// The reason in words: one sentence.
    pub sentence: String,
    /// What else is known, a sentence each.
    pub facts: Vec<String>,
    /// What heals it, one way each. A way can have lines to paste.
    pub remedies: Vec<String>,
    /// The parent, if it can be seen.
    pub parent: Option<Parent>,
    /// Where the zombies are.
    pub place: Place,
    /// The limits of their control group, the innermost first.
    pub limits: Vec<Limit>,
    /// The zombies, by process ID.
    pub zombies: Vec<Zombie>,
}

impl Report {
    /// Returns the report of these findings.
    pub fn new(mut findings: Vec<Finding>, young: usize, pid_max: Option<u64>, missing: Vec<String>) -> Self {
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.zombies.len()), finding.zombies[0].process.pid));
        count_below_limits(&mut findings);
        let zombies = findings.iter().map(|finding| finding.zombies.len()).sum();
        Self { zombies, young, pid_max, findings, missing }
    }

    /// Returns the exit status: 0 for no zombie that matters, 1 for some, 2 if there is none, but not all could be seen.
    pub fn status(&self) -> u8 {
        match (self.zombies, self.missing.is_empty()) {
            (0, true) => 0,
            (0, false) => 2,
            _ => 1,
        }
    }
}

impl Finding {
    /// Returns the finding of at least one zombie, with its words.
    pub fn new(
        verdict: Verdict,
        parent: Option<Parent>,
        place: Place,
        limits: Vec<Limit>,
        zombies: Vec<Zombie>,
    ) -> Self {
        let sentence = advice::sentence(&verdict, parent.as_ref(), &place);
        let facts = advice::facts(&verdict, parent.as_ref());
        let remedies = advice::remedies(&verdict, parent.as_ref(), &place, &zombies);
        Self { verdict, sentence, facts, remedies, parent, place, limits, zombies }
    }
}

/// Counts the zombies below each limit: several findings can share one, as that of a pod.
fn count_below_limits(findings: &mut [Finding]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for finding in &*findings {
        for limit in &finding.limits {
            *counts.entry(limit.cgroup.clone()).or_default() += finding.zombies.len();
        }
    }
    for limit in findings.iter_mut().flat_map(|finding| &mut finding.limits) {
        limit.zombies = counts[&limit.cgroup];
    }
}
