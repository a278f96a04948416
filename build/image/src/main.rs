//! `image`: assembles the multi-platform image from the compiled binaries, with its SBOMs and checksums.
//!
//! It needs no root, no daemon and no network. The same binaries always make the same bytes.

mod table;

use anyhow::{Result, anyhow, bail};
use image::image::{Image, Index};
use image::layer::Layer;
use image::metadata::{Built, Kind, Project};
use image::output::Output;
use image::platforms::Platform;
use image::{archive, binary, epoch, platforms, reference, sbom, spdx, vex};
use oci_spec::distribution::Reference;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use table::Table;

const USAGE: &str = "usage: image [--zombies] [--reference NAME:TAG] [--platforms \"PLATFORM…\"] [--project FOLDER]

Assembles the images of FOLDER/dist/binaries/<platform>/pause and init, for every platform of
FOLDER/build/platforms.toml, each with one program: FOLDER/dist/pause-VERSION.tar, pause-VERSION-guard.tar, which
starts pause with --guard, and init-VERSION.tar. Writes SBOMs, OpenVEX and SHA256SUMS beside them. FOLDER is the current one by
default.
With --zombies, it assembles FOLDER/dist/hosted/<platform>/zombies in place of them, for each platform whose row has
`hosted`: zombies-VERSION.tar. Its checksums are in SHA256SUMS-zombies.
NAME:TAG is pause.localhost/pause:VERSION by default, or pause.localhost/zombies:VERSION. The others are named NAME:TAG-guard,
and like NAME:TAG with init as the last part of NAME.
With --platforms it assembles only those. If that leaves out any, the archives are pause-VERSION-partial.tar and so on,
and the default tag is VERSION-partial.
SOURCE_DATE_EPOCH is the time stamp of everything in the images, 0 by default.";

/// Returns the images of a program: the suffix of the tag, and the arguments in the entrypoint.
fn images_of(program: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match program {
        "pause" => &[("", &[]), ("-guard", &["--guard"])],
        "init" => &[("", &["--"])],
        _ => &[("", &[])],
    }
}

/// The suffix of the version in the names of an image that lacks platforms: it is never called like the whole one.
const PARTIAL: &str = "-partial";

struct Arguments {
    kind: Kind,
    reference: Option<Reference>,
    /// The names of the platforms, all of them if it is empty.
    platforms: Vec<String>,
    folder: PathBuf,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("image: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Some(arguments) = arguments()? else { return print(USAGE) };
    let folder = &arguments.folder;
    let project = match arguments.kind {
        Kind::Freestanding => Project::read(folder)?,
        Kind::Hosted => Project::read_zombies(folder)?,
    };
    let created = epoch::from_environment()?;
    let table = platforms::read(&folder.join("build/platforms.toml"))?;
    let can_be_had = |platform: &Platform| project.kind == Kind::Freestanding || platform.has_library;
    let (all, without_library): (Vec<_>, Vec<_>) = table.into_iter().partition(can_be_had);
    let platforms = platforms::select(&all, &arguments.platforms)?;
    let partial = if platforms.len() < all.len() { PARTIAL } else { "" };
    let reference = match arguments.reference {
        Some(reference) => reference,
        None => format!("pause.localhost/{}:{}{partial}", project.programs[0].name, project.version).parse()?,
    };

    let mut output = Output::new(folder.join("dist"), project.kind.checksums());
    let mut table = Table::new();
    for program in &project.programs {
        let mut contents = Vec::new();
        for platform in &platforms {
            let path = format!("{}/{platform}/{}", project.kind.folder(), program.name);
            let bytes = binary::read(&output.path(&path), platform, project.kind)?;
            output.add_existing(path.clone(), &bytes);
            let layer = Layer::of(&[(&program.name, &bytes)], created)?;
            let libraries = project.libraries(&output.path(&path), platform)?;
            contents.push((Built { program, platform: platform.clone(), bytes, libraries }, layer));
        }
        for (suffix, arguments) in images_of(&program.name) {
            let reference = reference::of_program(&reference, &program.name, suffix);
            let name = format!("{}-{}{partial}{suffix}", program.name, project.version);
            let mut images = Vec::new();
            for (built, layer) in &contents {
                let image = Image::new(&project, program, built.platform.clone(), layer, arguments, created)?;
                let sbom = sbom::describe(&project, built, &image, &reference, created)?;
                output.add(format!("{name}.{}.cdx.json", built.platform.file_name()), sbom);
                let spdx = spdx::describe(&project, built, &image, &reference, created)?;
                output.add(format!("{name}.{}.spdx.json", built.platform.file_name()), spdx);
                images.push(image);
            }
            let index = Index::new(reference, &project, program, images, created)?;
            output.add(format!("{name}.tar"), archive::assemble(&index, created)?);
            output.add(format!("{name}.openvex.json"), vex::state(&project, program, &index, created)?);
            // The images of a program differ in their entrypoint only.
            let sizes = contents.iter().map(|(built, _)| built.bytes.len());
            table.add(&index, &program.name, if suffix.is_empty() { Some(sizes) } else { None });
        }
    }
    output.write()?;
    print(&table.text())?;
    // Each platform that an image lacks is named. Those of pause and init lack one only if their name says that.
    let left_out = all.iter().filter(|platform| project.kind == Kind::Hosted && !platforms.contains(platform));
    let left_out = left_out.map(|platform| format!("not in it: {platform}, which was not built"));
    let no_library = |platform: &Platform| format!("not in it: {platform}, for which rustup has no static library");
    left_out.chain(without_library.iter().map(no_library)).try_for_each(|line| print(&line))
}

/// Parses the command line. Returns nothing if it asks for help.
fn arguments() -> Result<Option<Arguments>> {
    use lexopt::prelude::*;
    let mut arguments =
        Arguments { kind: Kind::Freestanding, reference: None, platforms: Vec::new(), folder: ".".into() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("zombies") => arguments.kind = Kind::Hosted,
            Long("reference") => arguments.reference = Some(reference::read(&parser.value()?.string()?)?),
            Long("platforms") => {
                arguments.platforms = parser.value()?.string()?.split_whitespace().map(str::to_owned).collect();
            }
            Long("project") => arguments.folder = parser.value()?.into(),
            Short('h') | Long("help") => return Ok(None),
            _ => bail!("{}; see --help", argument.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").map_err(|error| anyhow!("the standard output cannot be written: {error}"))
}
