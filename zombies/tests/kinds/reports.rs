//! What people have reported of inits for containers, made again by hand. The verdict says what they were told after days.

use crate::sandbox::{Sandbox, log_missing};
use nix::unistd::geteuid;
use std::path::{Path, PathBuf};
use testkit::PodProcess;
use testkit::cgroup_cleanup;
use testkit::programs::{init, never_reaps, pause};

/// A report: what it was about, how it is made, and what the verdict has to be and to say.
struct Report {
    about: &'static str,
    /// Whether process 1 is an init that reaps, as the reporters have installed.
    has_init: bool,
    make: fn(&Sandbox) -> PodProcess,
    kind: &'static str,
    says: &'static [&'static str],
}

const FAULT: &str = "parent-does-not-wait";
const NOT_THE_INIT: &str = "has no zombie: it is not to blame";

const REPORTS: [Report; 10] = [
    Report {
        about: "krallin/tini 42: mysqld is defunct with state Zl, and its threads work on",
        has_init: true,
        make: |sandbox| sandbox.c_program(THREADS),
        kind: "threads-live",
        says: &["nobody can reap it yet"],
    },
    Report {
        about: "krallin/tini 110: python is alive, and its Xvfb and chromedriver are zombies",
        has_init: true,
        make: |sandbox| named(sandbox, "python3.12", "sleep 1 & sleep 1 & exec \"$0\" 60"),
        kind: FAULT,
        says: &[NOT_THE_INIT, "wait() or poll() of each Popen"],
    },
    Report {
        about: "krallin/tini 123: java is a zombie below a notebook's kernel",
        has_init: true,
        make: |sandbox| named(sandbox, "python", "sleep 1 & exec \"$0\" 60"),
        kind: FAULT,
        says: &[NOT_THE_INIT, "only a parent can reap"],
    },
    Report {
        about: "krallin/tini 130: an entrypoint starts two scripts in the background, and then becomes java",
        has_init: true,
        make: |sandbox| named(sandbox, "java", "sleep 1 & sleep 1 & exec \"$0\" 60"),
        kind: FAULT,
        says: &[NOT_THE_INIT, "become this program by exec"],
    },
    Report {
        about: "krallin/tini 138: a server in Go starts sh, which is killed, and never waits",
        has_init: true,
        make: |sandbox| sandbox.c_program(SERVER),
        kind: FAULT,
        says: &[NOT_THE_INIT, "cmd.Wait in Go"],
    },
    Report {
        about: "krallin/tini 164: python was killed, but a thread hangs in the driver",
        has_init: true,
        make: |sandbox| sandbox.c_program(HANGING_THREAD),
        kind: "threads-live",
        says: &["hangs in the kernel: state D", "/task/*/stack", "No init and no signal helps"],
    },
    Report {
        about: "moby/moby 29238: (sleep 1 & exec sleep 200000) &",
        has_init: true,
        make: |sandbox| sandbox.script("(sleep 1 & exec sleep 200000) & exec tail -f /dev/null"),
        kind: FAULT,
        says: &[NOT_THE_INIT],
    },
    Report {
        about: "moby/moby 39326: a parent that sleeps, below an init, started by an exec",
        has_init: true,
        make: |sandbox| sandbox.c_program(BAD_PARENT),
        kind: FAULT,
        says: &[NOT_THE_INIT],
    },
    Report {
        about: "kubernetes/kubernetes 81042, containerd/containerd 9979: probes, and a process 1 that is no init",
        has_init: false,
        make: |sandbox| sandbox.script("sh -c 'sleep 1 &'; exec sleep 60"),
        kind: "process-1-does-not-reap",
        says: &["shareProcessNamespace: true", "docker run --init"],
    },
    Report {
        about: "containerd/containerd 3781: the container's process is a zombie, and the shim lives",
        has_init: true,
        make: |sandbox| sandbox.script("unshare --pid sh -c 'sleep 1 & exec sleep 60'"),
        kind: "parent-outside",
        says: &["is outside of the zombie's PID namespace", "report it to that program"],
    },
];

const THREADS: &str = "#include <pthread.h>\n#include <unistd.h>\n\
    static void *work(void *unused) { sleep(60); return unused; }\n\
    int main(void) { pthread_t thread; pthread_create(&thread, 0, work, 0); pthread_exit(0); }";

const HANGING_THREAD: &str = "#include <pthread.h>\n#include <unistd.h>\n\
    static void *work(void *unused) { if (vfork() == 0) { sleep(60); _exit(0); } return unused; }\n\
    int main(void) { pthread_t thread; pthread_create(&thread, 0, work, 0); pthread_exit(0); }";

