//! The sandbox image on a node.

use e2e::Node;
use e2e::containerd::Release;
use e2e::project::reference;
use e2e::report::Report;

pub fn run(report: &mut Report, node: &Node, release: Release) -> Option<()> {
    let has_pins = release != Release::Own; // since containerd 1.7
    let step = if has_pins {
        "the sandbox image is pinned: the kubelet never deletes it"
    } else {
        "the sandbox image has its name"
    };
    report.step(step, || {
        let image = node.image(reference()).expect("the image has the name that the configuration has");
        assert_eq!((image.is_pinned, image.uid), (has_pins, Some(65535)));
    })
}
