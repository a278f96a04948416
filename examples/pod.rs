//! A pod on this machine, with no container runtime: `pause` as its process 1, two containers, and the orphans of one.
//!
//! Run it with `make demo`. The same is then done with a process 1 that does not reap. In a terminal the process table
//! is live; in a pipe it is printed whenever something has happened.

use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader, IsTerminal, Write, stdout};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::process_table::{Row, rows, zombies};
use testkit::programs::{never_reaps, orphan_maker, pause};
use testkit::{Pod, until};

/// How many children the second container abandons each time, and how often.
const ORPHANS: usize = 3;
const TIMES: usize = 3;

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
    println!("  it says: {}", String::from_utf8_lossy(&ended.stderr).trim_end());
    println!("  it ends with status {} after {:.1?}", ended.status.code().unwrap_or(-1), start.elapsed());
    Ok(())
}

/// Two containers join the pod, one of them abandons children again and again, and the pod's process table is shown
/// before, meanwhile and afterwards. Each time, so many zombies are left.
fn abandon_children(pod: &Pod, left_each_time: usize) -> std::io::Result<()> {
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
        BufReader::new(second.streams().stdout.as_mut().expect("it is piped")).read_line(&mut ready)?;
        let is_gone = || rows(pod).iter().all(|row| row.command != "orphan-maker" || row.ppid == 1);
        until("the second container has ended, and its children are adopted", is_gone);
        screen.show(pod, "meanwhile: another container ends and leaves its children to process 1")?;

        second.wait();
        let left = time * left_each_time;
        until("the orphans have ended", || rows(pod).len() == 2 + left && zombies(pod).len() == left);
        screen.show(pod, "afterwards: the children have ended too")?;
    }
    screen.keep();
    match zombies(pod).len() {
        0 => println!("\n  No zombie is left."),
        left => println!("\n  {left} zombies are left. Each keeps a process ID, and counts against the pod's limit."),
    }
    Ok(())
}

/// Where the process table is shown: drawn over again in a terminal, one after the other in a pipe.
struct Screen {
    is_live: bool,
    /// How many lines have to be drawn over.
    drawn: usize,
}

impl Screen {
    fn new() -> Self {
        Self { is_live: stdout().is_terminal(), drawn: 0 }
    }

    /// Shows the pod's process table: in a terminal for long enough to be read, and live.
    fn show(&mut self, pod: &Pod, title: &str) -> std::io::Result<()> {
        const LOOKS: u32 = 5;
        for _ in 0..if self.is_live { LOOKS } else { 1 } {
            let mut text = format!("\n  {title}\n  {:>5} {:>5}  {:5}  COMMAND\n", "PID", "PPID", "STATE");
            for row in rows(pod) {
                text += &self.line(&row);
            }
            let mut out = stdout().lock();
            if self.drawn > 0 {
                write!(out, "\x1b[{}F\x1b[J", self.drawn)?; // back to the first line, and erase from there
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

    /// Leaves what is there.
    fn keep(&mut self) {
        self.drawn = 0;
    }
}
