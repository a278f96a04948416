//! Replays a trace of a real program on its automaton: each call must be the one that the automaton makes next.

use crate::call::{Answer, Call, Program, Signals};
use crate::record::Trace;
use std::fmt::{self, Display, Formatter};

/// Why a trace is not one of this automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The automaton makes another call.
    Call { at: usize, expected: Call, made: Call },
    /// The kernel of the model never answers so.
    Answer { at: usize, call: Call, answer: Answer },
    /// The trace ends in the middle, or goes on after the end.
    End { at: usize },
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        match self {
            Self::Call { at, expected, made } => write!(formatter, "call {at} is {made:?} instead of {expected:?}"),
            Self::Answer { at, call, answer } => write!(formatter, "call {at}: {call:?} cannot return {answer:?}"),
            Self::End { at } => {
                write!(formatter, "the trace must end with exit_group alone, but call {at} is the last")
            }
        }
    }
}

/// Replays a trace from the first call of a program to its `exit_group`.
///
/// # Errors
/// The automaton does not make these calls.
pub fn replay<P: Program>(mut program: P, trace: &Trace) -> Result<(), Refusal> {
    for (at, (made, answer)) in trace.iter().enumerate() {
        let expected = program.call();
        if !expected.is_made_by(*made) {
            return Err(Refusal::Call { at, expected, made: *made });
        }
        match answer {
            Some(answer) if !made.may_get(answer) => {
                return Err(Refusal::Answer { at, call: *made, answer: answer.clone() });
            }
            Some(answer) => program.returned(answer.clone()),
            None if matches!(made, Call::Exit(_)) && at + 1 == trace.len() => return Ok(()),
            None => return Err(Refusal::End { at }),
        }
    }
    Err(Refusal::End { at: trace.len().saturating_sub(1) })
}

/// Asserts that a trace with one call changed, left out or exchanged with the next one is refused.
///
/// # Panics
/// If one of them is accepted.
pub fn assert_refuses_changes<P: Program>(program: &P, trace: &Trace) {
    let mut refused = 0;
    for at in 0..trace.len() {
        let (call, _) = &trace[at];
        let mut changed = trace.clone();
        changed[at].0 = another(*call);
        let mut without = trace.clone();
        // If the same call follows, the kernel could have given the second answer at once.
        if trace.get(at + 1).is_none_or(|(next, _)| next != call) {
            without.remove(at);
        }
        let mut exchanged = trace.clone();
        exchanged.swap(at, (at + 1) % trace.len());
        for (how, spoiled) in [("is changed", changed), ("is left out", without), ("comes too late", exchanged)] {
            if spoiled != *trace {
                assert!(replay(program.clone(), &spoiled).is_err(), "call {at}, {call:?}, {how}");
                refused += 1;
            }
        }
    }
    println!("{refused} changed traces are refused");
}

/// The same call with another argument, or another call.
fn another(call: Call) -> Call {
    match call {
        Call::SetMask(set) => Call::SetMask(Signals(set.0 ^ 1 << 8)),
        Call::SetAction { signal, flags } => Call::SetAction { signal, flags: flags ^ libc::SA_NOCLDWAIT },
        Call::Reap { options } => Call::Reap { options: options ^ libc::WNOHANG },
        Call::Wait { set, limit: None } => Call::Wait { set, limit: Some(1) },
        Call::Wait { set, limit } => Call::Wait { set: Signals(set.0 ^ 1 << 16), limit },
        Call::SetStreamFlags(flags) => Call::SetStreamFlags(flags ^ libc::O_NONBLOCK),
        Call::Exit(status) => Call::Exit(status + 1),
        _ => Call::Other(-1),
    }
}
