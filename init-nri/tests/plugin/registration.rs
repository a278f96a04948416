//! How the plugin registers, and which runtimes it works with.

use crate::runtime::Runtime;
use crate::started::Plugin;
use crate::wire::Message;
use testkit::{Pod, until};

#[test]
fn it_asks_only_for_containers_that_are_created_and_changes_no_other() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept();
    assert_eq!(connection.take_registration(None), ("init-nri".to_owned(), "99".to_owned()));
    let answer = connection.configure("containerd", "v2.2.0").expect("it is configured");
    assert_eq!((answer.number(2), answer.present()), (0b1000, vec![2]), "CREATE_CONTAINER is event 4");
    // A node with many containers tells of them in several calls.
    let answer = connection.synchronize(true).expect("it is synchronized");
    assert_eq!((answer.number(2), answer.present()), (1, vec![2]), "it takes another call");
    let answer = connection.synchronize(false).expect("it is synchronized");
    assert_eq!(answer.present(), [0; 0], "nothing changes");
    let line = plugin.line();
    assert_eq!(line, "init-nri: registered with containerd v2.2.0; init is for containers whose pod asks for it");
}

#[test]
fn a_runtime_may_configure_it_before_it_answers_the_registration() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &["--default", "on"]);
    let mut connection = runtime.accept();
    let (call, _) = connection.read_registration();
    connection.configure("cri-o", "1.34.0").expect("it is configured");
    connection.answer_registration(call, None);
    connection.synchronize(false).expect("it is synchronized");
    assert_eq!(plugin.line(), "init-nri: registered with cri-o 1.34.0; init is for all containers");
}

#[test]
fn a_runtime_that_refuses_it_ends_it() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept();
    connection.take_registration(Some("invalid plugin index"));
    connection.until_it_leaves();
    let line = "init-nri: the runtime refuses the plugin 99-init-nri: invalid plugin index";
    assert_eq!(plugin.failure(), [line]);
}

#[test]
fn a_runtime_that_cannot_change_arguments_ends_it() {
    for (name, version) in [("containerd", "2.1.9"), ("containerd", "v1.7.30"), ("cri-o", "1.33.8"), ("other", "9.0.0")]
    {
        let runtime = Runtime::start();
        let plugin = Plugin::start(&runtime, &[]);
        let mut connection = runtime.accept();
        connection.take_registration(None);
        let (code, message) = connection.configure(name, version).expect_err("it says so to the runtime");
        let line = format!(
            "init-nri: {name} {version} is not known to change a container's arguments, as containerd 2.2, CRI-O 1.34 and \
             later do: use one of them, or oci-init"
        );
        assert_eq!((code, &message), (9, &line));
        connection.until_it_leaves();
        assert_eq!(plugin.failure(), [line]);
    }
}

#[test]
fn the_version_of_nri_counts_where_it_is_known() {
    for (version, is_new) in [("v0.12.0", true), ("v0.9.0", false)] {
        let runtime = Runtime::start();
        let _plugin = Plugin::start(&runtime, &[]);
        let mut connection = runtime.accept();
        connection.take_registration(None);
        let request = Message::default().bytes(2, "other").bytes(3, "1.0").bytes(6, version);
        assert_eq!(connection.call("Configure", &request).is_ok(), is_new, "{version}");
    }
}

#[test]
fn sigterm_ends_it_also_as_process_1_of_its_container() {
    for is_process_1 in [false, true] {
        let runtime = Runtime::start();
        let mut plugin = if is_process_1 {
            Plugin::start_by(&runtime, &[], |program| Pod::start(program).into_init())
        } else {
            Plugin::start(&runtime, &[])
        };
        let mut connection = runtime.accept_and_start();
        plugin.line();
        plugin.process.signal(nix::libc::SIGTERM);
        until("it has ended", || plugin.process.status().is_some());
        connection.until_it_leaves();
        assert_eq!(plugin.process.wait().status.code(), Some(0));
    }
}
