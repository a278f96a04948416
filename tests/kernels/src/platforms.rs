//! The columns of `build/platforms.toml` about machines and kernels.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use toml::Table;

/// A platform, and the machine that QEMU emulates for it.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Its name in an image index, such as `linux/arm/v7`.
    pub name: String,
    /// Its name in Rust.
    pub target: String,
    /// Whether the library of Rust has to be built from source.
    pub needs_std_from_source: bool,
    /// Its name in Debian.
    pub debian: String,
    /// The QEMU program.
    pub system: String,
    /// The options for the machine and its processor.
    pub machine: Vec<String>,
    /// The device of the kernel's console.
    pub console: String,
    /// The kernels that are booted, the newest first.
    pub kernels: Vec<Kernel>,
    /// The memory, in MiB.
    pub memory: u64,
    /// Further words for the kernel's command line.
    pub boot: String,
}

/// A kernel of Debian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The release of Debian.
    pub release: String,
    /// The pattern of the package's name.
    pub package: String,
}

/// Returns the folder of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the platforms of these names, in the order of the table; all of them if there are no names.
pub fn select(names: &[String]) -> Result<Vec<Platform>> {
    let table = include_str!("../../../build/platforms.toml").parse::<Table>()?;
    let rows = table["platform"].as_array().context("build/platforms.toml has no [[platform]]")?;
    let rows = rows.iter().filter_map(|row| row.as_table());
    let all = rows.map(Platform::from_row).collect::<Result<Vec<_>>>()?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|platform| platform.name != **name)) {
        let known: Vec<&str> = all.iter().map(|platform| platform.name.as_str()).collect();
        bail!("build/platforms.toml has no platform {unknown}; choose from {}", known.join(" "));
    }
    Ok(all.into_iter().filter(|platform| names.is_empty() || names.contains(&platform.name)).collect())
}

impl Platform {
    fn from_row(row: &Table) -> Result<Self> {
        let optional = |name: &str| row.get(name).and_then(|value| value.as_str());
        let field = |name: &str| {
            let missing = || format!("build/platforms.toml: a platform has no {name}");
            optional(name).map(str::to_owned).with_context(missing)
        };
        let kernels = ["kernel", "old_kernel"].into_iter().filter_map(optional).map(Kernel::parse);
        Ok(Self {
            name: field("platform")?,
            target: field("target")?,
            needs_std_from_source: field("core")? == "source",
            debian: field("debian")?,
            system: field("system")?,
            machine: field("machine")?.split(' ').map(str::to_owned).collect(),
            console: field("console")?,
            kernels: kernels.collect::<Result<_>>()?,
            memory: field("memory")?.parse().context("build/platforms.toml: memory is a number of MiB")?,
            boot: optional("boot").unwrap_or_default().to_owned(),
        })
    }

    /// Returns the name of this platform in tables, with one more word if the kernel is not its newest.
    pub fn name_with(&self, kernel: &Kernel) -> String {
        let is_newest = self.kernels.first() == Some(kernel);
        if is_newest { self.name.clone() } else { format!("{}, {}", self.name, kernel.release) }
    }

    /// Returns the folder with this platform's C library and shells.
    pub fn system_root(&self) -> PathBuf {
        project().join(format!("target/debian/forky-{}-complete", self.debian))
    }

    /// Returns the image of a kernel of this platform.
    pub fn kernel_image(&self, kernel: &Kernel) -> Result<PathBuf> {
        let folder = project().join(format!("target/debian/{}-{}", kernel.release, self.debian));
        let mut found = Vec::new();
        for place in [folder.join("boot"), folder.join("usr/lib/modules")] {
            found.extend(images_in(&place));
        }
        match &found[..] {
            [image] => Ok(image.clone()),
            _ => bail!(
                "{} has {} kernels, and should have one: remove it, and run build/setup/kernels.sh {}",
                folder.display(),
                found.len(),
                self.name
            ),
        }
    }
}

/// Returns the kernel images in a folder or in the folders directly in it.
fn images_in(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let is_image = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        path.is_file() && (name.starts_with("vmlinuz") || name.starts_with("vmlinux"))
    };
    let below = entries(folder).filter(|path| path.is_dir()).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    entries(folder).chain(below).filter(is_image).collect()
}

impl Kernel {
    fn parse(text: &str) -> Result<Self> {
        let (release, package) =
            text.split_once(' ').context("build/platforms.toml: a kernel is a release and a package")?;
        Ok(Self { release: release.into(), package: package.into() })
    }
}
