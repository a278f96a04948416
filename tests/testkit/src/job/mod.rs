//! A job: a program that stops and is continued, who started it, and the terminal that they share or do not share.

pub mod place;
pub mod program;
pub mod state;
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
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use tempfile::TempDir;

/// The prompt of the shells.
const PROMPT: &str = "prompt> ";

/// A part of the command line of every job, to find it by.
const PROBE_JOB: &str = "probe-child job ";

/// A job. Dropped, all of its processes are killed.
pub struct Job {
    place: Place,
    member: Option<PodProcess>,
    pod: Pod,
    keyboard: Option<Keyboard>,
    commands: File,
    folder: TempDir,
}

impl Job {
    /// Starts the program in this place: by the program under test, where its words, options and all, are `above` it.
    #[track_caller]
    pub fn start(place: Place, above: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let fifo = folder.path().join(program::COMMANDS);
        mkfifo(&fifo, Mode::S_IRWXU).expect("it is a new folder");
        // For reading too, so that it opens without waiting for the other side.
        let commands = File::options().read(true).write(true).open(&fifo).expect("it is there");
        let probe = path("probe-child").display().to_string();
        let words = [above, &[probe, "job".into(), folder.path().display().to_string()]].concat();
        let (pod, member, keyboard) = place.start(&words);
        let job = Self { place, member, pod, keyboard, commands, folder };
        until("the program begins", || job.answers(program::BEGINS) == 1);
        job
    }

    /// Tells the program something, and does not wait until it is done.
    #[track_caller]
    pub fn tell(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("a FIFO can be written");
    }

    /// Tells the program something, and waits until it is done.
    #[track_caller]
    pub fn ask(&mut self, command: &str) {
        let before = self.answers(command);
        self.tell(command);
        until(&format!("the program answers {command:?}"), || self.answers(command) > before);
    }

    /// How often the program has given this answer.
    #[track_caller]
    pub fn answers(&self, what: &str) -> usize {
        let all = fs::read_to_string(self.folder.path().join(program::ANSWERS)).unwrap_or_default();
        all.lines().filter(|line| *line == what).count()
    }

    /// How often the program has caught SIGTSTP.
    #[track_caller]
    pub fn caught(&self) -> usize {
        self.answers(program::CAUGHT.trim_end())
    }

    /// The keyboard.
    #[track_caller]
    pub fn keyboard(&mut self) -> &mut Keyboard {
        self.keyboard.as_mut().expect("there is a terminal")
    }

    /// Types Ctrl-Z, and waits until the signal was sent: the terminal shows the key after that.
    #[track_caller]
    pub fn ctrl_z(&mut self) {
        self.keyboard().types(CTRL_Z);
        self.keyboard().shows("^Z");
    }

    /// Sends a signal to the program, from outside of the pod.
    #[track_caller]
    pub fn signal_program(&self, number: i32) {
        self.signal(self.program().expect("the program is alive").pid, number);
    }

    /// Sends a signal to the program's parent.
    #[track_caller]
    pub fn signal_parent(&self, number: i32) {
        self.signal(self.program().expect("the program is alive").ppid, number);
    }

    /// Sends a signal to process 1 of the pod.
    #[track_caller]
    pub fn signal_process_1(&self, number: i32) {
        self.signal(1, number);
    }

    /// Gives the terminal back, after the program has given it away.
    #[track_caller]
    pub fn give_terminal_back(&self) {
        let holder = self.stats().into_iter().find(|stat| stat.comm == "holder").expect("it was given away");
        self.signal(holder.pid, libc::SIGUSR1);
        until("the terminal is given back", || self.look().foreground == Foreground::Program);
    }

    /// Sends a signal to a process by its ID in the pod.
    #[track_caller]
    fn signal(&self, pid: i32, number: i32) {
        let process = File::open(self.pod.proc().join(pid.to_string())).expect("the process is alive");
        // SAFETY: without details of the signal, it takes numbers only. A folder of `/proc` is as good as a pidfd.
        let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), number, 0, 0) };
        Errno::result(sent).expect("the process is alive");
    }

    /// Lets the shell continue the job in the foreground, and waits until it has said so.
    #[track_caller]
    pub fn fg(&mut self) {
        self.keyboard().line("fg");
        self.keyboard().shows(PROBE_JOB);
    }

    /// Lets the shell continue the job in the background, and waits until it has said so.
    #[track_caller]
    pub fn bg(&mut self) {
        self.keyboard().line("bg");
        self.keyboard().shows(PROBE_JOB);
    }

    /// Waits until the shell says that the job in the foreground has stopped.
    #[track_caller]
    pub fn shell_says_stopped(&mut self) {
        self.keyboard().shows("Stopped");
        self.keyboard().shows(PROMPT);
    }

    /// Whether the shell lists the job as stopped.
    #[track_caller]
    pub fn shell_lists_stopped(&mut self) -> bool {
        self.keyboard().line("jobs; echo loo''ked");
        self.keyboard().shows("looked\r\n").contains("Stopped")
    }

    /// Types Ctrl-C, waits until everybody has ended but the shell, and returns the status, where somebody tells it.
    #[track_caller]
    pub fn end_by_key(mut self) -> Option<i32> {
        self.keyboard().types(CTRL_C);
        self.keyboard().shows("^C");
        self.ends()
    }

    /// Sends SIGTERM to the program's parent, and likewise.
    #[track_caller]
    pub fn end_by_signal(self) -> Option<i32> {
        self.signal_parent(libc::SIGTERM);
        self.ends()
    }

    /// Waits until everybody has ended but the shell, and returns the status, where somebody tells it.
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
        // The script has a status of its own.
        if self.place.is_script() { None } else { status.code() }
    }
}
