//! `init` as the init of an engine, for `docker run --init` and `podman run --init`; and, for comparison, the engine's
//! own init and none.

use crate::engine::Engine as _;
use crate::images;
use e2e::Release::{self, Own};
use e2e::docker::Builder;
use e2e::inventory::Inventory;
use e2e::machine::{Machine, Output};
use e2e::podman::until_removed;
use e2e::project::{folder, package};
use e2e::report::Report;
use e2e::{Docker, Podman, busybox};
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use testkit::terminal::{CTRL_C, Keyboard};
use testkit::until;

/// The path of our init on the engine's machine.
pub const INIT_AT: &str = "/run/init";

/// How many orphans a container makes.
pub const ORPHANS: usize = 20;

/// The command line of an engine.
pub struct Client<'a> {
    pub name: &'static str,
    pub machine: &'a Machine,
    pub call: &'a dyn Fn(&[&str]) -> Output,
    /// Options of every `run`.
    pub options: Vec<String>,
}

impl Client<'_> {
    /// Runs a shell script in a new container.
    pub fn run(&self, options: &[&str], script: &str) -> Output {
        self.run_program(&[options, &["--entrypoint=/bin/sh"]].concat(), &["-c", script])
    }

    pub fn run_program(&self, options: &[&str], arguments: &[&str]) -> Output {
        let own = self.options.iter().map(String::as_str).collect::<Vec<_>>();
        (self.call)(&[&["run", "--network=none"], &own[..], options, &[busybox::REFERENCE], arguments].concat())
    }

    /// Lists what exists on the machine, except for what podman keeps: an empty cgroup for its monitors, and a mount of its
    /// storage after a start that failed.
    pub fn inventory(&self) -> Inventory {
        let stays = |thing: &str| thing.ends_with("/conmon") || thing == "mount /var/lib/containers/storage/overlay";
        Inventory::of(self.machine).without(stays)
    }

    /// The last step: nothing is left that was not there `before`.
    pub fn has_left_nothing(&self, report: &mut Report, before: &Inventory) -> Option<()> {
        report.step("no container, process, mount or cgroup is left", || {
            assert_eq!((self.call)(&["ps", "--all", "--quiet"]).ok(), "");
            before.until_restored(|| self.inventory(), |_| false);
        })
    }

    /// Runs a shell script in a running container and returns its standard output.
    pub fn exec(&self, container: &str, script: &str) -> String {
        (self.call)(&["exec", container, "/bin/sh", "-c", script]).ok()
    }

    pub fn remove(&self, container: &str) {
        if self.name == "podman" {
            // It would wait ten seconds for a program that ignores SIGTERM.
            until_removed(|| (self.call)(&["rm", "--force", "--time=0", container]));
        } else {
            (self.call)(&["rm", "--force", container]).ok();
        }
    }

    /// Runs a container at a terminal whose user presses Ctrl-C when its program runs. `run` is the command, such as
    /// `docker run`. Returns its exit status.
    pub fn type_ctrl_c(&self, run: &str) -> Option<i32> {
        let mut words = run.split(' ');
        let mut command = Command::new(words.next().expect("a command has a word"));
        command.args(words).args(["--rm", "--network=none", "--interactive", "--tty"]).args(&self.options);
        command.args(["--entrypoint=/bin/sh", busybox::REFERENCE, "-c", "echo ready; exec sleep infinity"]);
        e2e::podman::set_variables(&mut command).env("TMPDIR", "/run");
        let mut keyboard = Keyboard::of(&mut command);
        let mut process = self.machine.start(command);
        keyboard.shows("ready");
        until("Ctrl-C has ended the program", || {
            keyboard.types(CTRL_C); // the first may come before the program is in the foreground
            sleep(Duration::from_millis(100));
            process.status().is_some()
        });
        process.wait().status.code()
    }

    /// Lets a container make orphans, and returns how many of them stay as zombies.
    pub fn zombies(&self, options: &[&str]) -> usize {
        // They outlive the loop, also on a busy machine: the shell would reap those that end before it executes `sleep`.
        let script = format!("for i in $(seq {ORPHANS}); do (sleep 4 &); done; echo made; exec sleep infinity");
        self.run(&[&["--detach", "--name=orphans"], options].concat(), &script).ok();
        until("the orphans are made", || (self.call)(&["logs", "orphans"]).stdout.contains("made"));
        let count = |state: &str| {
            let command = format!("grep -l '^[0-9]* (sleep) {state} 1 ' /proc/[0-9]*/stat | wc -l");
            self.exec("orphans", &command).trim().parse::<usize>().expect("a number")
        };
        // Under an init, the program itself is a sleeping child of process 1.
        until("the orphans have ended", || count("[RSD]") <= 1);
        until("all of them are reaped, or none", || [0, ORPHANS].contains(&count("Z")));
        let zombies = count("Z");
        self.remove("orphans");
        zombies
    }
}

