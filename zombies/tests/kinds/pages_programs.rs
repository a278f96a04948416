//! Each program of `docs/zombies.md` makes the kind of zombie that the page says, and `zombies` prints what the page shows.

use crate::page::{Program, headings, programs, without_numbers};
use crate::sandbox::{ORDINARY_USER, Sandbox, log_missing};
use nix::unistd::geteuid;
use testkit::PodProcess;
use testkit::cgroup_cleanup;
use testkit::programs::pause;
use testkit::until;

/// The headings of the page, each with the kind in JSON.
const KINDS: [(&str, &str); 9] = [
    ("Process 1 does not reap", "process-1-does-not-reap"),
    ("The parent does not wait", "parent-does-not-wait"),
    ("The parent is stopped", "parent-stopped"),
    ("The parent is frozen", "parent-frozen"),
    ("The parent is traced", "parent-traced"),
    ("The parent hangs in the kernel", "parent-in-kernel"),
    ("Its threads live", "threads-live"),
    ("Its tracer has to reap it", "traced"),
    ("The parent is outside", "parent-outside"),
];

/// The heading of the program that makes no zombie that matters.
const YOUNG: &str = "Too young to matter";

/// Starts a program of the page in a pod.
fn start(sandbox: &Sandbox, program: &Program) -> PodProcess {
    match program.language {
        "c" => sandbox.c_program(program.text),
        _ => sandbox.script(program.text),
    }
}

/// Asserts that all programs below a heading make one zombie of this kind, and that the text is the one of the page.
#[track_caller]
fn makes(heading: &str, change: impl Fn(&str) -> String) {
    let (_, kind) = KINDS.into_iter().find(|(known, _)| *known == heading).expect("one of the kinds");
    for program in programs(heading) {
        let sandbox = Sandbox::new(pause());
        let text = change(program.text).leak();
        let _running = start(&sandbox, &Program { text, ..program });
        let look = sandbox.look_until(heading, |look| look.kinds() == [(kind, 1)]);
        assert_eq!(look.status, 1);

        let output = sandbox.zombies(None, &["--age", "0.2"]);
        let written = String::from_utf8(output.stdout).expect("text");
        assert!(!program.output.is_empty(), "the page shows what is printed");
        for line in program.output.lines() {
            let line = without_numbers(&change(line));
            assert!(without_numbers(&written).contains(&line), "the page has {line:?}, but it prints {written}");
        }
        if geteuid().is_root() {
            assert_eq!(sandbox.look(Some(ORDINARY_USER), "0.2").kinds(), [(kind, 1)], "as an ordinary user");
        }
    }
}

#[test]
fn the_page_has_these_kinds() {
    let kinds = KINDS.map(|(heading, _)| heading);
    assert_eq!(headings(), [&kinds[..], &[YOUNG]].concat());
}

#[test]
fn process_1_does_not_reap() {
    makes("Process 1 does not reap", str::to_owned);
}

#[test]
fn the_parent_does_not_wait() {
    makes("The parent does not wait", str::to_owned);
}

#[test]
fn the_parent_is_stopped() {
    makes("The parent is stopped", str::to_owned);
}

#[test]
fn the_parent_is_frozen() {
    let Some(root) = unified_root() else { return log_missing("a freezer of version 2") };
    let name = cgroup_cleanup::name();
    let folder = cgroup_cleanup::claim(&root, &name);
    makes("The parent is frozen", |text| {
        text.replace("group /frozen", &format!("group /{name}"))
            .replace("/sys/fs/cgroup/frozen", &folder.display().to_string())
    });
    cgroup_cleanup::remove(&folder);
}

#[test]
fn the_parent_is_traced() {
    makes("The parent is traced", str::to_owned);
}

#[test]
fn the_parent_hangs_in_the_kernel() {
    makes("The parent hangs in the kernel", str::to_owned);
}

#[test]
fn its_threads_live() {
    makes("Its threads live", str::to_owned);
}

#[test]
fn its_tracer_has_to_reap_it() {
    makes("Its tracer has to reap it", str::to_owned);
}

#[test]
fn the_parent_is_outside() {
    makes("The parent is outside", str::to_owned);
}

#[test]
fn zombies_that_are_too_young_are_no_fault() {
    let [program] = programs(YOUNG)[..] else { panic!("one program") };
    let sandbox = Sandbox::new(pause());
    let _running = start(&sandbox, &program);
    until("a zombie is there for a moment", || {
        let look = sandbox.look(None, "1");
        assert_eq!((look.status, look.kinds()), (0, vec![]), "{look:#?}");
        look.report["young"] != 0
    });
    // The control: one look cannot tell.
    until("one look takes it for a fault", || sandbox.look(None, "0").kinds() == [("parent-does-not-wait", 1)]);
}

/// Returns where version 2 of control groups is mounted, if this user may create groups there.
pub fn unified_root() -> Option<std::path::PathBuf> {
    let mounts = procfs::process::Process::myself().and_then(|me| me.mountinfo()).expect("/proc is mounted");
    let mount = mounts.0.into_iter().find(|mount| mount.fs_type == "cgroup2")?;
    let probe = cgroup_cleanup::claim(&mount.mount_point, &cgroup_cleanup::name());
    let may_create = std::fs::create_dir(&probe).is_ok();
    cgroup_cleanup::remove(&probe);
    may_create.then_some(mount.mount_point)
}
