//! A job: a program that is stopped and continued, the shell or process that started it, and perhaps a terminal.

mod hold;
mod place;
pub mod program;
mod state;
pub mod step;

pub use place::{Place, Shell};
pub use state::{Foreground, JobState, State};
pub use step::Step;

use crate::deadline::until;
use crate::pod::{Pod, PodProcess};
use crate::programs::path;
use crate::terminal::{CTRL_C, CTRL_Z, Keyboard};
use nix::errno::Errno;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use place::{PROBE_CHILD, PROBE_JOB, PROMPT};
use procfs::process::Stat;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use tempfile::TempDir;

/// A job. When dropped, all of its processes are killed.
pub struct Job {
    place: Place,
    member: Option<PodProcess>,
    pod: Pod,
    keyboard: Option<Keyboard>,
    commands: File,
    folder: TempDir,
}

impl Job {
    /// Starts the program in this place: by `above`, the command line of the program under test, or directly if that is
    /// empty.
    #[track_caller]
    pub fn start(place: Place, above: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let fifo = folder.path().join(program::COMMANDS);
        mkfifo(&fifo, Mode::S_IRWXU).expect("the folder is new");
        // Also for reading: otherwise the open would block until there is a reader.
        let commands = File::options().read(true).write(true).open(&fifo).expect("the FIFO is there");
        let probe = path(PROBE_CHILD).display().to_string();
        let words = [above, &[probe, "job".into(), folder.path().display().to_string()]].concat();
        let (pod, member, keyboard) = place.start(&words);
        let job = Self { place, member, pod, keyboard, commands, folder };
        until("the program begins", || job.answers(program::BEGINS) == 1);
        job
    }

    /// Takes a step, and does not wait for its effect.
    #[track_caller]
    pub fn take(&mut self, step: Step) {
        match step {
            Step::CtrlZ => self.ctrl_z(),
            Step::ToInit(number) => self.signal_parent(number),
            Step::ToProgram(number) => self.signal_program(number),
            Step::SendAndWait(command) => self.send_and_wait(command),
            Step::Send(command) => self.send(command),
            Step::Fg => {
                self.shell_says_stopped();
                self.fg();
            }
        }
    }

    /// Sends the program a command.
    #[track_caller]
    pub fn send(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("a FIFO can be written");
    }

    /// Sends the program a command, and waits until it has done it.
    #[track_caller]
    pub fn send_and_wait(&mut self, command: &str) {
        let before = self.answers(command);
        self.send(command);
        until(&format!("the program answers {command:?}"), || self.answers(command) > before);
    }

    /// Returns how often the program has given this answer.
    #[track_caller]
    pub fn answers(&self, what: &str) -> usize {
        let all = fs::read_to_string(self.folder.path().join(program::ANSWERS)).unwrap_or_default();
        let what = what.trim_end(); // the answers of signal handlers are whole lines
        all.lines().filter(|line| *line == what).count()
    }

    /// Returns how often the program has caught SIGTSTP.
    #[track_caller]
    pub fn caught(&self) -> usize {
        self.answers(program::CAUGHT)
    }

    /// Waits until all processes of the pod sleep or are stopped, and returns the job's state.
    #[track_caller]
    pub fn settle(&self) -> JobState {
        state::settle(&self.pod)
    }

    /// Returns the job's state now.
    pub fn look(&self) -> JobState {
        state::state_of(&self.pod)
    }

    /// Returns the keyboard.
    #[track_caller]
    pub fn keyboard(&mut self) -> &mut Keyboard {
        self.keyboard.as_mut().expect("there is a terminal")
    }

    /// Types Ctrl-Z, and waits until the signal was sent.
    #[track_caller]
    pub fn ctrl_z(&mut self) {
        self.keyboard().types(CTRL_Z);
        self.keyboard().shows_key("^Z");
    }

    /// Sends a signal to the program, from outside of the pod.
    #[track_caller]
    pub fn signal_program(&self, number: i32) {
        self.signal(state::program(&self.pod).expect("the program is alive").pid, number);
    }

