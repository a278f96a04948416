//! Process 1 of the machine: mounts what a system has, runs the steps of the suite, and tells the host of everything.

mod memory;
mod mounts;
mod steps;

use crate::console::Line;
use crate::initramfs::SUITE;
use nix::sys::utsname::uname;
use nix::unistd::{SysconfVar, sysconf};
use std::fs::{self, File};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// Does all of it. Problems are told to the host.
pub fn run() {
    let console = match mounts::mount_all().and_then(|()| Console::open()) {
        Ok(console) => &*Box::leak(Box::new(console)), // for the threads
        Err(error) => return println!("{}", Line::Problem(format!("the guest cannot begin: {error}")).text()),
    };
    let problem = |what: &str, error: io::Error| console.say(&Line::Problem(format!("{what}: {error}")));
    match facts() {
        Ok(facts) => console.say(&facts),
        Err(error) => problem("the kernel does not tell its name or page size", error),
    }
    match fs::read_to_string(format!("/{SUITE}")) {
        Ok(suite) => {
            for line in suite.lines() {
                if let Err(error) = steps::run(line, console) {
                    problem(line, error);
                }
            }
        }
        Err(error) => problem("the list of steps cannot be read", error),
    }
    if let Err(error) = memory::measure(console) {
        problem("the memory cannot be measured", error);
    }
    console.say(&Line::Done);
}

fn facts() -> io::Result<Line> {
    let release = uname()?.release().to_string_lossy().into_owned();
    let page = sysconf(SysconfVar::PAGE_SIZE)?.ok_or_else(|| io::Error::other("no page size"))?;
    Ok(Line::Kernel(release, u64::try_from(page).map_err(io::Error::other)?))
}

/// The console, which several threads write to.
struct Console(Mutex<File>);

impl Console {
    fn open() -> io::Result<Self> {
        Ok(Self(Mutex::new(File::options().write(true).open("/dev/console")?)))
    }

    fn say(&self, line: &Line) {
        let mut console = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a console there is nobody to tell: the host notices that the lines are missing.
        _ = console.write_all(format!("{}\n", line.text()).as_bytes());
    }
}
