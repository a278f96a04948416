//! The files for systems that Debian does not have: Talos, Amazon EKS, k0s, OpenShift and Flatcar. Their YAML and TOML is
//! parsed, and containerd, `ctr` and Ignition read what is for them.

use crate::containerd::{VERSION_2, dump};
use crate::node::{Node, is_named};
use crate::{archive, text};
use e2e::Machine;
use e2e::machine::Output;
use e2e::project::{package, reference};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use yaml_rust2::{Yaml, YamlLoader};

pub const FILES: &[&str] = &[
    "eks/user-data.sh",
    "flatcar/pause.bu",
    "k0s/k0s.yaml",
    "openshift/machine-config.yaml",
    "talos/cri-customization.yaml",
    "talos/machine-files.yaml",
];

/// The release of Debian with containerd 2, which these systems have.
const CONTAINERD_2: &str = "forky";

/// The image in a registry, for systems on which no archive can be placed.
fn in_a_registry() -> String {
    format!("registry.example.com/pause:{}", package().version())
}

/// The only document in a text.
#[track_caller]
fn yaml(text: &str) -> Yaml {
    let documents = YamlLoader::load_from_str(text).expect("YAML");
    let [document] = <[Yaml; 1]>::try_from(documents).expect("one document");
    document
}

/// A value in a document, which must be text.
#[track_caller]
fn string(value: &Yaml) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is not text"))
}

/// Asserts that this part of containerd's configuration, and nothing else, makes its sandbox image `image`.
#[track_caller]
fn assert_sandbox_image(part: &str, image: &str) {
    let table: toml::Table = part.parse().expect("TOML");
    let images = &table["plugins"]["io.containerd.cri.v1.images"];
    assert_eq!(images["pinned_images"]["sandbox"].as_str(), Some(image));
    let before = dump(CONTAINERD_2, "version = 3\n", None);
    let after = dump(CONTAINERD_2, &format!("version = 3\n{part}"), None);
    let changed: Vec<_> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(is_named(&after, image), "{after}");
}

#[test]
fn the_files_for_talos_set_the_image_in_containerd() {
    let patch = yaml(&text("talos/machine-files.yaml"));
    let file = &patch["machine"]["files"][0];
    assert_eq!(string(&file["path"]), "/etc/cri/conf.d/20-customization.part");
    assert_eq!(string(&file["op"]), "create");
    assert_sandbox_image(string(&file["content"]), &in_a_registry());

    let document = yaml(&text("talos/cri-customization.yaml"));
    assert_eq!((string(&document["apiVersion"]), string(&document["kind"])), ("v1alpha1", "CRICustomizationConfig"));
    assert_ne!(string(&document["name"]), "customization", "Talos reserves this name");
    assert_sandbox_image(string(&document["content"]), &in_a_registry());
}

/// The command by which a drop-in of containerd.service imports the archive.
#[track_caller]
fn import(drop_in: &str) -> &str {
    drop_in.lines().find_map(|line| line.trim().strip_prefix("ExecStartPost=-")).expect("the command")
}

/// Runs that command on a node on which the archive is where it expects it. Asserts that the image is there afterwards.
#[track_caller]
fn assert_imports(drop_in: &str) {
    let command = import(drop_in);
    let path = Path::new(command.rsplit(' ').next().expect("the archive"));
    assert_eq!(path.file_name(), Path::new(archive()).file_name());
    let node = Node::new("", Some(VERSION_2));
    let names = || node.shell("ctr --namespace k8s.io images ls --quiet").ok();
    node.shell("mount -t tmpfs tmpfs /usr/local/lib").ok();
    node.shell(&format!("install -D {} {}", archive(), path.display())).ok();
    assert_eq!(names(), "", "the control: the node has no image before");
    node.shell(command).ok();
    assert!(names().lines().any(|name| name == reference()), "{}", names());
}

/// Runs the user data for EKS on a machine where `fetch` brings the archive instead of AWS's client.
#[track_caller]
fn user_data(machine: &Machine, fetch: &str) -> Output {
    let script = text("eks/user-data.sh");
    let [before, after] = <[&str; 2]>::try_from(script.split("\naws s3 cp ").collect::<Vec<_>>()).expect("one command");
    let (command, after) = after.split_once('\n').expect("more lines");
    let target = command.rsplit(' ').next().expect("a target");
    let script = format!("{before}\n{fetch} {target}\n{}", after.replace("\nsystemctl daemon-reload\n", "\n"));
    machine.write("/run/user-data", &script);
    let mut shell = Command::new("bash");
    shell.args([
        "-euc",
        "for folder in /etc /usr/local/lib; do mount -t tmpfs tmpfs $folder; done; bash /run/user-data",
    ]);
    machine.run(shell)
}

#[test]
fn the_user_data_for_eks_brings_the_image_or_changes_nothing() {
    let machine = Machine::create();
    user_data(&machine, &format!("cp {}", archive())).ok();
    let read = |path: &str| fs::read_to_string(machine.path(path)).expect("a file");
    let brought = fs::read(machine.path(&format!("/usr/local/lib/pause/pause-{}.tar", package().version())));
    assert!(brought.expect("the archive") == fs::read(archive()).expect("an archive"), "another archive was brought");
    assert_imports(&read("/etc/systemd/system/containerd.service.d/50-pause.conf"));
    let config = yaml(&read("/etc/eks/nodeadm.d/50-pause.yaml"));
    assert_eq!((string(&config["apiVersion"]), string(&config["kind"])), ("node.eks.aws/v1alpha1", "NodeConfig"));
    assert_sandbox_image(string(&config["spec"]["containerd"]["config"]), reference());

    // Without the archive, the node keeps its own image.
    let machine = Machine::create();
    assert!(!user_data(&machine, "false").status.success());
    for folder in ["/etc/eks/nodeadm.d", "/etc/systemd/system/containerd.service.d"] {
        assert_eq!(fs::read_dir(machine.path(folder)).expect("a folder").count(), 0, "{folder}");
    }
}

