//! The C equivalent of Kubernetes' `pause` 3.10, for comparison.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The compiler's options, as Kubernetes builds its `pause` (`build/pause/Makefile` in kubernetes/kubernetes).
pub const OPTIONS: [&str; 4] = ["-Os", "-Wall", "-Werror", "-static"];

/// Part of this program, as an ordinary user may not be able to read the project's folder.
const SOURCE: &str = include_str!("../../../benches/peers/upstream_equivalent.c");

/// Compiles it for this machine, with this version, as the file `program`.
///
/// # Errors
/// There is no C compiler, or it fails: then it has written why.
pub fn compile(version: &str, program: &Path) -> io::Result<()> {
    let mut compiler = Command::new("cc");
    compiler.args(OPTIONS).arg(format!("-DVERSION=\"{version}\"")).args(["-x", "c", "-", "-o"]).arg(program);
    let mut compiler = compiler.stdin(Stdio::piped()).spawn()?;
    compiler.stdin.take().expect("a pipe").write_all(SOURCE.as_bytes())?;
    match compiler.wait()? {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("the C equivalent cannot be compiled: {status}"))),
    }
}
