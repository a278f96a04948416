//! A pod on this machine, without a container runtime: `pause` as process 1, two containers, and the orphans of one.
//! Then the same with a process 1 that does not reap.
//!
//! Run it with `make demo`. In a terminal the process table is live; in a pipe it is printed after each step.

use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader, IsTerminal, Write, stdout};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::process_table::{Row, rows, zombies};
use testkit::programs::{never_reaps, orphan_maker, pause};
use testkit::{Pod, until};

/// The second container is started this often, and abandons this many children each time.
const TIMES: usize = 3;
const ORPHANS: usize = 3;

fn main() -> std::io::Result<()> {
    println!("A pod whose process 1 is pause.");
    let pod = Pod::with({
        let mut program = pause();
        program.stderr(Stdio::piped());
        program
    });
    abandon_children(&pod, 0)?;

    println!("\nThe same pod, but its process 1 does not reap.");
    let control = Pod::with(never_reaps());
    abandon_children(&control, ORPHANS)?;
    drop(control);

    println!("\nBack to the first pod: SIGTERM to pause.");
    let start = Instant::now();
    pod.signal(Signal::SIGTERM);
    let ended = pod.wait();
    println!("  pause logs: {}", String::from_utf8_lossy(&ended.stderr).trim_end());
    println!("  pause exits with status {} after {:.1?}", ended.status.code().unwrap_or(-1), start.elapsed());
    Ok(())
}

/// Two containers join the pod; one of them abandons children repeatedly. Shows the process table before, meanwhile and
/// afterwards. Expects `zombies_each_time` more zombies after each time.
fn abandon_children(pod: &Pod, zombies_each_time: usize) -> std::io::Result<()> {
    let mut first = Command::new("sleep");
    first.arg("60");
    let _first = pod.join(first);
    until("the first container runs", || rows(pod).iter().any(|row| row.command == "sleep"));
    let mut screen = Screen::new();
    screen.show(pod, "before: process 1 and a container")?;

    for time in 1..=TIMES {
        let mut second = orphan_maker(&["together", &ORPHANS.to_string()]);
        second.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut second = pod.join(second);
        let mut ready = String::new();
        BufReader::new(second.streams().stdout.as_mut().expect("a pipe")).read_line(&mut ready)?;
        let is_gone = || rows(pod).iter().all(|row| row.command != "orphan-maker" || row.ppid == 1);
        until("process 1 adopts the children of the second container", is_gone);
        screen.show(pod, "meanwhile: the second container ended, and process 1 adopted its children")?;

        second.wait();
        let left = time * zombies_each_time;
        until("the orphans end, and process 1 reaps them if it reaps", || {
            rows(pod).len() == 2 + left && zombies(pod).len() == left
        });
        screen.show(pod, "afterwards: the children have ended")?;
    }
    match zombies(pod).len() {
        0 => println!("\n  No zombie is left."),
        left => println!("\n  {left} zombies are left. Each keeps a process ID, and counts against the pod's limit."),
    }
    Ok(())
}

/// Shows process tables: in the same place in a terminal, one after the other in a pipe.
struct Screen {
    is_live: bool,
    /// The number of lines to overwrite.
    drawn: usize,
}

impl Screen {
    fn new() -> Self {
        Self { is_live: stdout().is_terminal(), drawn: 0 }
    }

    /// Shows the pod's process table; in a terminal, live and for long enough to be read.
    fn show(&mut self, pod: &Pod, title: &str) -> std::io::Result<()> {
        for _ in 0..if self.is_live { 5 } else { 1 } {
            let mut text = format!("\n  {title}\n  {:>5} {:>5}  {:5}  COMMAND\n", "PID", "PPID", "STATE");
            for row in rows(pod) {
                text += &self.line(&row);
            }
            let mut out = stdout().lock();
            if self.drawn > 0 {
                write!(out, "\x1b[{}F\x1b[J", self.drawn)?; // to the first line, and erase from there
            }
            out.write_all(text.as_bytes())?;
            out.flush()?;
            if self.is_live {
                self.drawn = text.lines().count();
                sleep(Duration::from_millis(100));
            }
        }
        Ok(())
    }

    fn line(&self, row: &Row) -> String {
        let is_zombie = row.state == 'Z';
        let (on, off) = if is_zombie && self.is_live { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
        let note = if is_zombie { " <zombie>" } else { "" };
        format!("  {on}{:>5} {:>5}  {:5}  {}{note}{off}\n", row.pid, row.ppid, row.state, row.command)
    }
}
