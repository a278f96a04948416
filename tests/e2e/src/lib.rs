//! Real container runtimes for the tests, each on a machine of its own.
//!
//! | module         | its job                                                                |
//! | -------------- | ---------------------------------------------------------------------- |
//! | [`machine`]    | namespaces in which an engine finds empty folders and leaves nothing   |
//! | [`output`]     | the output of a program that ran on a machine                          |
//! | [`etc`]        | an `/etc` of a machine's own                                           |
//! | [`cgroups`]    | the cgroups that an engine makes, removed with it                      |
//! | [`root`]       | the root of another release of Debian, as a machine's own              |
//! | [`release`]    | the releases of Debian that engines come from                          |
//! | [`tool`]       | the programs that the tests need, and their packages                   |
//! | [`containerd`] | containerd, and its client `ctr`                                       |
//! | [`cri_client`] | a client of the container runtime interface, CRI v1                    |
//! | [`node`]       | containerd as on a node, driven as the kubelet drives it               |
//! | [`pod`]        | a pod on a node, and the containers in it                              |
//! | [`events`]     | exit statuses, as containerd reports them                              |
//! | [`inventory`]  | what exists on a machine, to find what pods leave behind               |
//! | [`docker`]     | a Docker engine, and its client                                        |
//! | [`builder`]    | an image with a compiler, of this machine's own packages               |
//! | [`podman`]     | podman of root and of an ordinary user                                 |
//! | [`process`]    | a process of a pod, and the orphans that process 1 adopts              |
//! | [`project`]    | the project under test: its Cargo manifest and its image               |
//! | [`platform`]   | the platforms of the image, and their emulators                        |
//! | [`virtual_machine`] | a whole node in a virtual machine                                 |
//! | [`page`]       | the commands and outputs that a page of `docs/` shows                  |
//! | [`archive`]    | writes an image of one program                                         |
//! | [`busybox`]    | an image of BusyBox: the pods' other containers, and the control       |
//! | [`report`]     | the table of the steps and their results                               |
#![deny(missing_docs)]

pub mod archive;
pub mod builder;
pub mod busybox;
pub mod cgroups;
pub mod containerd;
pub mod cri_client;
pub mod docker;
pub mod etc;
pub mod events;
pub mod inventory;
pub mod machine;
pub mod node;
pub mod output;
pub mod page;
pub mod platform;
pub mod pod;
pub mod podman;
pub mod process;
pub mod project;
pub mod release;
pub mod report;
pub mod root;
pub mod tool;
pub mod virtual_machine;

pub use containerd::Containerd;
pub use docker::Docker;
pub use machine::Machine;
pub use node::Node;
pub use podman::Podman;
pub use release::Release;
pub use tool::tool;