    /// Sends a signal to the program's parent.
    #[track_caller]
    pub fn signal_parent(&self, number: i32) {
        self.signal(state::program(&self.pod).expect("the program is alive").ppid, number);
    }

    /// Sends a signal to process 1 of the pod.
    #[track_caller]
    pub fn signal_process_1(&self, number: i32) {
        self.signal(1, number);
    }

    /// Puts the program into the foreground again, after it has given the terminal away.
    #[track_caller]
    pub fn give_terminal_back(&self) {
        let stats = state::stats(&self.pod);
        let is_holder = |stat: &&Stat| program::HOLDER.to_str() == Ok(&stat.comm);
        let holder = stats.iter().find(is_holder).expect("the program has given it away");
        self.signal(holder.pid, libc::SIGUSR1);
        until("the program is in the foreground", || self.look().foreground == Foreground::Program);
    }

    /// Sends a signal to a process by its ID in the pod.
    #[track_caller]
    fn signal(&self, pid: i32, number: i32) {
        let process = File::open(self.pod.proc().join(pid.to_string())).expect("the process is alive");
        // SAFETY: without a `siginfo_t`, it takes numbers only. A folder of `/proc` serves as a pidfd.
        let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), number, 0, 0) };
        Errno::result(sent).expect("the process is alive");
    }

    /// Lets the shell continue the job in the foreground, and waits until the shell shows it.
    #[track_caller]
    pub fn fg(&mut self) {
        self.keyboard().line("fg");
        self.keyboard().shows(PROBE_JOB);
    }

    /// Lets the shell continue the job in the background, and waits until the shell shows it. The job must be stopped:
    /// otherwise the shell refuses, and this waits until the shell knows that it is.
    #[track_caller]
    pub fn bg(&mut self) {
        self.until_shell_lists_stopped();
        self.keyboard().line("bg");
        self.keyboard().shows(PROBE_JOB);
    }

    /// Waits until the shell reports that the job in the foreground has stopped.
    #[track_caller]
    pub fn shell_says_stopped(&mut self) {
        self.keyboard().shows("Stopped");
        self.keyboard().shows(PROMPT);
    }

    /// Waits until the shell lists the job as stopped, which may be later than `/proc` shows it:
    /// - An emulator has several threads, and the shell is told when the last of them has stopped.
    /// - Bash may miss a SIGCHLD that comes while it is handling another. It looks again at the next one, which the end
    ///   of the subshell sends.
    #[track_caller]
    pub fn until_shell_lists_stopped(&mut self) {
        until("the shell lists the job as stopped", || {
            self.keyboard().line("(:); jobs; echo list''ed");
            self.keyboard().shows("listed\r\n").contains("Stopped")
        });
    }

    /// Types Ctrl-C, and returns what [`ends`](Self::ends) returns.
    #[track_caller]
    pub fn end_by_key(mut self) -> Option<i32> {
        self.keyboard().types(CTRL_C);
        // Without a shell, the terminal may hang up before it shows the key: the session's leader ends at once.
        if self.place.shell().is_some() {
            self.keyboard().shows_key("^C");
        }
        self.ends()
    }

    /// Sends SIGTERM to the program's parent, and returns what [`ends`](Self::ends) returns.
    #[track_caller]
    pub fn end_by_signal(self) -> Option<i32> {
        self.signal_parent(libc::SIGTERM);
        self.ends()
    }

    /// Waits until all of the job except the shell has ended. Returns its exit status, or `None` if a signal ended it
    /// or a script started it: a script exits with a status of its own.
    #[track_caller]
    pub fn ends(mut self) -> Option<i32> {
        until("the program ends", || self.look().program == State::Ended);
        if self.place.shell().is_some() {
            self.keyboard().shows(PROMPT);
            self.keyboard().line("echo status $?");
            self.keyboard().shows("\nstatus ");
            return self.keyboard().shows("\r\n").trim().parse().ok();
        }
        let status = match self.member {
            Some(member) => member.wait().status,
            None => self.pod.wait().status,
        };
        if self.place.is_script() { None } else { status.code() }
    }
}