#[test]
fn the_file_for_k0s_has_the_image() {
    let config = yaml(&text("k0s/k0s.yaml"));
    assert_eq!(
        (string(&config["apiVersion"]), string(&config["kind"])),
        ("k0s.k0sproject.io/v1beta1", "ClusterConfig")
    );
    let pause = &config["spec"]["images"]["pause"];
    assert_eq!(format!("{}:{}", string(&pause["image"]), string(&pause["version"])), reference());
}

/// The text in a `data:` address.
#[track_caller]
fn decode(address: &str) -> String {
    let mut parts = address.strip_prefix("data:,").expect("a data address").split('%');
    let first = parts.next().expect("a text").to_owned();
    parts.fold(first, |text, part| {
        let code = u8::from_str_radix(&part[..2], 16).expect("a code");
        text + &char::from(code).to_string() + &part[2..]
    })
}

#[test]
fn the_file_for_openshift_writes_a_file_for_cri_o() {
    let file = text("openshift/machine-config.yaml");
    let config = yaml(&file);
    let api = "machineconfiguration.openshift.io";
    assert_eq!(string(&config["apiVersion"]), format!("{api}/v1"));
    assert_eq!(string(&config["kind"]), "MachineConfig");
    assert_eq!(string(&config["metadata"]["labels"][format!("{api}/role").as_str()]), "worker");
    let written = &config["spec"]["config"]["storage"]["files"][0];
    // CRI-O reads it after OpenShift's own file, 00-default.
    assert_eq!(string(&written["path"]), "/etc/crio/crio.conf.d/50-pause.conf");
    let content = decode(string(&written["contents"]["source"]));
    let table: toml::Table = content.parse().expect("TOML");
    assert_eq!(table["crio"]["image"]["pause_image"].as_str(), Some(in_a_registry().as_str()));
    assert_eq!(table["crio"]["image"]["pause_command"].as_str(), Some("/pause"));
    for line in content.lines() {
        assert!(file.contains(&format!("\n#   {line}\n")), "the comment shows another file: {line}");
    }
    // The configuration in it is one of Ignition, which says nothing about a good one.
    let ignition = json(&config["spec"]["config"]).to_string();
    assert_eq!(ignition_says(&ignition), "");
    assert!(ignition_says(&ignition.replace("overwrite", "overwritten")).contains("Unused key overwritten"));
}

/// A document in YAML, as JSON.
fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Hash(fields) => fields.iter().map(|(name, value)| (string(name).to_owned(), json(value))).collect(),
        Yaml::Array(items) => items.iter().map(json).collect(),
        Yaml::String(text) => text.as_str().into(),
        Yaml::Integer(number) => (*number).into(),
        Yaml::Boolean(is_set) => (*is_set).into(),
        other => panic!("{other:?} is not expected here"),
    }
}

/// What `ignition-validate` says about a configuration.
#[track_caller]
fn ignition_says(configuration: &str) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    file.write_all(configuration.as_bytes()).expect("a file can be written");
    let output = Command::new("ignition-validate").arg(file.path()).output();
    let output = output.expect("ignition-validate can be started: apt-get install ignition");
    String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8")
}

#[test]
fn the_file_for_flatcar_keeps_the_settings_of_flatcar() {
    let config = yaml(&text("flatcar/pause.bu"));
    assert_eq!((string(&config["variant"]), string(&config["version"])), ("flatcar", "1.0.0"));
    let [brought, written] = [0, 1].map(|index| &config["storage"]["files"][index]);
    let drop_in = string(&config["systemd"]["units"][0]["dropins"][0]["contents"]);
    assert_eq!(string(&config["systemd"]["units"][0]["name"]), "containerd.service");
    assert!(archive().ends_with(&format!("/{}", string(&brought["contents"]["local"]))));
    assert!(import(drop_in).ends_with(string(&brought["path"])));
    assert!(drop_in.contains(&format!("\nEnvironment=CONTAINERD_CONFIG={}\n", string(&written["path"]))));
    assert_imports(drop_in);

    // A configuration like Flatcar's is imported.
    let inline = string(&written["contents"]["inline"]);
    let imports = "imports = [\"/usr/share/containerd/config.toml\"]\n";
    assert!(inline.contains(imports));
    let main = inline.replace(imports, "");
    let flatcar = VERSION_2.replace("  sandbox_image = \"registry.example.com/pause:before\"\n", "");
    let before = dump(CONTAINERD_2, &flatcar, None);
    let image = before.lines().find_map(|line| line.trim().strip_prefix("sandbox = ")).expect("a default image");
    let after = dump(CONTAINERD_2, &main, Some(&flatcar));
    assert_eq!(after, before.replace(image, &format!("'{}'", reference())));
    // containerd 1.7 loses the image: the page sends its users elsewhere.
    assert!(!is_named(&dump("trixie", &main, Some(&flatcar)), reference()));
}
