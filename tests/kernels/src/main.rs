//! `make test-kernels`: boots real kernels in QEMU, and runs the tests there.

use anyhow::{Context, Result, bail};
use kernels::platforms::{Kernel, Platform, project, select};
use kernels::report::{Boot, page, table};
use kernels::suite::{CONTROLS, OF_INIT, OF_PAUSE, Step, of_other, programs};
use kernels::{initramfs, machine, programs};
use lexopt::Arg;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use testkit::descriptors::path_of;

const USAGE: &str = "usage: kernels [--filter WORD] [--program PATH] [PLATFORM…]      such as linux/arm/v7; default: all of them
Boots the kernels of these platforms in QEMU, and runs the tests there, or those with WORD in their names. With --program, it tests that process 1 in place of
pause, and reports which promises it keeps: name the program's platform, too.";

/// The most machines at a time.
const MACHINES: usize = 2;

/// What the caller wants.
struct Order {
    platforms: Vec<Platform>,
    program: Option<PathBuf>,
    filter: Option<String>,
}

/// A boot that is to be done.
struct Job {
    platform: Platform,
    kernel: Kernel,
    /// Without a name, so that nothing is left of it after Ctrl-C, and runs at the same time do not meet.
    initramfs: Arc<File>,
}

fn main() -> Result<ExitCode> {
    let Some(order) = parse()? else {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    let boots = boot_all(&order)?;
    let is_good = boots.iter().map(show).fold(true, |all, is_good| all & is_good);
    println!("\n{}", table(&boots));
    if order.program.is_some() {
        let booted = boots.iter().all(|boot| boot.outcome.as_ref().is_ok_and(|outcome| outcome.is_done));
        return Ok(if booted { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if order.filter.is_none() {
        let path = project().join("docs/kernels.md");
        let platforms = select(&[])?;
        let names =
            |platform: &Platform| platform.kernels.iter().map(|kernel| platform.name_with(kernel)).collect::<Vec<_>>();
        let names: Vec<String> = platforms.iter().flat_map(names).collect();
        let previous = fs::read_to_string(&path).unwrap_or_default(); // there may be none
        fs::write(&path, page(&boots, &names, &previous)).context("docs/kernels.md cannot be written")?;
        println!("docs/kernels.md has these rows");
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads the arguments. Returns nothing if they ask for help.
fn parse() -> Result<Option<Order>> {
    let (mut names, mut program, mut filter) = (Vec::new(), None, None);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("program") => program = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("filter") => filter = Some(arguments.value()?.to_string_lossy().into_owned()),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut platforms = select(&names)?;
    if let Some(program) = &program {
        if !program.is_file() {
            bail!("{} is no file: name the program that is to be process 1", program.display());
        }
        if names.len() != 1 {
            bail!("name the platform of {}, such as PLATFORM=linux/amd64", program.display());
        }
        platforms.iter_mut().for_each(|platform| platform.kernels.truncate(1));
    }
    Ok(Some(Order { platforms, program, filter }))
}

/// Builds the tests for each platform, and boots its kernels meanwhile, some machines at a time.
fn boot_all(order: &Order) -> Result<Vec<Boot>> {
    let steps: Vec<Step> = match (&order.program, &order.filter) {
        (Some(_), _) => of_other(OF_PAUSE),
        (None, Some(_)) => OF_PAUSE.iter().chain(OF_INIT).copied().collect(),
        (None, None) => OF_PAUSE.iter().chain(OF_INIT).chain(CONTROLS).copied().collect(),
    };
    let (jobs, todo) = sync_channel(100); // more than there are kernels
    let (todo, done) = (Mutex::new(todo), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..MACHINES {
            scope.spawn(|| boot_some(&todo, &done));
        }
        let jobs = jobs; // dropped when all of them are sent, which ends the threads
        for platform in &order.platforms {
            println!("{}: building the tests", platform.name);
            let built = programs::build(platform, &programs(&steps), order.program.as_deref())?;
            let mut initramfs = tempfile::tempfile_in(project().join("target")).context("a file cannot be made")?;
            initramfs.write_all(&initramfs::build(platform, &built, &steps, order.filter.as_deref())?)?;
            let initramfs = Arc::new(initramfs);
            for kernel in &platform.kernels {
                jobs.send(Job { platform: platform.clone(), kernel: kernel.clone(), initramfs: initramfs.clone() })?;
            }
        }
        anyhow::Ok(())
    })?;
    let mut boots = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let place = |boot: &Boot| order.platforms.iter().position(|platform| boot.platform.starts_with(&platform.name));
    boots.sort_by_key(|boot| (place(boot), boot.platform.len()));
    Ok(boots)
}

/// Boots one machine after the other, until there is no job left.
fn boot_some(todo: &Mutex<Receiver<Job>>, done: &Mutex<Vec<Boot>>) {
    loop {
        let next = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { platform, kernel, initramfs }) = next else { return };
        let name = platform.name_with(&kernel);
        let progress = |message: &str| println!("{name}: {message}");
        let outcome =
            machine::boot(&platform, &kernel, &path_of(&*initramfs), progress).map_err(|error| format!("{error:#}"));
        let boot = Boot { platform: name, outcome };
        done.lock().unwrap_or_else(PoisonError::into_inner).push(boot);
    }
}

/// Shows what went wrong in a boot. Returns whether nothing did.
fn show(Boot { platform, outcome }: &Boot) -> bool {
    let outcome = match outcome {
        Ok(outcome) if outcome.is_good() => return true,
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("\n{platform}: {error}");
            return false;
        }
    };
    eprintln!("\n{platform} ({}):", outcome.kernel);
    outcome.output.iter().for_each(|line| eprintln!("    {line}"));
    if !outcome.problems.is_empty() {
        eprintln!("the last lines of the console:");
        outcome.last_lines.iter().for_each(|line| eprintln!("    {line}"));
    }
    if outcome.kept.is_empty() && outcome.broken.is_empty() {
        eprintln!("{platform}: no test ran: choose a word that is in the name of a test");
    }
    for line in outcome.problems.iter().chain(&outcome.broken) {
        eprintln!("{platform}: {line}");
    }
    false
}
