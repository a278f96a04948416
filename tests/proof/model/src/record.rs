//! Records the calls of a real program as calls of the model, with the kernel's answers.

use crate::call::{Answer, Call, Info, Signals};
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

/// Records what a program does from its last `execve` until it ends. Calls `happen` at each moment.
pub fn record(traced: &mut Traced, mut happen: impl FnMut(&Traced, Moment)) -> io::Result<Trace> {
    let mut trace = Trace::new();
    loop {
        match traced.next_event()? {
            Event::Executed => {
                trace.clear();
                happen(traced, Moment::Executed);
            }
            Event::Entered(raw) => {
                let call = call(traced, raw)?;
                happen(traced, Moment::Before(call));
                trace.push((call, None));
            }
            Event::Returned(raw, result) => {
                let (call, place) = trace.last_mut().expect("the call was entered");
                *place = Some(answer(traced, *call, raw, result)?);
            }
            Event::Rests => happen(traced, Moment::AtRest),
            Event::Ended(_) => return Ok(trace),
        }
    }
}

/// Translates a call at its entry, when its arguments are still as the program has set them.
fn call(traced: &Traced, raw: RawCall) -> io::Result<Call> {
    let [first, second, third, ..] = raw.arguments;
    let number = |argument: u64| argument as i32;
    let signals = |address| traced.read(address).map(|bytes| Signals(u64::from_ne_bytes(bytes)));
    Ok(match (raw.number, first, second) {
        (libc::SYS_rt_sigprocmask, how, set) if number(how) == libc::SIG_SETMASK => Call::SetMask(signals(set)?),
        (libc::SYS_capset, ..) => Call::DropCapabilities,
        (libc::SYS_prctl, what, 1) if number(what) == libc::PR_SET_NO_NEW_PRIVS => Call::ForbidNewPrivileges,
        (libc::SYS_getpid, ..) => Call::GetPid,
        (libc::SYS_rt_sigaction, signal, action) if action != 0 => match words(traced, action)? {
            [0, flags] => Call::SetAction { signal: number(signal), flags: flags as i32 },
            _ => Call::Other(raw.number), // a handler
        },
        (libc::SYS_wait4, who, _) if number(who) == -1 => Call::Reap { options: number(third) },
        (libc::SYS_rt_sigtimedwait, set, _) => {
            let limit = if third == 0 { None } else { Some(nanoseconds(traced, third)?) };
            Call::Wait { set: signals(set)?, limit }
        }
        (libc::SYS_fcntl, 2, command) if number(command) == libc::F_GETFL => Call::GetStreamFlags,
        (libc::SYS_fcntl, 2, command) if number(command) == libc::F_SETFL => Call::SetStreamFlags(number(third)),
        (libc::SYS_write, 2, text) => {
            let mut bytes = vec![0; third as usize];
            traced.read_into(text, &mut bytes)?;
            // Leaked, because the texts of the model are constants. A trace has few of them.
            Call::Write(String::from_utf8_lossy(&bytes).into_owned().leak())
        }
        (libc::SYS_exit_group, status, _) => Call::Exit(number(status)),
        _ => Call::Other(raw.number),
    })
}

/// Translates an answer at the exit of a call, when the kernel has filled what it fills.
fn answer(traced: &Traced, call: Call, raw: RawCall, result: i64) -> io::Result<Answer> {
    if result < 0 {
        return Ok(Answer::Failed(-result as i32));
    }
    Ok(match call {
        Call::Wait { .. } => Answer::Taken(info(&traced.read(raw.arguments[1])?)),
        _ => Answer::Done(result as i32),
    })
}

/// Reads the two words at the beginning of a `struct sigaction` or a `struct timespec`.
fn words(traced: &Traced, address: u64) -> io::Result<[usize; 2]> {
    let bytes: [u8; 2 * size_of::<usize>()] = traced.read(address)?;
    let (words, _) = bytes.as_chunks();
    Ok([usize::from_ne_bytes(words[0]), usize::from_ne_bytes(words[1])])
}

fn nanoseconds(traced: &Traced, address: u64) -> io::Result<u64> {
    let [seconds, nanoseconds] = words(traced, address)?;
    Ok(seconds as u64 * 1_000_000_000 + nanoseconds as u64)
}

/// Reads a `siginfo_t`.
fn info(bytes: &[u8; size_of::<libc::siginfo_t>()]) -> Info {
    // SAFETY: the structure consists of numbers and of bytes that only the kernel uses: any bytes are one.
    let info = unsafe { bytes.as_ptr().cast::<libc::siginfo_t>().read_unaligned() };
    // SAFETY: each signal has an integer or a pointer in this place.
    Info { number: info.si_signo, code: info.si_code, pid: unsafe { info.si_pid() } }
}
