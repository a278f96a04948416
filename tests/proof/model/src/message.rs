//! A message on standard error: the calls by which both programs write it without waiting for a reader.

use crate::call::{Answer, Call};

/// A message that is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    text: &'static str,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    GetFlags,
    SetFlags(i32),
    Write(i32),
    Restore(i32),
}

impl Message {
    /// A message that begins with this text.
    pub fn new(text: &'static str) -> Self {
        Self { text, step: Step::GetFlags }
    }

    /// The next call.
    pub fn call(&self) -> Call {
        match self.step {
            Step::GetFlags => Call::GetStreamFlags,
            Step::SetFlags(flags) => Call::SetStreamFlags(flags | libc::O_NONBLOCK),
            Step::Write(_) => Call::Write(self.text),
            Step::Restore(flags) => Call::SetStreamFlags(flags),
        }
    }

    /// Goes on after an answer. Returns `None` after the last one.
    pub fn returned(self, answer: &Answer) -> Option<Self> {
        let step = match (self.step, answer) {
            (Step::GetFlags, Answer::Done(flags)) => Step::SetFlags(*flags),
            (Step::SetFlags(flags), Answer::Done(_)) => Step::Write(flags),
            (Step::Write(flags), _) if flags & libc::O_NONBLOCK == 0 => Step::Restore(flags),
            _ => return None,
        };
        Some(Self { step, ..self })
    }
}