pub fn docker(report: &mut Report, release: Release) -> Option<()> {
    for (ours, step) in [(true, "Docker starts with our init"), (false, "Docker starts with its own init")] {
        let docker = report.step(step, || {
            let docker = Docker::start_after(release, |machine| {
                put_init(machine);
                if ours {
                    machine.write(e2e::docker::CONFIGURATION_AT, &format!("{{ \"init-path\": {INIT_AT:?} }}"));
                }
            });
            docker.docker(&["load", "--input", images::busybox()]).ok();
            docker
        })?;
        report.set_version(&docker.version());
        if ours {
            report.step("`docker info` and `docker version` show it, and the engine logs no complaint", || {
                let tag = format!("v{}", package().version().to_string().replace('.', "-"));
                assert_eq!(docker.docker(&["info", "--format", "{{.InitCommit.ID}}"]).ok().trim(), tag);
                let version = docker.docker(&["version"]).ok();
                assert!(version.contains(&tag), "{version}");
                let log = fs::read_to_string(docker.machine.path(e2e::docker::LOG_AT)).expect("dockerd has a log");
                assert!(!log.contains("failed to parse") && !log.contains(INIT_AT), "{log}");
            })?;
            report.step("the README's Dockerfile makes an image with init as process 1", || {
                // The classic builder is deprecated in newer releases.
                build_as_in_the_readme(&docker, if release == Own { Builder::Classic } else { Builder::BuildKit });
            })?;
        }
        let call = |arguments: &[&str]| docker.docker(arguments);
        let client = Client { name: "docker", machine: &docker.machine, call: &call, options: Vec::new() };
        run_containers(report, &client, ours)?;
    }
    Some(())
}

/// Builds the image of the README's three lines and runs it, with its own command and with another.
fn build_as_in_the_readme(docker: &Docker, builder: Builder) {
    docker.docker(&["load", "--input", &images::init()]).ok();
    let readme = fs::read_to_string(folder().join("README.md")).expect("the README can be read");
    let (_, lines) = readme.split_once("```dockerfile\n").expect("the README has a Dockerfile");
    let (lines, _) = lines.split_once("```").expect("its end");
    let context = tempfile::tempdir().expect("a folder can be made");
    let program = lines.replace("your-program", "/bin/busybox");
    assert!(lines.lines().count() == 3 && program != lines, "{lines}");
    let dockerfile = format!("FROM {}\n{program}", busybox::REFERENCE);
    fs::write(context.path().join("Dockerfile"), dockerfile).expect("a file can be written");
    docker.build(builder, context.path(), &["--tag=with-init"]);
    let run = ["run", "--rm", "--network=none", "with-init"];
    docker.docker(&run).ok();
    let output = docker.docker(&[&run[..], &["/bin/sh", "-c", "cat /proc/1/comm; exit 42"]].concat());
    assert_eq!((output.status.code(), &*output.stdout), (Some(42), "init\n"), "{output:?}");
}

