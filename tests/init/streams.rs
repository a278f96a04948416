//! `init` works while its standard error cannot be written.

use crate::run::{SignalLog, command, probe_child, until_only_the_program_is_left};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;
use nix::unistd::close;
use std::io::{Write, pipe};
use testkit::Pod;
use testkit::container::{container, finish};

#[test]
fn init_works_while_standard_error_is_closed_full_or_broken() {
    for stderr in ["closed", "full", "broken"] {
        let (reader, mut writer) = pipe().expect("a pipe can be made");
        if stderr == "full" {
            let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(1)).expect("a pipe can be one page");
            writer.write_all(&vec![b'x'; size as usize]).expect("the pipe has room for a page");
        }
        let mut command = command(&["-vv", "-w", "--", probe_child(), "signals"]);
        command.stderr(writer);
        let _reader = (stderr == "full").then_some(reader);
        let is_closed = stderr == "closed";
        let last_step = move || if is_closed { Ok(close(libc::STDERR_FILENO)?) } else { Ok(()) };
        let mut pod = Pod::start_after(command, last_step);
        let mut log = SignalLog::of(pod.init());
        finish(container(&pod, &["together", "20"]));
        for _ in 0..20 {
            pod.signal(Signal::SIGUSR1);
            assert_eq!(log.next(), Some(libc::SIGUSR1), "{stderr}");
        }
        until_only_the_program_is_left(&pod);
    }
}
