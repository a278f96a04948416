//! `containerd/switch.sh` where the configuration imports a folder of drop-ins, as that of containerd 2.2 and later does by
//! default. Debian has no such release: containerd 2.1 with the same line reads them in the same way.

use crate::comes_back::{BEFORE, config};
use crate::containerd::{VERSION_2, VERSION_3};
use crate::node::{CONFIG, Node, is_named};
use crate::{RELEASES, archive};
use e2e::project::reference;

const IMPORTS: [&str; 2] = ["imports = [\"/run/node/conf.d/*.toml\"]\n", "imports = ['conf.d/*.toml']\n"];

#[test]
fn containerd_2_gets_a_drop_in_which_outlives_a_rewritten_main_file() {
    for (main, imports) in [VERSION_2, VERSION_3].into_iter().flat_map(|main| IMPORTS.map(|imports| (main, imports))) {
        let main = imports.to_owned() + main;
        let node = Node::new("forky", Some(&main));
        let (before, dump) = (node.state(), node.dump());
        let dry = node.switch(&format!("--dry-run {}", archive()));
        assert!(dry.stdout.contains("+++ /run/node/conf.d/50-pause.toml"), "{dry:?}");
        assert_eq!(node.state(), before);
        node.switch(archive()).ok();
        assert_eq!((node.config(), node.dump()), (Some(main.clone()), dump.replace(BEFORE, reference())));
        let check = node.switch("--check").ok();
        assert!(check.contains("in /run/node/conf.d/50-pause.toml"), "{check}");
        node.write(&(main.clone() + "[debug]\n  level = \"info\"\n"));
        assert!(is_named(&node.dump(), reference()));
        node.write(&main);
        node.switch("--undo").ok();
        assert_eq!(node.state(), before);
    }
}

#[test]
fn where_another_drop_in_wins_it_names_that_file_and_changes_nothing() {
    let node = Node::new("forky", Some(&(IMPORTS[0].to_owned() + VERSION_3)));
    let other = "mkdir /run/node/conf.d && printf 'version = 3\\n[plugins.\"io.containerd.cri.v1.images\".pinned_images]\\n\
        sandbox = \"registry.example.com/pause:site\"\\n' > /run/node/conf.d/90-site.toml";
    node.shell(other).ok();
    let before = (node.state(), node.images());
    node.refuses(
        archive(),
        "/run/node/conf.d/90-site.toml, which /run/node/config.toml imports, names another sandbox image",
    );
    assert_eq!((node.state(), node.images()), before);
}

#[test]
fn containerd_1_gets_no_drop_in_as_it_would_lose_all_settings() {
    for release in &RELEASES[..2] {
        let node = Node::new(release, Some(&(IMPORTS[0].to_owned() + &config(release))));
        node.switch(archive()).ok();
        assert!(!node.state().contains("50-pause.toml") && node.config().expect("a file").contains(reference()));
        node.shell(&format!("grep -q {} {CONFIG}", reference())).ok();
    }
}
