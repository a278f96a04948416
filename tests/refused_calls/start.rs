//! Starts a scene's program, with its setting and its filter.

use crate::run::Refusal;
use crate::scene::{ASKED, Place, Program, Scene, Setting};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::close;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use testkit::execute::Words;
use testkit::programs::{pause, pause_at};
use testkit::recorded_calls::Install;
use testkit::refused_call::apply;
use testkit::shim::leave_child;
use testkit::terminal::{control, take_control};
use testkit::{Pod, PodProcess};

/// The name of the child of [`Setting::Child`].
pub const CHILD: &str = "asked";

/// A number that few descriptors get.
const HIGH: i32 = 1500;

/// A program that was started.
pub struct Started {
    /// The pod, unless the program is its process 1.
    around: Option<Pod>,
    itself: Itself,
    /// The other side of its terminal.
    pub keyboard: Option<File>,
}

enum Itself {
    First(Pod),
    Ordinary(PodProcess),
}

impl Started {
    pub fn member(&mut self) -> &mut PodProcess {
        match &mut self.itself {
            Itself::First(pod) => pod.init(),
            Itself::Ordinary(member) => member,
        }
    }

    /// The pod that it is process 1 of.
    pub fn pod(&self) -> Option<&Pod> {
        match &self.itself {
            Itself::First(pod) => Some(pod),
            Itself::Ordinary(_) => None,
        }
    }

    /// The program alone, when everything around it was killed.
    pub fn into_member(self) -> PodProcess {
        drop(self.around);
        match self.itself {
            Itself::First(pod) => pod.into_init(),
            Itself::Ordinary(member) => member,
        }
    }
}

/// Starts the program of a scene. The refusal is in force from its first instruction on.
pub fn start(scene: &Scene, refusal: Option<Refusal>, install: Option<Install>) -> Started {
    let path = scene.path();
    let mut command = if matches!(scene.program, Program::Other(_)) { Command::new(path) } else { pause_at(path) };
    command.args(scene.arguments()).env_clear().env("PATH", "/bin:/usr/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (keyboard, terminal) = match scene.setting {
        Setting::Terminal | Setting::TerminalElsewhere | Setting::ClosedInput => {
            let (keyboard, terminal) = terminal();
            if scene.setting == Setting::Terminal {
                command.stdin(terminal.try_clone().expect("a descriptor"));
            }
            (Some(keyboard), Some(terminal))
        }
        _ => (None, None),
    };
    let zeros = [(); 3].map(|()| File::open("/dev/zero").expect("it is there"));
    let words =
        refusal.as_ref().is_some_and(|refusal| refusal.executes_at).then(|| Words::new(path, &scene.arguments()));
    let setting = scene.setting;
    let line = format!("{ASKED}\n");
    let last_step = move || {
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?; // an illegal instruction leaves no file
        match setting {
            Setting::Plain => {}
            Setting::Terminal => take_control()?,
            Setting::TerminalElsewhere => control(terminal.as_ref().unwrap_or_else(|| unreachable!()))?,
            Setting::ClosedInput => {
                control(terminal.as_ref().unwrap_or_else(|| unreachable!()))?;
                close(0)?;
            }
            Setting::Descriptors => {
                for zero in &zeros {
                    fcntl(zero, FcntlArg::F_SETFD(FdFlag::empty()))?; // not closed when the program is executed
                }
            }
            Setting::HighDescriptor => {
                let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
                setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
                fcntl(&zeros[0], FcntlArg::F_DUPFD(HIGH.min(most as i32 - 1)))?;
            }
            Setting::Child => leave_child(c"asked", &line)?,
            Setting::ParentDeathSignal => prctl::set_pdeathsig(Signal::SIGUSR2)?,
        }
        install.as_ref().map_or(Ok(()), Install::install)?;
        refusal.as_ref().map_or(Ok(()), |refusal| apply(&refusal.filter))?;
        words.as_ref().map_or(Ok(()), Words::execute)
    };
    let (around, itself) = match scene.place {
        Place::First => (None, Itself::First(Pod::start_after(command, last_step))),
        Place::Ordinary => {
            let pod = Pod::with(pause());
            let member = pod.join_after(command, last_step);
            (Some(pod), Itself::Ordinary(member))
        }
    };
    Started { around, itself, keyboard }
}

/// A terminal that no program inherits: its keyboard and itself.
fn terminal() -> (File, OwnedFd) {
    let pty = openpty(None, None).expect("there are terminals");
    for side in [&pty.master, &pty.slave] {
        fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it is open");
    }
    (pty.master.into(), pty.slave)
}
