//! A whole node in a virtual machine, from the switch to this image until the way back. Prints a table of the steps,
//! which run on the node: `src/bin/node-driver` has them.

use e2e::busybox;
use e2e::project::{self, package, reference};
use e2e::report::Report;
use e2e::virtual_machine::{Disk, VirtualMachine};
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

/// The folder of the node with everything that the test brings.
const FOLDER: &str = "/root";

/// Runs the driver. Its report is the second serial port; the first one is the console. When it ends, the node reboots,
/// which ends the virtual machine.
const UNIT: &str = "[Unit]
Description=Test of this node
After=containerd.service

[Service]
Type=exec
ExecStart=/root/node-driver
WorkingDirectory=/root
StandardOutput=file:/dev/ttyS1
StandardError=inherit
ExecStopPost=systemctl reboot --no-block
";

fn main() -> ExitCode {
    let mut report = Report::default();
    report.set_runtime("node");
    run(&mut report);
    if report.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(report: &mut Report) -> Option<()> {
    let disk = report.step("the disk of the node is made", || {
        make_disk(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("node")).expect("files can be written")
    })?;
    let machine = phase(report, &disk, "switch")?;
    report.step("the node shuts down while pods run", || until_it_has_ended(machine))?;
    let machine = phase(report, &disk, "reboot")?;
    drop(machine); // the power is cut
    let machine = phase(report, &disk, "power-cut")?;
    report.step("the node shuts down", || until_it_has_ended(machine))
}

fn until_it_has_ended(mut machine: VirtualMachine) {
    machine.until_it_has_ended();
}

/// Boots the node, and runs the steps of a phase. Returns `None` if one of them has failed.
fn phase(report: &mut Report, disk: &Disk, phase: &str) -> Option<VirtualMachine> {
    let words = ["systemd.wants=node-driver.service".into(), variable("PHASE", phase), variable("IMAGE", reference())];
    let (mut machine, first) = report.step(&format!("phase {phase}: the node boots"), || {
        let mut machine = disk.boot(&words.join(" "));
        let first = machine.line();
        (machine, first.unwrap_or_else(|reason| panic!("{reason}")))
    })?;
    let mut line = first;
    while !report.add(&line) {
        match machine.line() {
            Ok(next) => line = next,
            Err(reason) => {
                report.step("the node reports its steps", || panic!("{reason}"));
                return None;
            }
        }
    }
    report.has_passed().then_some(machine)
}

/// A word on the kernel's command line that gives a variable to all services.
fn variable(name: &str, value: &str) -> String {
    format!("systemd.setenv={name}={value}")
}

fn make_disk(folder: &Path) -> io::Result<Disk> {
    fs::create_dir_all(folder)?;
    let unit = folder.join("unit");
    fs::write(&unit, UNIT)?;
    let busybox = busybox::archive(folder);
    let project = project::folder();
    let archive = project::archive(env!("CARGO_TARGET_TMPDIR"));
    let archive_name = format!("{FOLDER}/pause-{}.tar", package().version());
    Ok(Disk::create(&[
        ("/etc/systemd/system/node-driver.service", 0o644, &unit),
        ("/root/node-driver", 0o755, Path::new(env!("CARGO_BIN_EXE_node-driver"))),
        ("/root/containerd.md", 0o644, &project.join("docs/containerd.md")),
        ("/root/switch.sh", 0o644, &project.join("manifests/containerd/switch.sh")),
        ("/root/busybox.tar", 0o644, Path::new(&busybox)),
        (&archive_name, 0o644, Path::new(archive)),
    ]))
}
