//! `init` as the init of an engine, for `docker run --init` and `podman run --init`, beside the engine's own and none.

use crate::images;
use e2e::docker::Builder;
use e2e::inventory::Inventory;
use e2e::machine::{Machine, Said};
use e2e::project::{folder, package};
use e2e::report::Report;
use e2e::{Docker, Podman, busybox};
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::until;

/// Where it is on the engine's machine.
const INIT_AT: &str = "/run/init";

/// How many orphans a container makes.
const ORPHANS: usize = 20;

/// An engine's command line.
struct Engine<'a> {
    name: &'static str,
    machine: &'a Machine,
    call: &'a dyn Fn(&[&str]) -> Said,
    options: Vec<String>,
}

impl Engine<'_> {
    /// Calls `run` with these options, for a shell that does this.
    fn run(&self, options: &[&str], script: &str) -> Said {
        self.start(options, &["--entrypoint=/bin/sh"], &["-c", script])
    }

    fn start(&self, options: &[&str], last: &[&str], words: &[&str]) -> Said {
        let own = self.options.iter().map(String::as_str).collect::<Vec<_>>();
        (self.call)(&[&["run", "--network=none"], &own[..], options, last, &[busybox::REFERENCE], words].concat())
    }

    /// What a shell in a running container says.
    fn shell(&self, container: &str, script: &str) -> String {
        (self.call)(&["exec", container, "/bin/sh", "-c", script]).ok()
    }

    fn remove(&self, container: &str) {
        (self.call)(&["rm", "--force", container]).ok();
    }

    /// How many zombies stay of orphans that a container with these options makes.
    fn zombies(&self, options: &[&str]) -> usize {
        let script = format!("for i in $(seq {ORPHANS}); do (sleep 0.2 &); done; echo made; exec sleep infinity");
        self.run(&[&["--detach", "--name=orphans"], options].concat(), &script).ok();
        until("the orphans are made", || (self.call)(&["logs", "orphans"]).stdout.contains("made"));
        let count = |state: &str| {
            let said =
                self.shell("orphans", &format!("grep -l '^[0-9]* (sleep) {state} 1 ' /proc/[0-9]*/stat | wc -l"));
            said.trim().parse::<usize>().expect("a number")
        };
        // One that sleeps is the program itself, where it has a parent.
        until("they have ended", || count("[RSD]") <= 1);
        until("none of them is in between", || [0, ORPHANS].contains(&count("Z")));
        let zombies = count("Z");
        self.remove("orphans");
        zombies
    }
}

pub fn docker(report: &mut Report) -> Option<()> {
    report.about("docker-init", "");
    for ours in [true, false] {
        let arguments = ["--init-path", INIT_AT];
        let docker = report
            .step(if ours { "an engine with our init starts" } else { "one with its own does" }, || {
                Docker::with(if ours { &arguments } else { &[] }, put_init)
            })?;
        let version = docker.docker(&["version", "--format", "{{.Server.Version}}"]).ok();
        report.about("docker-init", &version);
        docker.docker(&["load", "--input", images::busybox()]).ok();
        if ours {
            report.step("info and version name it, and the engine has nothing to complain of", || {
                let tag = format!("v{}", package().version().to_string().replace('.', "-"));
                assert_eq!(docker.docker(&["info", "--format", "{{.InitCommit.ID}}"]).ok().trim(), tag);
                let said = docker.docker(&["version"]).ok();
                assert!(said.contains(&tag), "{said}");
                let log = fs::read_to_string(docker.machine.path(e2e::docker::LOG_AT)).expect("it has a log");
                assert!(!log.contains("failed to parse") && !log.contains(INIT_AT), "{log}");
            })?;
        }
        if ours {
            report.step("the three lines of the README make an image that it is process 1 of", || {
                from_the_readme(&docker);
            })?;
        }
        let call = |arguments: &[&str]| docker.docker(arguments);
        let cgroup = Vec::new();
        let engine = Engine { name: "docker", machine: &docker.machine, call: &call, options: cgroup };
        containers(report, &engine, ours)?;
    }
    Some(())
}

/// Builds an image as the README says, and runs it: with what it says is the program, and with another one.
fn from_the_readme(docker: &Docker) {
    docker.docker(&["load", "--input", images::pause()]).ok();
    let readme = fs::read_to_string(folder().join("README.md")).expect("it is there");
    let (_, lines) = readme.split_once("```dockerfile\n").expect("it has a Dockerfile");
    let (lines, _) = lines.split_once("```").expect("which ends");
    let context = tempfile::tempdir().expect("a folder can be made");
    let program = lines.replace("your-program", "/bin/busybox");
    assert!(lines.lines().count() == 3 && program != lines, "{lines}");
    let dockerfile = format!("FROM {}\n{program}", busybox::REFERENCE);
    fs::write(context.path().join("Dockerfile"), dockerfile).expect("it can be written");
    docker.build(Builder::Classic, context.path(), &["--tag=with-init"]);
    let run = ["run", "--rm", "--network=none", "with-init"];
    docker.docker(&run).ok();
    let said = docker.docker(&[&run[..], &["/bin/sh", "-c", "cat /proc/1/comm; exit 42"]].concat());
    assert_eq!((said.status.code(), &*said.stdout), (Some(42), "init\n"), "{said:?}");
}

