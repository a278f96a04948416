//! The image: each tool that people and nodes load it with takes the one archive, says of it what the table of platforms
//! and the manifest say, and runs it where it can.

use e2e::docker::Builder;
use e2e::platform::Platform;
use e2e::project::{self, output, package, reference};
use e2e::{Containerd, Docker, Machine, Podman, tool};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;
use testkit::pod::waits_for_signals;
use testkit::{PodProcess, until};

/// Bytes of what a node fetches: the layer of `pause`, configuration and manifest of its platform; and the layer of
/// `init`, which nobody there runs.
const COMPRESSED_BYTES: usize = 4096;
const INIT_BYTES: usize = 9216;

/// The programs, each in a layer of its own, in this order.
const PROGRAMS: [&str; 2] = ["pause", "init"];

const USER: &str = "65535:65535";
const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// What `find` says of a file system that has the programs in it, root's, of the year 1970, and nothing else.
const TWO_FILES: [&str; 2] = ["init 555 0:0 0.0000000000", "pause 555 0:0 0.0000000000"];

/// What `init` answers when it is asked for its version.
fn init_version() -> String {
    let version = package().version().to_string();
    format!("init {version} - git.v{}\n", version.replace('.', "-"))
}

/// The archive, made once.
fn archive() -> &'static str {
    static ARCHIVE: LazyLock<String> = LazyLock::new(|| project::archive(Path::new(env!("CARGO_TARGET_TMPDIR"))));
    &ARCHIVE
}

#[track_caller]
fn parse(json: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(json.as_ref()).expect("the tool speaks JSON")
}

/// What `pause -v` says.
fn version() -> String {
    format!("pause {}\n", package().version())
}

/// What `Cargo.toml` says.
fn labels() -> Value {
    let package = package();
    let mut labels = json!({
        "org.opencontainers.image.title": package.name(),
        "org.opencontainers.image.description": package.description(),
        "org.opencontainers.image.version": package.version(),
        "org.opencontainers.image.licenses": "Apache-2.0",
    });
    for (name, place) in [("source", package.repository()), ("url", package.homepage())] {
        if let Some(place) = place {
            labels[format!("org.opencontainers.image.{name}")] = place.into();
        }
    }
    labels
}

/// A configuration, as the specification has it, is that of this platform.
#[track_caller]
fn assert_configuration(config: &Value, platform: &Platform) {
    for (at, field) in ["os", "architecture", "variant"].into_iter().enumerate() {
        assert_eq!(config[field].as_str(), platform.part(at), "{field} of {}", platform.name);
    }
    assert_process(&config["config"]);
    assert_eq!(config["rootfs"]["diff_ids"].as_array().map(Vec::len), Some(2), "a layer for each program");
}

/// What `docker image inspect` and `podman image inspect` say is that of this machine's platform.
#[track_caller]
fn assert_inspected(inspected: &Value) {
    let own = Platform::own();
    assert_eq!((inspected["Os"].as_str(), inspected["Architecture"].as_str()), (own.part(0), own.part(1)));
    assert_process(&inspected["Config"]);
    assert_eq!(inspected["RootFS"]["Layers"].as_array().map(Vec::len), Some(2), "a layer for each program");
}

#[track_caller]
fn assert_process(config: &Value) {
    assert_eq!(config["User"], USER);
    assert_eq!(config["Entrypoint"], json!(["/pause"]));
    assert_eq!(config["Labels"], labels());
    assert_eq!(config["Env"], Value::Null, "no environment");
    assert_eq!(config["Cmd"], Value::Null, "no arguments");
}

/// An archive of a layer has one file in it, this binary of the platform.
#[track_caller]
fn assert_layer(layer: impl Read, program: &str, platform: &Platform) {
    let mut archive = tar::Archive::new(layer);
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let header = entry.header();
        let owner = (header.uid().unwrap(), header.gid().unwrap());
        (entry.path().unwrap().into_owned(), header.mode().unwrap() & 0o7777, owner, bytes)
    });
    assert_eq!(files.collect::<Vec<_>>(), [(PathBuf::from(program), 0o555, (0, 0), platform.binary(program))]);
}

