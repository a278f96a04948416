//! `image`: assembles the multi-platform image from the compiled binaries, with its SBOMs and checksums.
//!
//! It needs no root, no daemon and no network. The same binaries always make the same bytes.

use anyhow::{Result, anyhow, bail};
use image::blob::Blob;
use image::image::{Image, Index};
use image::layer::Layer;
use image::metadata::Project;
use image::output::Output;
use image::{archive, binary, epoch, platforms, sbom};
use oci_spec::distribution::Reference;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: image [--reference NAME:TAG] [--platforms \"PLATFORM…\"] [--project FOLDER]

Assembles FOLDER/dist/pause-VERSION.tar from FOLDER/dist/binaries/<platform>/pause and init, for every platform
of FOLDER/build/platforms.toml, and writes SBOMs and SHA256SUMS beside it. FOLDER is the current one by default.
NAME:TAG is pause.localhost/pause:VERSION by default; NAME:TAG-guard is the image that starts pause with --guard.
With --platforms it assembles only those. If that leaves out any, the archive is pause-VERSION-partial.tar, and the
default tag VERSION-partial.
SOURCE_DATE_EPOCH is the time stamp of everything in the image, 0 by default.";

/// The suffix of each image's tag, and the arguments with which the image starts pause.
const VARIANTS: [(&str, &[&str]); 2] = [("", &[]), ("-guard", &["--guard"])];

/// The suffix of the version in the names of an image that lacks platforms: it is never called like the whole one.
const PARTIAL: &str = "-partial";

struct Arguments {
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
    let project = Project::read(&arguments.folder)?;
    let created = epoch::from_environment()?;
    let all = platforms::read(&arguments.folder.join("build/platforms.toml"))?;
    let platforms = platforms::select(&all, &arguments.platforms)?;
    let partial = if platforms.len() < all.len() { PARTIAL } else { "" };
    let reference = match arguments.reference {
        Some(reference) => reference,
        None => format!("pause.localhost/{}:{}{partial}", project.name, project.version).parse()?,
    };

    let mut output = Output::new(arguments.folder.join("dist"));
    let mut contents = Vec::new();
    for platform in platforms {
        let (mut programs, mut layers) = (Vec::new(), Vec::new());
        // A layer for each program, so that a change of one does not change the layer of the other.
        for name in [&*project.name, "init"] {
            let path = format!("binaries/{platform}/{name}");
            let bytes = binary::read(&output.path(&path), &platform)?;
            layers.push(Layer::of(&[(name, &bytes)], created)?);
            output.add_existing(path, &bytes);
            programs.push((name, bytes));
        }
        contents.push((platform, programs, layers));
    }

    let mut indexes = Vec::new();
    for (suffix, arguments) in VARIANTS {
        let tag = format!("{}{suffix}", reference.tag().unwrap_or("latest"));
        let reference = Reference::with_tag(reference.registry().into(), reference.repository().into(), tag);
        let name = format!("{}-{}{partial}{suffix}", project.name, project.version);
        let mut images = Vec::new();
        for (platform, programs, layers) in &contents {
            let image = Image::new(&project, platform.clone(), layers, arguments, created)?;
            let sbom = sbom::describe(&project, &image, programs, &reference, created)?;
            output.add(format!("{name}.{}.cdx.json", platform.file_name()), sbom);
            images.push(image);
        }
        let index = Index::new(reference, &project, images, created)?;
        output.add(format!("{name}.tar"), archive::assemble(&index, created)?);
        indexes.push(index);
    }
    output.write()?;
    let sizes = |(_, programs, _): &(_, Vec<(_, Vec<u8>)>, _)| programs.iter().map(|(_, bytes)| bytes.len()).collect();
    let sizes: Vec<Vec<usize>> = contents.iter().map(sizes).collect();
    print(&table(&indexes, &sizes))
}

/// A line for each platform of the first index, and one for each index. `binaries` are the sizes of each platform's
/// programs, in the order of their layers.
fn table(indexes: &[Index], binaries: &[Vec<usize>]) -> String {
    let mut table = String::from("bytes          /pause  layer  /init  layer config manifest   sum  digest");
    let size = |blob: &Blob| blob.bytes.len();
    for (image, binaries) in indexes.iter().take(1).flat_map(|index| &index.images).zip(binaries) {
        _ = write!(table, "\n{:<14}", image.platform); // a String accepts all writes
        for (binary, layer) in binaries.iter().zip(&image.layers) {
            _ = write!(table, " {binary:>6} {:>6}", size(layer));
        }
        let sum: usize = image.blobs().map(size).sum();
        let (config, manifest, digest) = (size(&image.config), size(&image.manifest), image.manifest.digest());
        _ = write!(table, " {config:>6} {manifest:>8} {sum:>5}  {digest}");
    }
    for index in indexes {
        _ = write!(table, "\n{:<63}  {}", index.reference.whole(), index.blob.digest());
    }
    table
}

/// Parses the command line. Returns nothing if it asks for help.
fn arguments() -> Result<Option<Arguments>> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { reference: None, platforms: Vec::new(), folder: ".".into() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("reference") => arguments.reference = Some(reference(&parser.value()?.string()?)?),
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

fn reference(name: &str) -> Result<Reference> {
    let sentence = "give it as registry/name:tag, such as pause.localhost/pause:1.0.0";
    match name.parse::<Reference>() {
        Ok(reference) if reference.digest().is_none() => Ok(reference),
        Ok(_) => bail!("the reference {name} has a digest, which is not known before the image is built; {sentence}"),
        Err(error) => bail!("the reference {name:?} is not valid: {error}; {sentence}"),
    }
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").map_err(|error| anyhow!("the standard output cannot be written: {error}"))
}
