//! A whole node in a virtual machine: Debian's kernel, systemd and containerd, under QEMU without KVM.
//!
//! Its disk is a file without a name, which ends with the last process that has it open. So nothing stays behind, however
//! the test ends.

use crate::project;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::{tempfile, tempfile_in};
use testkit::PodProcess;
use testkit::descriptors::path_of;

/// The root that `build/setup/root.sh` makes, with the kernel and with QEMU.
const ROOT: &str = "target/roots/node";

/// The size of the disk. The file has only the blocks that are in use.
const DISK: u64 = 4 << 30;

/// How long the node may print nothing new: it is emulated, on a machine that may be busy.
const SILENCE: Duration = Duration::from_secs(600);

/// The lines of the console that a failure shows.
const LAST_LINES: usize = 40;

/// A node that is switched off.
pub struct Disk(File);

/// A node that runs. When it is dropped, its power is cut.
pub struct VirtualMachine {
    qemu: PodProcess,
    console: File,
    report: File,
    /// What QEMU itself says.
    errors: File,
    /// How many bytes of the report were read.
    read: usize,
}

impl Disk {
    /// Makes the disk from the root, with further files: a path, its mode, and where its content is.
    ///
    /// # Panics
    /// If there is no root. The message says how to make it.
    #[track_caller]
    pub fn create(files: &[(&str, u32, &Path)]) -> Self {
        assert_eq!(std::env::consts::ARCH, "x86_64", "the node has the kernel of amd64, as this machine must");
        let root = project::folder().join(ROOT);
        assert!(root.is_dir(), "there is no root of the node: make test-node makes it, with build/setup/root.sh");
        let disk = tempfile_in(project::folder().join("target")).expect("a file can be made");
        disk.set_len(DISK).expect("a file can be made larger");
        let this = Self(disk);
        project::output(tool("mke2fs").args(["-q", "-F", "-t", "ext4", "-d"]).arg(root).arg(this.path()));
        this.write(files);
        this
    }

    /// Writes files into it, over those that it has.
    #[track_caller]
    fn write(&self, files: &[(&str, u32, &Path)]) {
        let mut script = tempfile().expect("a file can be made");
        for (path, mode, source) in files {
            let folders: Vec<&Path> = Path::new(path).ancestors().skip(1).collect();
            for folder in folders.iter().rev().skip(1) {
                writeln!(script, "mkdir {}", folder.display()).expect("a file can be written");
            }
            writeln!(script, "rm {path}\nwrite {} {path}", source.display()).expect("a file can be written");
            writeln!(script, "set_inode_field {path} mode 0100{mode:o}").expect("a file can be written");
        }
        let mut debugfs = tool("debugfs");
        script.rewind().expect("a file can be read");
        debugfs.arg("-w").arg(self.path()).stdin(script);
        project::output(&mut debugfs);
        // It does not fail if one of its commands does.
        for (path, _, source) in files {
            let mut cat = tool("debugfs");
            let content = project::output(cat.arg("-R").arg(format!("cat {path}")).arg(self.path()));
            assert!(content == fs::read(source).expect("it can be read"), "debugfs has not written {path}");
        }
    }

    /// Another process can open it by this path, too.
    fn path(&self) -> PathBuf {
        path_of(&self.0)
    }

    /// Switches the node on, with these words on the kernel's command line.
    #[track_caller]
    pub fn boot(&self, words: &str) -> VirtualMachine {
        let root = project::folder().join(ROOT);
        let [console, report, errors] = [(); 3].map(|()| tempfile().expect("a file can be made"));
        // The root's own libraries, because this machine may have older ones.
        let mut qemu = Command::new(root.join("usr/lib64/ld-linux-x86-64.so.2"));
        qemu.arg("--library-path").arg(root.join("usr/lib/x86_64-linux-gnu"));
        qemu.arg(root.join("usr/bin/qemu-system-x86_64"))
            .env("QEMU_MODULE_DIR", root.join("usr/lib/x86_64-linux-gnu/qemu"));
        for folder in ["usr/share/qemu", "usr/share/seabios"] {
            qemu.arg("-L").arg(root.join(folder));
        }
        qemu.args(["-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2", "-m", "1536"]);
        qemu.args(["-nodefaults", "-display", "none", "-no-reboot"]);
        qemu.arg("-drive").arg(format!("if=virtio,format=raw,cache=unsafe,file={}", self.path().display()));
        for serial in [&console, &report] {
            qemu.arg("-serial").arg(format!("file:{}", path_of(serial).display()));
        }
        qemu.arg("-kernel").arg(boot_file(&root, "vmlinuz-")).arg("-initrd").arg(boot_file(&root, "initrd.img-"));
        let line = "root=/dev/vda rw console=ttyS0 panic=-1 systemd.firstboot=no";
        // Mitigations cost an emulated CPU much; the check of the timer fails if this machine is busy.
        let quick = "mitigations=off no_timer_check";
        qemu.arg("-append").arg(format!("{line} {quick} {words}"));
        qemu.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors.try_clone().expect("a descriptor"));
        VirtualMachine { qemu: PodProcess::outside(qemu), console, report, errors, read: 0 }
    }
}

impl VirtualMachine {
    /// Waits for the next line of the report.
    ///
    /// # Errors
    /// A message with the last lines of the console, if the node ends or is silent for long.
    pub fn line(&mut self) -> Result<String, String> {
        let start = Instant::now();
        loop {
            let has_ended = self.qemu.status().is_some();
            let report = text(&mut self.report);
            if let Some((line, _)) = report[self.read..].split_once('\n') {
                self.read += line.len() + 1;
                return Ok(line.trim_end().to_owned());
            }
            if has_ended {
                return Err(format!("the node has ended: {}", self.last_lines()));
            }
            if start.elapsed() > SILENCE {
                return Err(format!("the node is silent for {} s: {}", SILENCE.as_secs(), self.last_lines()));
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the node has shut down.
    #[track_caller]
    pub fn until_it_has_ended(&mut self) {
        let start = Instant::now();
        while self.qemu.status().is_none() {
            assert!(start.elapsed() < SILENCE, "the node does not shut down: {}", self.last_lines());
            sleep(Duration::from_millis(20));
        }
    }

    fn last_lines(&mut self) -> String {
        let console = text(&mut self.console) + &text(&mut self.errors);
        let lines: Vec<&str> = console.lines().collect();
        let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
        format!("the last lines of its console are\n{}", last.join("\n"))
    }
}

/// Reads a file from its beginning. Our descriptor has an offset of its own.
fn text(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("a file can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The only file in the root's `/boot` whose name begins so.
#[track_caller]
fn boot_file(root: &Path, prefix: &str) -> PathBuf {
    let entries = fs::read_dir(root.join("boot")).expect("the root has a kernel").flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix));
    entries.into_iter().find(is_it).unwrap_or_else(|| panic!("the root has no {prefix}*"))
}

/// A program of e2fsprogs, which ordinary users do not have in their path.
fn tool(name: &str) -> Command {
    Command::new(Path::new("/usr/sbin").join(name))
}
