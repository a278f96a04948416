//! Records the calls of a real program as calls of the model, with the kernel's answers.

use crate::call::{Answer, Call};
use crate::decode;
use std::io;
use testkit::trace::{Event, RawCall, Traced};

/// The calls of a program, each with its answer. The last one, `exit_group`, has none.
pub type Trace = Vec<(Call, Option<Answer>)>;

/// A moment at which something can be made to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A program was executed, and has made no call.
    Executed,
    /// The program is about to make this call.
    Before(Call),
    /// The program rests.
    AtRest,
}

/// Which calls are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// All except those about files, messages, the terminal and the program itself, which the model of `init` leaves out.
    Protocol,
}

/// A recording.
struct Recorder {
    scope: Scope,
    trace: Trace,
    /// The descriptor of `/proc`, while it is open.
    proc: Option<i64>,
    /// Whether the walk through it has begun.
    walks: bool,
}

/// Records what a program does from its last `execve` until it ends. Calls `happen` at each moment.
pub fn record(traced: &mut Traced, scope: Scope, mut happen: impl FnMut(&Traced, Moment)) -> io::Result<Trace> {
    let mut recorder = Recorder { scope, trace: Trace::new(), proc: None, walks: false };
    loop {
        match traced.next_event()? {
            Event::Executed => {
                recorder.trace.clear();
                happen(traced, Moment::Executed);
            }
            Event::Entered(raw) => {
                if let Some(call) = recorder.enter(traced, raw)? {
                    happen(traced, Moment::Before(call));
                    recorder.trace.push((call, None));
                }
            }
            Event::Returned(raw, result) => recorder.leave(traced, raw, result)?,
            Event::Rests => happen(traced, Moment::AtRest),
            Event::Ended(_) => return Ok(recorder.trace),
        }
    }
}

impl Recorder {
    /// Returns the call to record, at its entry.
    fn enter(&mut self, traced: &Traced, raw: RawCall) -> io::Result<Option<Call>> {
        let call = decode::call(traced, raw)?;
        if self.scope == Scope::All {
            return Ok(Some(call));
        }
        match (raw.number, call) {
            (libc::SYS_openat, _) => return Ok(decode::opens(traced, raw, b"loadavg\0")?.then_some(Call::NewestPid)),
            (libc::SYS_getdents64, _) if self.proc.is_some() => {
                let begins = !std::mem::replace(&mut self.walks, true);
                return Ok(begins.then_some(Call::SignalEach { signal: 0, newest: 0, group_alone: false }));
            }
            (_, Call::Kill { pid: 1.., signal }) if self.walks => {
                let walk = self.trace.iter_mut().rev().find_map(|(call, _)| match call {
                    Call::SignalEach { signal, .. } => Some(signal),
                    _ => None,
                });
                *walk.expect("it has begun") = signal;
                return Ok(None);
            }
            _ => {}
        }
        let is_left_out = match call {
            Call::GetPid | Call::Write(_) => true,
            Call::Other(number) => LEFT_OUT.contains(&number),
            _ => false,
        };
        Ok((!is_left_out).then_some(call))
    }

    /// Records the answer to a call, at its exit.
    fn leave(&mut self, traced: &Traced, raw: RawCall, result: i64) -> io::Result<()> {
        match raw.number {
            libc::SYS_openat if decode::opens(traced, raw, b"/proc\0")? => self.proc = Some(result),
            libc::SYS_close if Some(raw.arguments[0] as i64) == self.proc => (self.proc, self.walks) = (None, false),
            _ => {}
        }
        let Some((call, answer @ None)) = self.trace.last_mut() else { return Ok(()) };
        *answer = match call {
            Call::NewestPid if raw.number == libc::SYS_read => Some(decode::newest_pid(traced, raw, result)?),
            Call::NewestPid => None, // it is still being opened
            call => Some(decode::answer(traced, *call, raw, result)?),
        };
        Ok(())
    }
}

/// The calls that [`Scope::Protocol`] leaves out.
const LEFT_OUT: [libc::c_long; 13] = [
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_read,
    libc::SYS_close,
    libc::SYS_getdents64,
    libc::SYS_close_range,
    libc::SYS_fcntl,
    libc::SYS_uname,
    libc::SYS_ioctl,
    libc::SYS_prctl,
    libc::SYS_rt_sigaction,
    libc::SYS_getpgid,
    libc::SYS_ppoll,
];
