//! `image`: assembles the multi-platform image from the compiled binaries, with its SBOMs and checksums.
//!
//! It needs no root, no daemon and no network, and the same binaries always make the same bytes.

use image::image::Image;
use image::index::Index;
use image::layer::Layer;
use image::output::Output;
use image::project::Project;
use image::{Result, archive, binary, epoch, platforms, report, sbom};
use oci_spec::distribution::Reference;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: image [--reference NAME:TAG] [--project FOLDER]

Assembles FOLDER/dist/pause-VERSION.tar from FOLDER/dist/binaries/<platform>/pause and init, for every platform
of FOLDER/build/platforms.toml, and writes SBOMs and SHA256SUMS beside it. FOLDER is the current one by default,
NAME:TAG is localhost/pause:VERSION; the image that starts it with --guard is NAME:TAG-guard. SOURCE_DATE_EPOCH is the
time that everything in it bears, 0 by default.";

/// What each image adds to the tag, and the arguments that it starts the program with.
const VARIANTS: [(&str, &[&str]); 2] = [("", &[]), ("-guard", &["--guard"])];

struct Arguments {
    reference: Option<Reference>,
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
    let platforms = platforms::read(&arguments.folder.join("build/platforms.toml"))?;
    let reference = match arguments.reference {
        Some(reference) => reference,
        None => format!("localhost/{}:{}", project.name, project.version).parse()?,
    };

    let mut output = Output::new(arguments.folder.join("dist"));
    let mut contents = Vec::new();
    for platform in platforms {
        let (mut programs, mut layers) = (Vec::new(), Vec::new());
        // A layer for each: that of the one which a node runs is the same, whatever becomes of the other.
        for name in [&*project.name, "init"] {
            let path = format!("binaries/{platform}/{name}");
            let bytes = binary::read(&output.path(&path), &platform)?;
            layers.push(Layer::of(&[(name, &bytes)], created)?);
            output.has(path, bytes.clone());
            programs.push((name, bytes));
        }
        contents.push((platform, programs, layers));
    }

    let mut indexes = Vec::new();
    for (suffix, arguments) in VARIANTS {
        let tag = format!("{}{suffix}", reference.tag().unwrap_or("latest"));
        let reference = Reference::with_tag(reference.registry().into(), reference.repository().into(), tag);
        let name = format!("{}-{}{suffix}", project.name, project.version);
        let mut images = Vec::new();
        for (platform, programs, layers) in &contents {
            let image = Image::new(&project, platform.clone(), layers, arguments, created)?;
            let sbom = sbom::describe(&project, &image, programs, &reference, created)?;
            output.add(format!("{name}.{}.cdx.json", platform.in_one_word()), sbom);
            images.push(image);
        }
        let index = Index::new(reference, &project, images, created)?;
        output.add(format!("{name}.tar"), archive::assemble(&index, created)?);
        indexes.push(index);
    }
    output.write()?;
    let sizes = |(_, programs, _): &(_, Vec<(_, Vec<u8>)>, _)| programs.iter().map(|(_, bytes)| bytes.len()).collect();
    let sizes: Vec<Vec<usize>> = contents.iter().map(sizes).collect();
    print(&report::table(&indexes, &sizes))
}

/// The command line, or nothing where it asks for help.
fn arguments() -> Result<Option<Arguments>> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { reference: None, folder: ".".into() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("reference") => arguments.reference = Some(reference(&parser.value()?.string()?)?),
            Long("project") => arguments.folder = parser.value()?.into(),
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(format!("{}; see --help", argument.unexpected()).into()),
        }
    }
    Ok(Some(arguments))
}

fn reference(name: &str) -> Result<Reference> {
    let sentence = "give it as registry/name:tag, such as localhost/pause:1.0.0";
    match name.parse::<Reference>() {
        Ok(reference) if reference.digest().is_none() => Ok(reference),
        Ok(_) => Err(format!("the reference {name} has a digest, which only its image can tell; {sentence}").into()),
        Err(error) => Err(format!("the reference {name:?} is none: {error}; {sentence}").into()),
    }
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").map_err(|error| format!("the standard output cannot be written: {error}").into())
}