/// What `find` says of all that is in a folder of an engine's machine.
#[track_caller]
fn contents(machine: &Machine, folder: &str) -> Vec<String> {
    let mut find = Command::new("find");
    find.args([folder, "-mindepth", "1", "-printf", "%P %m %U:%G %T@\\n"]);
    let mut lines: Vec<String> = machine.run(find).ok().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// A process of an engine's machine is process 1 of its own namespace, and nobody.
#[track_caller]
fn assert_process_1_and_nobody(machine: &Machine, pid: &str) {
    machine.until_it_waits(pid);
    let status = fs::read_to_string(machine.proc(pid).join("status")).expect("it lives");
    let fields: BTreeMap<&str, Vec<&str>> = status
        .lines()
        .filter_map(|line| Some((line.split_once(':')?.0, line.split_whitespace().skip(1).collect())))
        .collect();
    assert_eq!(fields["NSpid"].last(), Some(&"1"));
    assert_eq!(fields["Uid"], ["65535"; 4]);
    assert_eq!(fields["Gid"], ["65535"; 4]);
    assert_eq!(fields["Name"], ["pause"]);
}

#[test]
fn skopeo_finds_every_platform_in_the_layout() {
    for platform in Platform::all() {
        let source = format!("oci-archive:{}", archive());
        let config = output(platform.skopeo("inspect").args(["--config", &source]));
        assert_configuration(&parse(&config), &platform);
        let guard = format!("oci-archive:{}", project::guarded(archive()));
        let guard = parse(output(platform.skopeo("inspect").args(["--config", &guard])));
        assert_eq!(guard["config"]["Entrypoint"], json!(["/pause", "--guard"]));

        let folder = tempfile::tempdir().expect("a folder can be made");
        output(platform.skopeo("copy").arg(&source).arg(format!("dir:{}", folder.path().display())));
        let manifest = fs::read(folder.path().join("manifest.json")).expect("skopeo copied it");
        let size = |part: &Value| part["size"].as_u64().expect("a number") as usize;
        let layers = parse(&manifest)["layers"].as_array().expect("a list").clone();
        let [pause, init] = &layers[..] else { panic!("two layers: {layers:?}") };
        for (layer, program) in layers.iter().zip(PROGRAMS) {
            let blob = layer["digest"].as_str().expect("a digest").replace("sha256:", "");
            let blob = fs::File::open(folder.path().join(blob)).expect("skopeo copied it");
            assert_layer(flate2::read::GzDecoder::new(blob), program, &platform);
        }
        let bytes = size(pause) + size(&parse(&manifest)["config"]) + manifest.len();
        assert!(bytes <= COMPRESSED_BYTES, "{}: {bytes} bytes are more than {COMPRESSED_BYTES}", platform.name);
        assert!(size(init) <= INIT_BYTES, "{}: {} bytes are more than {INIT_BYTES}", platform.name, size(init));
    }
}

#[test]
fn skopeo_copies_all_of_it_by_its_tag() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let source = format!("oci-archive:{}:{}", archive(), package().version());
    output(tool("skopeo").args(["copy", "--all", &source]).arg(format!("dir:{}", folder.path().display())));
    let index = parse(fs::read(folder.path().join("manifest.json")).expect("skopeo copied it"));
    let found: Vec<String> = index["manifests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|manifest| {
            let parts = ["os", "architecture", "variant"].map(|part| manifest["platform"][part].as_str());
            parts.into_iter().flatten().collect::<Vec<_>>().join("/")
        })
        .collect();
    let expected: Vec<String> = Platform::all().into_iter().map(|platform| platform.name).collect();
    assert_eq!(found, expected);
}

#[test]
fn skopeo_finds_this_machines_platform_in_the_docker_archive() {
    let source = format!("docker-archive:{}:{}", archive(), reference());
    assert_configuration(&parse(output(tool("skopeo").args(["inspect", "--config", &source]))), &Platform::own());
    let folder = tempfile::tempdir().expect("a folder can be made");
    output(tool("skopeo").args(["copy", &source]).arg(format!("oci:{}", folder.path().display())));
}

#[test]
fn podman_loads_it_and_runs_it() {
    let podman = Podman::new();
    let said = podman.podman(&["load", "--input", archive()]).ok();
    assert!(said.contains(reference()), "{said}");
    assert_inspected(&parse(podman.podman(&["image", "inspect", reference()]).ok())[0]);
    let root = podman.podman(&["image", "mount", reference()]).ok();
    assert_eq!(contents(&podman.machine, root.trim()), TWO_FILES);

    podman.run(reference(), "pod");
    let pid = podman.podman(&["inspect", "--format", "{{.State.Pid}}", "pod"]).ok();
    assert_process_1_and_nobody(&podman.machine, &pid);
    podman.podman(&["stop", "pod"]).ok();
    assert_eq!(podman.podman(&["inspect", "--format", "{{.State.ExitCode}}", "pod"]).ok(), "0\n");
    assert_eq!(podman.podman(&["logs", "pod"]).stderr, TERMINATED);
}