pub fn podman(report: &mut Report, release: Release) -> Option<()> {
    let podman = report.step("podman starts", || {
        let podman = Podman::rootful(release, "runc");
        put_init(&podman.machine);
        podman.load(images::busybox());
        podman
    })?;
    report.set_version(&podman.version());
    for ours in [true, false] {
        let call = |arguments: &[&str]| podman.podman(arguments);
        let mut options: Vec<String> = podman.cgroup_option().into_iter().collect();
        if release == Own {
            options.extend(ours.then(|| format!("--init-path={INIT_AT}")));
        } else if ours {
            podman.configure(&format!("[containers]\ninit_path = {INIT_AT:?}\n"));
        } else {
            podman.configure("");
        }
        run_containers(report, &Client { name: "podman", machine: &podman.machine, call: &call, options }, ours)?;
    }
    Some(())
}

pub fn put_init(machine: &Machine) {
    fs::copy(folder().join("target/release/init"), machine.path(INIT_AT)).expect("init is built");
}

/// Runs containers with `--init`, which is our init or the engine's own.
fn run_containers(report: &mut Report, client: &Client, ours: bool) -> Option<()> {
    // podman keeps an empty cgroup for its monitors.
    let inventory = || Inventory::of(client.machine).without(|thing| thing.ends_with("/conmon"));
    let before = inventory();
    report.step(
        if ours { "process 1 of a container is our init" } else { "process 1 is the engine's own init" },
        || {
            client.run(&["--detach", "--init", "--name=it"], "exec sleep infinity").ok();
            let version = client.exec("it", "/proc/1/exe --version");
            assert_eq!(version.starts_with(&format!("init {} - git.v", package().version())), ours, "{version}");
            client.remove("it");
        },
    )?;
    report.step("orphans are reaped; control: without an init they stay as zombies", || {
        assert_eq!(client.zombies(&["--init"]), 0);
        assert_eq!(client.zombies(&[]), ORPHANS);
    })?;
    report.step("the program receives signals", || {
        let script = "for signal in TERM USR1 HUP WINCH; do trap \"echo got $signal\" $signal; done; echo ready; \
                      while :; do sleep 0.1; done";
        client.run(&["--detach", "--init", "--name=it"], script).ok();
        let logs = || (client.call)(&["logs", "it"]).stdout;
        until("the program is ready", || logs().contains("ready"));
        for signal in ["TERM", "USR1", "HUP", "WINCH"] {
            (client.call)(&["kill", &format!("--signal={signal}"), "it"]).ok();
            until("the program has received the signal", || logs().contains(&format!("got {signal}")));
        }
        client.remove("it");
    })?;
    report.step("exit statuses: 42, 143 and 137; 127 and 126 if the program cannot be run", || {
        let status = |output: Output| output.status.code();
        assert_eq!(status(client.run(&["--rm", "--init"], "exit 42")), Some(42));
        assert_eq!(status(client.run(&["--rm", "--init"], "kill -TERM $$")), Some(143));
        assert_eq!(status(client.run(&["--rm", "--init"], "kill -KILL $$")), Some(137));
        for (program, expected) in [("/no/such/program", 127), ("/bin", 126)] {
            // podman's own init is catatonit, which exits with 1 in both cases.
            let expected = if client.name == "podman" && !ours { 1 } else { expected };
            let output = client.run_program(&["--rm", "--init", &format!("--entrypoint={program}")], &[]);
            assert_eq!(output.status.code(), Some(expected), "{output:?}");
        }
    })?;
    report.step("Ctrl-C at a terminal ends the program: status 130", || {
        assert_eq!(client.type_ctrl_c(&format!("{} run --init", client.name)), Some(130));
    })?;
    report.step("all containers are removed: no process, mount or cgroup is left", || {
        before.until_restored(inventory, |_| false);
    })
}
