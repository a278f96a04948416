//! Starts the program of a scenario in its setting, with the filter that refuses calls.

use crate::scenario::{CHILD_TERMINATED, Place, Program, Scenario, Setting};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::close;
use std::fs::File;
use std::process::{Command, Stdio};
use testkit::Pod;
use testkit::execute::Words;
use testkit::pause_process::Started;
use testkit::programs::{pause, pause_at};
use testkit::refused_call::{Call, Filter, apply, refuse_some};
use testkit::reported_calls::Install;
use testkit::shim::leave_child;
use testkit::streams::unused_terminal;
use testkit::terminal::control;

/// The name of the child of [`Setting::Child`].
pub const CHILD: &str = "child";

/// A descriptor above the usual limit of 1024.
const HIGH: i32 = 1500;

/// A filter that refuses calls.
pub struct Refusal {
    pub filter: Filter,
    /// Whether `execve` is refused: then the program itself is executed by `execveat`.
    pub executes_at: bool,
}

impl Refusal {
    /// Refuses these calls with this error.
    pub fn of(calls: &[Call], error: Errno) -> Self {
        Self { filter: refuse_some(calls, error), executes_at: calls.contains(&Call::every(libc::SYS_execve)) }
    }
}

/// The program of a scenario, started.
pub struct Running {
    pub program: Started,
    /// The pod that an ordinary process runs in.
    pub pod: Option<Pod>,
    /// The master side of the terminal.
    pub keyboard: Option<File>,
}

/// Starts the program of a scenario. The calls are refused from its first instruction on.
pub fn start(scenario: &Scenario, refusal: Option<Refusal>, install: Option<Install>) -> Running {
    let path = scenario.path();
    let mut command = if matches!(scenario.program, Program::Other(_)) { Command::new(path) } else { pause_at(path) };
    command.args(scenario.arguments()).env_clear().env("PATH", "/bin:/usr/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let setting = scenario.setting;
    let has_terminal = matches!(setting, Setting::Terminal | Setting::OtherTerminal | Setting::ClosedInput);
    let (keyboard, terminal) = has_terminal.then(unused_terminal).unzip();
    if setting == Setting::Terminal {
        command.stdin(terminal.as_ref().and_then(|file| file.try_clone().ok()).expect("the terminal is open"));
    }
    let zeros = [(); 3].map(|()| File::open("/dev/zero").expect("/dev/zero can be opened"));
    let executes_at = refusal.as_ref().is_some_and(|refusal| refusal.executes_at);
    let words = executes_at.then(|| Words::new(path, &scenario.arguments()));
    let line = format!("{CHILD_TERMINATED}\n");
    let last_step = move || {
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?; // a crash writes no core dump
        terminal.as_ref().map_or(Ok(()), control)?;
        match setting {
            Setting::Plain | Setting::Terminal | Setting::OtherTerminal => {}
            Setting::ClosedInput => close(0)?,
            Setting::Descriptors => {
                for zero in &zeros {
                    fcntl(zero, FcntlArg::F_SETFD(FdFlag::empty()))?; // the program inherits it
                }
            }
            Setting::HighDescriptor => {
                let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
                setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
                fcntl(&zeros[0], FcntlArg::F_DUPFD(HIGH.min(most as i32 - 1)))?;
            }
            Setting::Child => leave_child(c"child", &line)?,
            Setting::ParentDeathSignal => prctl::set_pdeathsig(Signal::SIGUSR2)?,
        }
        install.as_ref().map_or(Ok(()), Install::install)?;
        refusal.as_ref().map_or(Ok(()), |refusal| apply(&refusal.filter))?;
        words.as_ref().map_or(Ok(()), Words::execute)
    };
    let (pod, program) = match scenario.place {
        Place::Process1 => (None, Started::Process1(Pod::start_after(command, last_step))),
        Place::Ordinary => {
            let pod = Pod::with(pause());
            let process = pod.join_after(command, last_step);
            (Some(pod), Started::Ordinary(process))
        }
    };
    Running { program, pod, keyboard }
}