#[test]
fn containerd_imports_every_platform_and_runs_its_own() {
    let containerd = Containerd::new();
    containerd.ctr(&["images", "import", "--all-platforms", archive()]).ok();
    let list = containerd.ctr(&["images", "ls", &format!("name=={}", reference())]).ok();
    for platform in Platform::all() {
        let platforms = list.split_whitespace().find(|word| word.contains("linux/")).unwrap_or_default();
        assert!(platforms.split(',').any(|found| found == platform.name), "{} is missing: {list}", platform.name);
    }
    assert!(list.contains("application/vnd.oci.image.index.v1+json"), "{list}");
    let get = |descriptor: &Value| {
        parse(containerd.ctr(&["content", "get", descriptor["digest"].as_str().expect("a digest")]).ok())
    };
    let digest = list.split_whitespace().find(|word| word.starts_with("sha256:")).expect("a digest");
    let index = get(&json!({ "digest": digest }));
    for (manifest, platform) in index["manifests"].as_array().expect("a list").iter().zip(Platform::all()) {
        assert_configuration(&get(&get(manifest)["config"]), &platform);
    }
    let mut mkdir = Command::new("mkdir");
    mkdir.arg("/run/root");
    containerd.machine.run(mkdir).ok();
    containerd.ctr(&["images", "mount", reference(), "/run/root"]).ok();
    assert_eq!(contents(&containerd.machine, "/run/root"), TWO_FILES);

    let container = containerd.run(reference(), "pod");
    assert_process_1_and_nobody(&containerd.machine, &containerd.pid("pod"));
    containerd.ctr(&["tasks", "kill", "--signal", "SIGTERM", "pod"]).ok();
    let left = container.wait();
    assert_eq!((left.status.code(), String::from_utf8_lossy(&left.stderr)), (Some(0), TERMINATED.into()));

    // The control: the client ends as the container does.
    let container = containerd.run(reference(), "killed");
    containerd.pid("killed");
    containerd.ctr(&["tasks", "kill", "--signal", "SIGKILL", "killed"]).ok();
    assert_eq!(container.wait().status.code(), Some(137));
}

#[test]
fn containerd_imports_it_as_kind_does() {
    // `kind load image-archive` gives the archive to this command on each node.
    let containerd = Containerd::new();
    let command = "ctr --namespace=k8s.io images import --all-platforms --digests --snapshotter=overlayfs - < \"$1\"";
    let mut kind = Command::new("sh");
    kind.args(["-euc", command, "sh", archive()]);
    containerd.machine.run(kind).ok();
    let list = containerd.ctr(&["--namespace=k8s.io", "images", "ls"]).ok();
    assert!(list.contains(reference()), "{list}");
}

#[test]
fn docker_loads_it_and_runs_it() {
    let docker = Docker::new();
    let said = docker.docker(&["load", "--input", archive()]).ok();
    assert_eq!(said, format!("Loaded image: {}\n", reference()));
    assert_inspected(&parse(docker.docker(&["image", "inspect", reference()]).ok())[0]);
    for (layer, program) in saved(&docker, reference()).iter().zip(PROGRAMS) {
        assert_layer(&**layer, program, &Platform::own());
    }
    assert_runs(&docker, reference());
    let init = ["run", "--rm", "--network=none", "--entrypoint=/init", reference(), "-e7", "--", "/init", "--version"];
    assert_eq!(docker.docker(&init).ok(), init_version());
}

/// The layers of a Docker image.
#[track_caller]
fn saved(docker: &Docker, image: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let saved = folder.path().join("saved.tar");
    docker.docker(&["save", "--output", saved.to_str().expect("a plain name"), image]).ok();
    output(tool("tar").arg("-xf").arg(&saved).current_dir(&folder));
    let manifest = parse(fs::read(folder.path().join("manifest.json")).expect("Docker wrote it"));
    let layers = manifest[0]["Layers"].as_array().expect("a list");
    assert_eq!(layers.len(), PROGRAMS.len(), "{layers:?}");
    let path = |layer: &Value| folder.path().join(layer.as_str().expect("a path"));
    layers.iter().map(|layer| fs::read(path(layer)).expect("Docker wrote it")).collect()
}

/// A container of a Docker image is process 1, nobody, and leaves with status 0 when it is told to.
#[track_caller]
fn assert_runs(docker: &Docker, image: &str) {
    docker.docker(&["run", "--detach", "--network=none", "--name=pod", image]).ok();
    let pid = docker.docker(&["inspect", "--format", "{{.State.Pid}}", "pod"]).ok();
    assert_process_1_and_nobody(&docker.machine, &pid);
    docker.docker(&["stop", "pod"]).ok();
    assert_eq!(docker.docker(&["inspect", "--format", "{{.State.ExitCode}}", "pod"]).ok(), "0\n");
    assert_eq!(docker.docker(&["logs", "pod"]).stderr, TERMINATED);
}

