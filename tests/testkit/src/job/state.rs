//! The state of a job: whether its processes run, and which process group is in the foreground of its terminal.

use super::place::PROBE_CHILD;
use crate::deadline::until_some;
use crate::pod::Pod;
use crate::usage::switches;
use procfs::process::{Process, Stat, all_processes_with_root};
use std::fs;
use std::thread::sleep;
use std::time::Duration;

/// The state of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is neither stopped nor ended.
    Runs,
    /// A signal has stopped it.
    Stopped,
    /// It is a zombie, or gone.
    Ended,
}

/// The process group in the foreground of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreground {
    /// The program's.
    Program,
    /// That of the shell or script that started the job.
    Shell,
    /// Another one.
    Other,
    /// There is no terminal.
    NoTerminal,
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobState {
    /// The program's state.
    pub program: State,
    /// The state of its parent, which is the program under test if there is one.
    pub parent: State,
    /// The process group in the foreground.
    pub foreground: Foreground,
}

/// Waits until all processes of the pod sleep or are stopped, and returns the job's state.
#[track_caller]
pub(super) fn settle(pod: &Pod) -> JobState {
    until_some("all processes of the pod sleep or are stopped", || {
        let before = switches_at_rest(pod)?;
        sleep(Duration::from_millis(5));
        let state = state_of(pod);
        (switches_at_rest(pod)? == before).then_some(state)
    })
}

/// Returns the IDs of all threads in the pod and their context switches, or `None` if one of them runs.
fn switches_at_rest(pod: &Pod) -> Option<Vec<(i32, u64)>> {
    let threads = processes(pod, |process| Some(process.tasks().ok()?.filter_map(Result::ok).collect::<Vec<_>>()));
    let mut switches_of = Vec::new();
    for thread in threads.iter().flatten() {
        // A thread is seen as stopped slightly before the kernel tells its parent, and on a busy machine it may lose the CPU
        // in between. This file is read when the thread has left the CPU of its own accord.
        _ = fs::read(pod.proc().join(format!("{}/task/{}/syscall", thread.pid, thread.tid))); // it may have ended
    }
    for thread in threads.iter().flatten() {
        let Ok(status) = thread.status() else { continue };
        if !["S", "T", "Z"].iter().any(|state| status.state.starts_with(state)) {
            return None;
        }
        switches_of.push((thread.tid, switches(&status)));
    }
    Some(switches_of)
}

/// Returns the job's state now.
pub(super) fn state_of(pod: &Pod) -> JobState {
    let stats = stats(pod);
    let state = |stat: Option<&Stat>| match stat.map(|stat| stat.state) {
        None | Some('Z' | 'X') => State::Ended,
        Some('T') => State::Stopped,
        Some(_) => State::Runs,
    };
    let program = stats.iter().find(|stat| is_program(stat));
    let parent = program.and_then(|program| stats.iter().find(|stat| stat.pid == program.ppid));
    let group = stats.iter().map(|stat| stat.tpgid).find(|group| *group > 0);
    // The parent of a process that has joined the pod is outside, so its ID is 0 here.
    let outermost = stats.iter().rfind(|stat| stat.ppid == 0);
    let is_in_foreground = |stat: Option<&Stat>| group.is_some() && stat.map(|stat| stat.pgrp) == group;
    let foreground = match group {
        None => Foreground::NoTerminal,
        Some(_) if is_in_foreground(program) => Foreground::Program,
        Some(_) if is_in_foreground(outermost) => Foreground::Shell,
        Some(_) => Foreground::Other,
    };
    JobState { program: state(program), parent: state(parent), foreground }
}

/// Returns the program, if it is alive.
pub(super) fn program(pod: &Pod) -> Option<Stat> {
    stats(pod).into_iter().find(is_program)
}

/// Returns all processes of the pod, by process ID.
pub(super) fn stats(pod: &Pod) -> Vec<Stat> {
    processes(pod, |process| process.stat().ok())
}

/// Returns the result of `about` for each process of the pod, by process ID, except for those that end meanwhile.
fn processes<T>(pod: &Pod, about: impl Fn(Process) -> Option<T>) -> Vec<T> {
    let Ok(all) = all_processes_with_root(pod.proc()) else { return Vec::new() };
    let mut all: Vec<_> = all.filter_map(Result::ok).collect();
    all.sort_by_key(|process| process.pid);
    all.into_iter().filter_map(about).collect()
}

fn is_program(stat: &Stat) -> bool {
    stat.comm == PROBE_CHILD && stat.state != 'Z'
}