const SERVER: &str = "#include <signal.h>\n#include <unistd.h>\n\
    int main(void) { pid_t sh = fork(); if (sh == 0) { setpgid(0, 0); execl(\"/bin/sh\", \"sh\", \"-c\", \"sleep 60; :\", (char *)0); }\n\
    setpgid(sh, sh); sleep(1); kill(-sh, SIGKILL); sleep(60); }";

const BAD_PARENT: &str = "#include <unistd.h>\nint main(void) { if (fork() == 0) { if (fork() != 0) for (;;) sleep(30); _exit(0); } sleep(60); }";

/// Starts a script in which `$0` is `sleep` under another name.
fn named(sandbox: &Sandbox, name: &str, script: &str) -> PodProcess {
    let path = sandbox.path(name);
    std::os::unix::fs::symlink("/bin/sleep", &path).expect("the folder is ours");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script]).arg(path);
    sandbox.run(shell)
}

#[test]
fn the_verdict_says_what_reporters_were_told() {
    assert!(REPORTS.len() == 10 && REPORTS.iter().any(|report| !report.has_init));
    for report in REPORTS {
        let process_1 = match (report.has_init, report.kind) {
            (false, _) => never_reaps(),
            // It is process 1 of a container, as theirs was.
            (true, FAULT) => with_init(),
            (true, _) => pause(),
        };
        let sandbox = Sandbox::new(process_1);
        let _running = (report.make)(&sandbox);
        let found = |look: &crate::sandbox::Look| look.kinds().iter().any(|(kind, _)| *kind == report.kind);
        let look = sandbox.look_until(report.about, found);
        assert_eq!(look.kinds().len(), 1, "{}: {look:#?}", report.about);
        let text = String::from_utf8(sandbox.zombies(None, &["--age=0.2"]).stdout).expect("text");
        for words in report.says {
            assert!(text.contains(words), "{}: {words:?} is not in {text}", report.about);
        }
    }
}

fn with_init() -> std::process::Command {
    let mut command = init();
    command.args(["--", "sleep", "1000"]);
    command
}

/// Returns where the freezer of version 1 is mounted, if this user may create groups there.
fn freezer_root() -> Option<PathBuf> {
    let mounts = procfs::process::Process::myself().and_then(|me| me.mountinfo()).expect("/proc is mounted");
    let has_it = |mount: &procfs::process::MountInfo| mount.super_options.contains_key("freezer");
    let mount = mounts.0.into_iter().find(|mount| mount.fs_type == "cgroup" && has_it(mount))?;
    geteuid().is_root().then_some(mount.mount_point)
}

/// moby/moby 42883: docker-init has ended, and "docker stop" hangs, because a thread of another process hangs. Here it hangs in
/// the freezer of version 1, which not even SIGKILL gets it out of.
#[test]
fn a_container_that_cannot_end_has_a_thread_that_hangs() {
    let Some(root) = freezer_root() else { return log_missing("a freezer of version 1") };
    let group = cgroup_cleanup::claim(&root, &cgroup_cleanup::name());
    let sandbox = Sandbox::new(pause());
    let program = sandbox.compile(THREADS);
    let container = format!("unshare --pid --fork sh -c '{} & exec sleep 1000'", program.display());
    let _container = sandbox.script(&container);
    let look = sandbox.look_until("the zombie", |look| look.kinds() == [("threads-live", 1)]);
    let finding = look.finding("threads-live").expect("the only one");
    let (process, process_1) = (&finding["zombies"][0]["pid"], &finding["parent"]["pid"]);
    assert_eq!(finding["parent"]["pid_in_namespace"], 1, "{finding:#}");

    let group = group.display();
    let freeze =
        format!("mkdir {group} && echo {process} > {group}/cgroup.procs && echo FROZEN > {group}/freezer.state");
    let _frozen = sandbox.script(&format!("{freeze} && kill -KILL {process_1}"));
    let look = sandbox.look_until("process 1 has ended, and the thread hangs", |look| {
        let finding = look.finding("threads-live");
        finding.is_some_and(|finding| finding["facts"].to_string().contains("The parent has ended."))
    });
    let finding = look.finding("threads-live").expect("it was seen");
    assert!(
        finding["facts"][0].as_str().is_some_and(|fact| fact.contains("hangs in the kernel: state D")),
        "{finding:#}"
    );
    assert!(finding["remedies"].to_string().contains("No init and no signal helps"), "{finding:#}");
    cgroup_cleanup::remove(Path::new(&group.to_string()));
}
