//! An `/etc` of a machine's own: what is written there stays on the machine.

use crate::machine::Machine;
use crate::tool;
use std::fs;

/// An overlay, which keeps changes in memory.
const LAYERS: &str = "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work";

impl Machine {
    /// Makes `/etc` writable for the machine alone.
    #[track_caller]
    pub fn overlay_etc(&self) {
        for folder in ["/run/etc/upper", "/run/etc/work"] {
            fs::create_dir_all(self.path(folder)).expect("a folder can be made");
        }
        let mut mount = tool("mount");
        mount.args(["-t", "overlay", "-o", LAYERS, "etc", "/etc"]);
        self.run(mount).ok();
    }
}
