//! Containers of Docker and podman.

use super::{
    Container, DOES_NOT_WAIT, IMAGE, NAMES, abandon, archive, findings, install, look, look_with, until_found,
};
use crate::engine::Engine as _;
use crate::images;
use crate::init::{Client, INIT_AT, ORPHANS, put_init};
use crate::oci_init::SLEEPS;
use e2e::docker::CONFIGURATION_AT;
use e2e::podman::until_removed;
use e2e::report::Report;
use e2e::{Docker, Podman, Release};
use testkit::until;

/// The socket of Docker's API, and that of podman's, which it serves only if it is asked to.
const DOCKER_AT: &str = "/run/docker.sock";
const PODMAN_AT: &str = "/run/podman.sock";

pub fn docker(report: &mut Report, release: Release) -> Option<()> {
    let docker = report.step("Docker starts", || {
        let docker = Docker::start_after(release, |machine| {
            put_init(machine);
            machine.write(CONFIGURATION_AT, &format!("{{ \"init-path\": {:?} }}", INIT_AT));
            install(machine);
        });
        for archive in [images::busybox(), &archive()] {
            docker.docker(&["load", "--input", archive]).ok();
        }
        docker
    })?;
    report.set_version(&docker.version());
    let call = |arguments: &[&str]| docker.docker(arguments);
    let client = Client { name: "docker", machine: &docker.machine, call: &call, options: Vec::new() };
    names(report, &client, DOCKER_AT)?;
    run(report, &client)?;
    if release == Release::Own {
        limit(report, &client)?;
    } else {
        report.note("limits are not tried: this machine's controllers may be those of version 1");
    }
    Some(())
}

/// podman, which `start` starts: of root, or of an ordinary user.
pub fn podman(
    report: &mut Report,
    release: Release,
    runtime: &str,
    start: impl FnOnce(Release, &str) -> Podman,
) -> Option<()> {
    let podman = report.step("podman starts", || {
        let podman = start(release, runtime);
        put_init(&podman.machine);
        install(&podman.machine);
        podman.load(images::busybox());
        podman.load(&archive());
        podman
    })?;
    report.set_version(&podman.version());
    let call = |arguments: &[&str]| podman.podman(arguments);
    let options = podman.cgroup_option().into_iter().chain([format!("--init-path={INIT_AT}")]).collect();
    let client = Client { name: "podman", machine: &podman.machine, call: &call, options };
    if client.makes_cgroups() {
        let server = podman.serve(PODMAN_AT);
        names(report, &client, PODMAN_AT)?;
        name_of_pod(report, &client)?;
        drop(server);
    } else {
        report.note("names are not tried: an ordinary user's containers have no control groups here");
    }
    run(report, &client)
}

/// The name of a container, from the engine.
fn names(report: &mut Report, client: &Client, socket: &str) -> Option<()> {
    report.step("the engine tells the name of a container; control: without its socket, there is none", || {
        let it = client.start(&[], DOES_NOT_WAIT);
        let finding = until_found(client.machine, &it, "process-1-does-not-reap", 1);
        finding.assert_says("place", "\"names\":null");
        let [named] = &look_with(client.machine, &it, &["--docker", socket])[..] else { panic!("one finding") };
        named.assert_named("it", None, None);
        client.remove("it");
    })
}

/// The name of a pod of podman, whose ID is in the control group.
fn name_of_pod(report: &mut Report, client: &Client) -> Option<()> {
    report.step("podman tells the name of a pod", || {
        let is_parent = |option: &String| option.starts_with("--cgroup-parent");
        let (parent, options): (Vec<String>, Vec<String>) = client.options.iter().cloned().partition(is_parent);
        (client.call)(&["pod", "create", "--infra=false", "--name=web", &parent[0]]).ok();
        let inside = Client { options, ..*client };
        inside.run(&["--detach", "--name=it", "--pod=web"], DOES_NOT_WAIT).ok();
        let it = Container::Id((client.call)(&["inspect", "--format={{.Id}}", "it"]).ok().trim().to_owned());
        until_found(client.machine, &it, "process-1-does-not-reap", 1);
        let [named] = &look_with(client.machine, &it, &["--docker", PODMAN_AT])[..] else { panic!("one finding") };
        named.assert_named("it", Some("web"), None);
        client.remove("it");
        until_removed(|| (client.call)(&["pod", "rm", "web"]));
    })
}

