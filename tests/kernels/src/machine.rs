//! Runs QEMU: boots a kernel with an archive, and reads the console until the machine is off or the time is up.

use crate::outcome::Outcome;
use crate::platforms::{Kernel, Platform, project};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use testkit::shim::die_with_parent;

/// The longest that a boot may take.
pub const LIMIT: Duration = Duration::from_secs(30 * 60);

/// How long a machine may take to switch itself off.
const POWER_OFF: Duration = Duration::from_secs(20);

/// A QEMU process. When dropped, it is killed.
struct Qemu(Child);

impl Drop for Qemu {
    fn drop(&mut self) {
        _ = self.0.kill(); // it may have ended
        _ = self.0.wait();
    }
}

/// Boots a kernel, and calls `progress` with a message now and then.
pub fn boot(platform: &Platform, kernel: &Kernel, initramfs: &Path, progress: impl Fn(&str)) -> Result<Outcome> {
    let image = platform.kernel_image(kernel)?;
    let mut qemu = Qemu(start(platform, &image, initramfs)?);
    let lines = read_lines(&mut qemu.0)?;
    let start = Instant::now();
    let mut outcome = Outcome::default();
    let mut end = start + LIMIT;
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(message) = outcome.take(&line) {
                    progress(&format!("{message} ({} s)", start.elapsed().as_secs()));
                }
                if outcome.is_done {
                    end = end.min(Instant::now() + POWER_OFF);
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let limit = LIMIT.as_secs() / 60;
                let problem = if outcome.is_done { "did not switch itself off" } else { "did not end" };
                outcome.problems.push(format!("the machine {problem}; the limit is {limit} minutes"));
                break;
            }
        }
    }
    outcome.seconds = start.elapsed().as_secs();
    if !outcome.is_done {
        outcome.problems.push("the kernel or the guest ended before the tests".into());
    }
    Ok(outcome)
}

fn start(platform: &Platform, image: &Path, initramfs: &Path) -> Result<Child> {
    let tools = project().join("target/debian/forky-complete");
    let shared = ["usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu"].map(|folder| tools.join(folder));
    let mut qemu = Command::new(project().join("build/setup/run-unpacked.sh"));
    qemu.arg(&tools).arg(&platform.system).args(&platform.machine);
    shared.iter().for_each(|folder| _ = qemu.arg("-L").arg(folder));
    qemu.args(["-accel", "tcg", "-smp", "1", "-display", "none", "-monitor", "none", "-nodefaults", "-no-reboot"]);
    qemu.args(["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]);
    qemu.arg("-m").arg(platform.memory.to_string()).arg("-kernel").arg(image).arg("-initrd").arg(initramfs);
    // Mitigations cost an emulated processor much time, and change nothing that is tested.
    let words =
        format!("console={} rdinit=/init panic=-1 loglevel=3 mitigations=off {}", platform.console, platform.boot);
    qemu.arg("-append").arg(words.trim_end());
    qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // SAFETY: makes system calls only.
    unsafe { qemu.pre_exec(|| die_with_parent(None)) };
    qemu.spawn().context("QEMU cannot be started: run build/setup/kernels.sh")
}

/// Reads the console, and QEMU's own messages, in threads of their own.
fn read_lines(qemu: &mut Child) -> Result<Receiver<String>> {
    let (sender, lines) = channel();
    let (console, messages) = (qemu.stdout.take().context("a pipe")?, qemu.stderr.take().context("a pipe")?);
    let of_messages = sender.clone();
    thread::spawn(move || {
        for line in BufReader::new(messages).lines().map_while(Result::ok) {
            _ = of_messages.send(format!("QEMU: {line}")); // fails if nobody reads any more
        }
    });
    thread::spawn(move || {
        for line in BufReader::new(console).split(b'\n').map_while(Result::ok) {
            _ = sender.send(String::from_utf8_lossy(&line).into_owned()); // as above
        }
    });
    Ok(lines)
}
