//! What a job has come to: the states of its processes, and the foreground of its terminal.

use super::Job;
use crate::deadline::until_some;
use procfs::process::{Process, Stat, Status, all_processes_with_root};
use std::thread::sleep;
use std::time::Duration;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Runs,
    Stopped,
    Ended,
}

/// Whose process group is in the foreground of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreground {
    Program,
    /// The shell above, or the script.
    Shell,
    Somebody,
    /// There is no terminal.
    Unknown,
}

/// What a job has come to when nobody in it has anything more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobState {
    pub program: State,
    /// Its parent: the program under test, where there is one.
    pub parent: State,
    pub foreground: Foreground,
}

impl Job {
    /// Waits until nobody in the pod has anything more to do, and looks.
    #[track_caller]
    pub fn settle(&self) -> JobState {
        until_some("everybody in the pod waits or is stopped", || {
            let before = self.at_rest()?;
            // Who is stopped looks stopped slightly before the parent is told.
            sleep(Duration::from_millis(5));
            let look = self.look();
            (self.at_rest()? == before).then_some(look)
        })
    }

    /// Who is in the pod, and how often each has had the CPU, where nobody has it now.
    fn at_rest(&self) -> Option<Vec<(i32, u64)>> {
        let statuses = self.processes(|process| process.status().ok());
        let rests = |status: &Status| ["S", "T", "Z"].iter().any(|state| status.state.starts_with(state));
        let switches = |status: &Status| {
            status.voluntary_ctxt_switches.unwrap_or(0) + status.nonvoluntary_ctxt_switches.unwrap_or(0)
        };
        statuses.iter().all(rests).then(|| statuses.iter().map(|status| (status.pid, switches(status))).collect())
    }

    /// What it has come to by now.
    pub fn look(&self) -> JobState {
        let stats = self.stats();
        let state = |stat: Option<&Stat>| match stat.map(|stat| stat.state) {
            None | Some('Z' | 'X') => State::Ended,
            Some('T') => State::Stopped,
            Some(_) => State::Runs,
        };
        let program = stats.iter().find(|stat| is_program(stat));
        let parent = program.and_then(|program| stats.iter().find(|stat| stat.pid == program.ppid));
        let group = stats.iter().map(|stat| stat.tpgid).find(|group| *group > 0);
        // The parent of who was started from outside is not in the pod.
        let outermost = stats.iter().rfind(|stat| stat.ppid == 0);
        let leads = |stat: Option<&Stat>| group.is_some() && stat.map(|stat| stat.pgrp) == group;
        let foreground = match group {
            None => Foreground::Unknown,
            Some(_) if leads(program) => Foreground::Program,
            Some(_) if leads(outermost) => Foreground::Shell,
            Some(_) => Foreground::Somebody,
        };
        JobState { program: state(program), parent: state(parent), foreground }
    }

    /// The program, if it is alive.
    pub(super) fn program(&self) -> Option<Stat> {
        self.stats().into_iter().find(is_program)
    }

    pub(super) fn stats(&self) -> Vec<Stat> {
        self.processes(|process| process.stat().ok())
    }

    /// Something about everybody in the pod, by process ID. One that goes away meanwhile is not there.
    fn processes<T>(&self, about: impl Fn(Process) -> Option<T>) -> Vec<T> {
        let Ok(all) = all_processes_with_root(self.pod.proc()) else { return Vec::new() };
        let mut all: Vec<_> = all.filter_map(Result::ok).collect();
        all.sort_by_key(|process| process.pid);
        all.into_iter().filter_map(about).collect()
    }
}

fn is_program(stat: &Stat) -> bool {
    stat.comm == "probe-child" && stat.state != 'Z'
}