impl Client<'_> {
    /// Starts a container that runs a shell script.
    #[track_caller]
    fn start(&self, options: &[&str], script: &str) -> Container {
        self.run(&[&["--detach", "--name=it"], options].concat(), script).ok();
        let inspect = |field: &str| (self.call)(&["inspect", "--format", field, "it"]).ok().trim().to_owned();
        if self.makes_cgroups() {
            Container::Id(inspect("{{.Id}}"))
        } else {
            Container::Process1(inspect("{{.State.Pid}}").parse().expect("a process ID"))
        }
    }

    /// Whether its containers have control groups: those of an ordinary user have none here.
    fn makes_cgroups(&self) -> bool {
        self.name == "docker" || self.options.iter().any(|option| option.starts_with("--cgroup-parent"))
    }
}

fn run(report: &mut Report, client: &Client) -> Option<()> {
    let before = client.inventory();
    report.step("process 1 that does not reap is named, with its container; control: with an init, none", || {
        let it = client.start(&[], &abandon(ORPHANS));
        let finding = until_found(client.machine, &it, "process-1-does-not-reap", ORPHANS);
        finding.assert_says("parent", "\"pid_in_namespace\":1");
        finding.assert_says("remedies", "docker run --init, podman run --init");
        client.remove("it");

        let it = client.start(&["--init"], &abandon(ORPHANS));
        until("the orphans are made", || client.exec("it", SLEEPS).contains("sleeps"));
        until("the orphans are reaped", || client.exec("it", NAMES).matches("sleep").count() == 1);
        assert!(look(client.machine, &it).is_empty());
        client.remove("it");
    })?;
    report.step("below an init, a program that does not wait is named, and the init is not blamed", || {
        let it = client.start(&["--init"], DOES_NOT_WAIT);
        let finding = until_found(client.machine, &it, "parent-does-not-wait", 1);
        finding.assert_says("parent", "\"command\":\"sleep\"");
        finding.assert_says("facts", "has no zombie: it is not to blame");
    })?;
    if client.makes_cgroups() {
        report.step("the same in a paused container: it is frozen, and then not", || {
            let it = Container::Id((client.call)(&["inspect", "--format={{.Id}}", "it"]).ok().trim().to_owned());
            (client.call)(&["pause", "it"]).ok();
            let finding = until_found(client.machine, &it, "parent-frozen", 1);
            let Container::Id(id) = &it else { unreachable!("it has a control group") };
            finding.assert_says("facts", id);
            (client.call)(&["unpause", "it"]).ok();
            until_found(client.machine, &it, "parent-does-not-wait", 1);
        })?;
    }
    report.step("its image sees the same in the container's namespace", || {
        let own = client.options.iter().map(String::as_str);
        let run: Vec<&str> = ["run", "--rm", "--network=none", "--pid=container:it"].into_iter().chain(own).collect();
        let output = (client.call)(&[&run[..], &[IMAGE, "--json", "--age=0.2"]].concat());
        let [finding] = &findings(&output.stdout)[..] else { panic!("{output:?}") };
        assert_eq!((output.status.code(), finding.kind(), finding.zombies()), (Some(1), "parent-does-not-wait", 1));
        client.remove("it");
    })?;
    client.has_left_nothing(report, &before)
}

fn limit(report: &mut Report, client: &Client) -> Option<()> {
    report.step("the limit of a container is told", || {
        let it = client.start(&["--pids-limit=100"], &abandon(ORPHANS));
        let finding = until_found(client.machine, &it, "process-1-does-not-reap", ORPHANS);
        finding.assert_says("limits", "\"limit\":100");
        client.remove("it");
    })
}