#[test]
fn who_has_docker_alone_can_build_it() {
    // For two platforms, as each of the engine's builders has ideas of its own about them.
    let docker = Docker::new();
    e2e::builder::import(&docker, "builder");
    let other =
        Platform::all().into_iter().find(|platform| platform.name == "linux/arm64").expect("it is in the table");
    for (builder, platform, arguments) in [
        (Builder::Classic, Platform::own(), &["--build-arg=BUILDER=builder", "--tag=own"][..]),
        (Builder::BuildKit, other, &["--build-arg=BUILDER=builder", "--tag=other", "--platform=linux/arm64"]),
    ] {
        docker.build(builder, project::folder(), arguments);
        let name = arguments[1].trim_start_matches("--tag=");
        let mut inspected = parse(docker.docker(&["image", "inspect", name]).ok())[0].take();
        assert_eq!(
            (inspected["Os"].as_str(), inspected["Architecture"].as_str()),
            (platform.part(0), platform.part(1))
        );
        inspected["Config"]["Env"].take(); // Docker itself puts a PATH there
        assert_process(&inspected["Config"]);

        for (layer, program) in saved(&docker, name).iter().zip(PROGRAMS) {
            let mut archive = tar::Archive::new(&**layer);
            let headers: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap().header().clone()).collect();
            let [header] = &headers[..] else { panic!("one file: {headers:?}") };
            assert_eq!(
                (&*header.path_bytes(), header.mode().unwrap() & 0o7777, header.mtime().unwrap()),
                (program.as_bytes(), 0o555, 0)
            );
            let machine = |elf: &[u8]| elf[..20].to_owned();
            let expected = machine(&platform.binary(program));
            assert_eq!(machine(&layer[512..]), expected, "it is an executable for {}", platform.name);
        }
    }
    assert_eq!(docker.docker(&["run", "--rm", "--network=none", "own", "-v"]).ok(), version());
    assert_runs(&docker, "own");
}

/// The image of a platform, unpacked into a folder.
#[track_caller]
fn unpacked(platform: &Platform) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let copy = folder.path().join("copy");
    output(platform.skopeo("copy").arg(format!("oci-archive:{}", archive())).arg(format!("dir:{}", copy.display())));
    let manifest = parse(fs::read(copy.join("manifest.json")).expect("skopeo copied it"));
    fs::create_dir(folder.path().join("root")).expect("a folder can be made");
    for layer in manifest["layers"].as_array().expect("a list") {
        let layer = layer["digest"].as_str().expect("a digest").replace("sha256:", "");
        output(tool("tar").arg("-xzf").arg(copy.join(layer)).arg("-C").arg(folder.path().join("root")));
    }
    folder
}

#[test]
fn the_images_of_other_machines_run_under_emulation() {
    // In a user namespace, `binfmt_misc` is one of its own (since Linux 6.7): this machine never hears of it.
    const IN_NAMESPACES: &str = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
        printf %s \"$1\" > /proc/sys/fs/binfmt_misc/register
        shift
        exec chroot \"$@\"";
    let own = Platform::own().name;
    for platform in Platform::all().into_iter().filter(|platform| platform.name != own) {
        let folder = unpacked(&platform);
        let root = folder.path().join("root");
        let start = |arguments: &[&str]| {
            let mut unshare = tool("unshare");
            unshare.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc"]);
            unshare.args([IN_NAMESPACES, "sh", &platform.registration()]);
            unshare.arg(&root).args(arguments);
            unshare.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            PodProcess::outside(unshare)
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

        let said = start(&["/pause", "-v"]).wait();
        assert_eq!((text(&said.stdout), text(&said.stderr)), (version(), "".into()), "{}", platform.name);
        let said = start(&["/init", "-e0", "--", "/init", "--version"]).wait();
        assert_eq!((text(&said.stdout), text(&said.stderr)), (init_version(), "".into()), "{}", platform.name);

        let shim = start(&["/pause"]);
        let children = format!("/proc/{pid}/task/{pid}/children", pid = shim.pid());
        let process_1 = || fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
        until(&format!("process 1 waits for signals on {}", platform.name), || {
            waits_for_signals(&Path::new("/proc").join(process_1()))
        });
        testkit::pod::send(nix::unistd::Pid::from_raw(process_1().parse().expect("a number")), libc::SIGTERM)
            .expect("it lives");
        let left = shim.wait();
        assert_eq!((left.status.code(), text(&left.stderr)), (Some(0), TERMINATED.into()), "{}", platform.name);
    }
}
