//! podman loads the image and runs it.

use crate::expected::{archive, assert_inspected, assert_runs_and_stops, assert_two_files, parse};
use e2e::platform::Platform;
use e2e::project::reference;
use e2e::{Podman, Release};

#[test]
fn podman_loads_it_and_runs_it() {
    let podman = Podman::rootful(Release::Own, "runc");
    let output = podman.podman(&["load", "--input", archive()]).ok();
    assert!(output.contains(reference()), "{output}");
    assert_inspected(&parse(podman.podman(&["image", "inspect", reference()]).ok())[0], &Platform::own());
    let root = podman.podman(&["image", "mount", reference()]).ok();
    assert_two_files(&podman.machine, root.trim());
    podman.run(reference(), "pod");
    assert_runs_and_stops(&podman.machine, |arguments| podman.podman(arguments), "pod");
}
