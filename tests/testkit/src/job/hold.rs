//! Holds a process of the job, as a debugger does: signals to it stay pending meanwhile.

use super::Job;
use crate::usage::children;
use nix::sys::ptrace;
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

impl Job {
    /// Holds the process that has joined the pod, as a debugger does, while `meanwhile` runs.
    #[track_caller]
    pub fn hold_member(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.hold(self.member_pid(), meanwhile);
    }

    /// Holds its only child likewise.
    #[track_caller]
    pub fn hold_child_of_member(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let children = children(self.member_pid());
        let [child] = children[..] else { panic!("it has other children: {children:?}") };
        self.hold(child, meanwhile);
    }

    #[track_caller]
    fn hold(&mut self, pid: Pid, meanwhile: impl FnOnce(&mut Self)) {
        ptrace::seize(pid, ptrace::Options::empty()).expect("it may be traced");
        ptrace::interrupt(pid).expect("it is traced");
        waitpid(pid, None).expect("it is traced");
        meanwhile(self);
        ptrace::detach(pid, None).expect("it is held");
    }

    #[track_caller]
    fn member_pid(&self) -> Pid {
        self.member.as_ref().expect("a process has joined the pod").pid()
    }
}
