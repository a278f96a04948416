//! Real container runtimes for the tests, each as if on a machine of its own.
//!
//! | module         | its one job                                                            |
//! | -------------- | ---------------------------------------------------------------------- |
//! | [`machine`]    | namespaces in which an engine finds its folders empty and leaves nothing |
//! | [`cgroups`]    | the control groups that an engine makes, removed with it               |
//! | [`tool`]       | the programs of other people, and which package has them               |
//! | [`containerd`] | containerd, and its client `ctr`                                       |
//! | [`cri`]        | a client of the container runtime interface, CRI v1                    |
//! | [`node`]       | containerd as on a node, with what the kubelet does to its pods        |
//! | [`pod`]        | a pod on a node, and the containers in it                              |
//! | [`events`]     | how processes of containers ended, as containerd reports it            |
//! | [`inventory`]  | what there is on a machine: with no pod on it, always the same         |
//! | [`docker`]     | a Docker engine, and its client                                        |
//! | [`builder`]    | an image to compile in, of this machine's own packages                 |
//! | [`podman`]     | podman, which needs no server                                          |
//! | [`project`]    | the project under test: its manifest and its image                     |
//! | [`platform`]   | the platforms of the image, and how this machine runs another's        |
//! | [`busybox`]    | an image of BusyBox: the pods' other containers, and the control       |
//! | [`report`]     | what was done with a runtime, and how it went: a table                 |

pub mod builder;
pub mod busybox;
pub mod cgroups;
pub mod containerd;
pub mod cri;
pub mod docker;
pub mod events;
pub mod inventory;
pub mod machine;
pub mod node;
pub mod platform;
pub mod pod;
pub mod podman;
pub mod project;
pub mod report;
pub mod tool;

pub use containerd::Containerd;
pub use docker::Docker;
pub use machine::Machine;
pub use node::Node;
pub use podman::Podman;
pub use tool::tool;