pub fn podman(report: &mut Report) -> Option<()> {
    report.about("podman-init", "");
    let podman = report.step("a machine is made for it", Podman::new)?;
    put_init(&podman.machine);
    podman.load(images::busybox());
    report.about("podman-init", &podman.podman(&["version", "--format", "{{.Client.Version}}"]).ok());
    for ours in [true, false] {
        let call = |arguments: &[&str]| podman.podman(arguments);
        let mut options: Vec<String> = podman.cgroup_option().into_iter().collect();
        options.extend(ours.then(|| format!("--init-path={INIT_AT}")));
        let engine = Engine { name: "podman", machine: &podman.machine, call: &call, options };
        containers(report, &engine, ours)?;
    }
    Some(())
}

/// Puts our init where an engine finds it.
fn put_init(machine: &Machine) {
    let program = folder().join("target/release/init");
    fs::copy(program, machine.path(INIT_AT)).expect("it was built");
}

/// What is done with an engine's containers.
fn containers(report: &mut Report, engine: &Engine, ours: bool) -> Option<()> {
    let before = Inventory::of(engine.machine);
    let its = if ours { "ours" } else { "its own" };
    report.step(&format!("process 1 of a container is {its}"), || {
        engine.run(&["--detach", "--init", "--name=it"], "exec sleep infinity").ok();
        let said = engine.shell("it", "/proc/1/exe --version");
        let version = package().version();
        assert_eq!(said.starts_with(&format!("init {version} - git.v")), ours, "{said}");
        engine.remove("it");
    })?;
    report.step("its orphans are reaped; without an init they stay", || {
        assert_eq!(engine.zombies(&["--init"]), 0);
        assert_eq!(engine.zombies(&[]), ORPHANS);
    })?;
    report.step("signals reach the program", || {
        let script = "for signal in TERM USR1 HUP WINCH; do trap \"echo got $signal\" $signal; done; echo begins; \
                      while :; do sleep 0.1; done";
        engine.run(&["--detach", "--init", "--name=it"], script).ok();
        let logs = || (engine.call)(&["logs", "it"]).stdout;
        until("it begins", || logs().contains("begins"));
        for signal in ["TERM", "USR1", "HUP", "WINCH"] {
            (engine.call)(&["kill", &format!("--signal={signal}"), "it"]).ok();
            until("it has the signal", || logs().contains(&format!("got {signal}")));
        }
        engine.remove("it");
    })?;
    report.step("statuses come through: 42, 143, 137, and 127 and 126 of what cannot be run", || {
        let status = |said: Said| said.status.code();
        assert_eq!(status(engine.run(&["--rm", "--init"], "exit 42")), Some(42));
        assert_eq!(status(engine.run(&["--rm", "--init"], "kill -TERM $$")), Some(143));
        assert_eq!(status(engine.run(&["--rm", "--init"], "kill -KILL $$")), Some(137));
        for (program, expected) in [("/no/such/program", 127), ("/bin", 126)] {
            // catatonit, which podman brings, has 1 for both.
            let expected = if engine.name == "podman" && !ours { 1 } else { expected };
            let said = engine.start(&["--rm", "--init"], &[&format!("--entrypoint={program}")], &[]);
            assert_eq!(said.status.code(), Some(expected), "{said:?}");
        }
    })?;
    report.step("Ctrl-C at a terminal ends the program: 130", || {
        let own = engine.options.join(" ");
        let run = format!(
            "{} run --rm --network=none --init --interactive --tty {own} --entrypoint=/bin/sleep {} infinity",
            engine.name,
            busybox::REFERENCE
        );
        let mut script = Command::new("sh");
        // Until it is there to be interrupted.
        script.args(["-c", &format!("while sleep 1; do printf '\\003'; done | script -qec '{run}' /dev/null")]);
        script.env("CONTAINERS_CONF", e2e::podman::CONFIGURATION_AT).env("TMPDIR", "/run");
        let said = engine.machine.run_with(script, Stdio::null(), Duration::from_secs(120));
        assert_eq!(said.status.code(), Some(130), "{said:?}");
    })?;
    report.step("nothing is left over", || {
        // podman keeps an empty group for all of its monitors.
        let is_left = |thing: &String| !thing.ends_with("/conmon");
        until("all is as it was before", || !Inventory::of(engine.machine).since(&before).iter().any(is_left));
    })
}
