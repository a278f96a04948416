//! A process that a test started, inside or outside of a pod.

use crate::deadline::{until, until_some};
use crate::lone_process_1::settle;
use crate::programs;
use crate::shim::{Report, default_signals, die_with_parent};
use crate::usage::state;
use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid};
use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};

/// A process that a test started, inside or outside of a pod. When dropped, it is killed.
pub struct PodProcess {
    /// Our child: the shim, or the program itself if it is outside of every pod.
    shim: Child,
    pid: Pid,
}

impl PodProcess {
    /// Starts a program outside of every pod, in a process group of its own. It is not a process 1.
    #[track_caller]
    pub fn outside(program: Command) -> Self {
        Self::outside_after(program, || Ok(()))
    }

    /// Like [`outside`](Self::outside), and calls `last_step` immediately before the program is executed. It runs in a
    /// forked process: system calls only, no allocation.
    #[track_caller]
    pub fn outside_after(
        mut program: Command,
        mut last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let parent = getpid();
        let enter = move || {
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?; // tests end it by signals that would dump core
            die_with_parent(Some(parent))?;
            default_signals();
            last_step()
        };
        // SAFETY: `enter` makes system calls only, as does `last_step`.
        unsafe { program.process_group(0).pre_exec(enter) };
        let shim = program.spawn().unwrap_or_else(|error| panic!("cannot start {program:?}: {error}"));
        let pid = Pid::from_raw(shim.id().cast_signed());
        Self { shim, pid }
    }

    /// Starts a program whose `pre_exec` calls [`become_shim`](crate::shim::become_shim).
    ///
    /// # Errors
    /// The step that failed, and why.
    pub(crate) fn behind_shim(mut program: Command, reader: PipeReader) -> Result<Self, (u8, io::Error)> {
        let spawned = program.spawn();
        drop(program); // closes our copy of the pipe's writing end
        let report = Report::read(reader).unwrap_or_default();
        let shim = spawned.map_err(|error| (report.step, error))?;
        Ok(Self { shim, pid: report.pid.expect("the shim reports the process ID before the program is executed") })
    }

    /// Returns the process ID as seen from outside of the pod.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends any signal, by its number, from outside of the pod.
    #[track_caller]
    pub fn signal(&self, number: i32) {
        send(self.pid, number).expect("the process is alive");
    }

    /// Returns our child, for the pipes to the standard streams.
    pub fn streams(&mut self) -> &mut Child {
        &mut self.shim
    }

    /// Waits until the process waits for signals in `rt_sigtimedwait`. A process 1 under test is set up by then. Another
    /// program than `pause` may wait by another system call, and with the program that it starts.
    #[track_caller]
    pub fn until_it_waits(&mut self) {
        if programs::is_other() {
            return settle(self.pid);
        }
        let folder = PathBuf::from(format!("/proc/{}", self.pid));
        until(&format!("process {} waits for signals", self.pid), || {
            assert!(self.status().is_none(), "process {} ended before it waited for signals", self.pid);
            waits_for_signals(&folder)
        });
    }

    /// Returns the exit status, or `None` while the process runs.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.shim.try_wait().expect("the shim is our child")
    }

    /// Closes the process's standard input, waits until the process has ended, and returns its status and its output.
    /// The output must fit into the pipes.
    #[track_caller]
    pub fn wait(mut self) -> Output {
        drop(self.shim.stdin.take());
        let status = until_some(&format!("process {} ends", self.pid), || self.status());
        let read = |stream: Option<&mut dyn Read>| {
            let mut bytes = Vec::new();
            stream.map(|stream| stream.read_to_end(&mut bytes)).transpose().expect("a pipe can be read");
            bytes
        };
        let stdout = read(self.shim.stdout.as_mut().map(|stream| stream as _));
        let stderr = read(self.shim.stderr.as_mut().map(|stream| stream as _));
        Output { status, stdout, stderr }
    }
}

impl Drop for PodProcess {
    fn drop(&mut self) {
        if matches!(self.shim.try_wait(), Ok(None)) {
            _ = kill(self.pid, Signal::SIGKILL); // it may have ended since
            // The shim ends after the program. If the program is process 1, its whole pod has ended by then. A program
            // that is traced or frozen ends later, and the kernel kills it when the shim is gone.
            _ = self.shim.wait(); // fails only if there is no child
        }
    }
}

/// Sends any signal, by its number: nix has no names for the real-time signals.
pub fn send(pid: Pid, number: i32) -> nix::Result<()> {
    // SAFETY: takes two numbers and no memory.
    Errno::result(unsafe { libc::kill(pid.as_raw(), number) }).map(drop)
}

/// Returns whether a process waits for signals in `rt_sigtimedwait`. `folder` is its folder in some `/proc`.
pub fn waits_for_signals(folder: &Path) -> bool {
    let call = format!("{} ", libc::SYS_rt_sigtimedwait);
    fs::read_to_string(folder.join("syscall")).is_ok_and(|now| now.starts_with(&call))
}

/// Returns whether a process is gone or a zombie. This machine's process 1 may be slow to reap it.
pub fn has_ended(pid: Pid) -> bool {
    state(pid).is_none_or(|state| state == 'Z')
}
