//! The names of the images.

use anyhow::{Result, bail};
use oci_spec::distribution::Reference;

/// Reads a name that the user gives.
///
/// # Errors
/// It is not a name, or has a digest.
pub fn read(name: &str) -> Result<Reference> {
    let sentence = "give it as registry/name:tag, such as pause.localhost/pause:1.0.0";
    // `oci-spec` finds some wrong letters only if the registry is written out, and those of other scripts never.
    let read = name.parse::<Reference>().and_then(|read| read.whole().parse::<Reference>());
    match read {
        _ if !name.is_ascii() => bail!("the reference {name:?} has a character other than ASCII; {sentence}"),
        Ok(reference) if reference.digest().is_none() => Ok(reference),
        Ok(_) => bail!("the reference {name} has a digest, which is not known before the image is built; {sentence}"),
        Err(error) => bail!("the reference {name:?} is not valid: {error}; {sentence}"),
    }
}

/// The name of a program's image: `reference` with the program as the last part of its repository, and with a suffix of
/// its tag. The name of `pause` and of `zombies` is the user's.
pub fn of_program(reference: &Reference, program: &str, suffix: &str) -> Reference {
    let repository = match (program, reference.repository().rsplit_once('/')) {
        ("init", Some((parent, _))) => format!("{parent}/init"),
        ("init", None) => "init".to_owned(),
        _ => reference.repository().to_owned(),
    };
    let tag = format!("{}{suffix}", reference.tag().unwrap_or("latest"));
    Reference::with_tag(reference.registry().into(), repository, tag)
}
