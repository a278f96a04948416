//! The messages of NRI, as far as they are used. Names and numbers of fields are those of pkg/api/api.proto, version 0.12.

use prost::Message;
use std::collections::HashMap;

/// The service of the runtime.
pub const RUNTIME_SERVICE: &str = "nri.pkg.api.v1alpha1.Runtime";

/// The service of the plugin.
pub const PLUGIN_SERVICE: &str = "nri.pkg.api.v1alpha1.Plugin";

/// The number of the event that a container is created.
const CREATE_CONTAINER: u32 = 4;

/// The set of events in [`ConfigureResponse`] that is only the creation of containers.
pub const ONLY_CREATE_CONTAINER: i32 = 1 << (CREATE_CONTAINER - 1);

/// Registers the plugin.
#[derive(Clone, PartialEq, Message)]
pub struct RegisterPluginRequest {
    /// Its name.
    #[prost(string, tag = "1")]
    pub plugin_name: String,
    /// Two digits: the runtime asks plugins in this order.
    #[prost(string, tag = "2")]
    pub plugin_idx: String,
}

/// Tells the plugin about the runtime.
#[derive(Clone, PartialEq, Message)]
pub struct ConfigureRequest {
    /// The name of the runtime.
    #[prost(string, tag = "2")]
    pub runtime_name: String,
    /// Its version.
    #[prost(string, tag = "3")]
    pub runtime_version: String,
    /// Its version of NRI, since 0.12.
    #[prost(string, tag = "6")]
    pub nri_version: String,
}

/// The answer to [`ConfigureRequest`].
#[derive(Clone, PartialEq, Message)]
pub struct ConfigureResponse {
    /// The events that the plugin is told about.
    #[prost(int32, tag = "2")]
    pub events: i32,
}

/// Tells the plugin about the containers that exist.
#[derive(Clone, PartialEq, Message)]
pub struct SynchronizeRequest {
    /// Whether another such call follows.
    #[prost(bool, tag = "3")]
    pub more: bool,
}

/// The answer to [`SynchronizeRequest`].
#[derive(Clone, PartialEq, Message)]
pub struct SynchronizeResponse {
    /// Whether the plugin takes another such call.
    #[prost(bool, tag = "2")]
    pub more: bool,
}

/// Tells the plugin about a container that is to be created.
#[derive(Clone, PartialEq, Message)]
pub struct CreateContainerRequest {
    /// Its pod.
    #[prost(message, optional, tag = "1")]
    pub pod: Option<PodSandbox>,
    /// The container.
    #[prost(message, optional, tag = "2")]
    pub container: Option<Container>,
}

/// The answer to [`CreateContainerRequest`].
#[derive(Clone, PartialEq, Message)]
pub struct CreateContainerResponse {
    /// What is changed.
    #[prost(message, optional, tag = "1")]
    pub adjust: Option<ContainerAdjustment>,
}

/// A pod.
#[derive(Clone, PartialEq, Message)]
pub struct PodSandbox {
    /// Its annotations.
    #[prost(map = "string, string", tag = "6")]
    pub annotations: HashMap<String, String>,
}

/// A container.
#[derive(Clone, PartialEq, Message)]
pub struct Container {
    /// Its name in its pod.
    #[prost(string, tag = "3")]
    pub name: String,
    /// Its annotations.
    #[prost(map = "string, string", tag = "6")]
    pub annotations: HashMap<String, String>,
    /// Its program and arguments.
    #[prost(string, repeated, tag = "7")]
    pub args: Vec<String>,
    /// Its mounts.
    #[prost(message, repeated, tag = "9")]
    pub mounts: Vec<Mount>,
    /// What only Linux has.
    #[prost(message, optional, tag = "11")]
    pub linux: Option<LinuxContainer>,
}

/// A mount.
#[derive(Clone, PartialEq, Message)]
pub struct Mount {
    /// Its path in the container.
    #[prost(string, tag = "1")]
    pub destination: String,
    /// Its type.
    #[prost(string, tag = "2")]
    pub r#type: String,
    /// Its path on the node.
    #[prost(string, tag = "3")]
    pub source: String,
    /// Its options.
    #[prost(string, repeated, tag = "4")]
    pub options: Vec<String>,
}

/// What only Linux has.
#[derive(Clone, PartialEq, Message)]
pub struct LinuxContainer {
    /// The namespaces.
    #[prost(message, repeated, tag = "1")]
    pub namespaces: Vec<LinuxNamespace>,
    /// Which seccomp profile it has.
    #[prost(message, optional, tag = "7")]
    pub seccomp_profile: Option<SecurityProfile>,
    /// The seccomp profile itself. As of version 0.12 only other plugins set it, not the runtimes.
    #[prost(message, optional, tag = "8")]
    pub seccomp_policy: Option<LinuxSeccomp>,
}

/// A namespace.
#[derive(Clone, PartialEq, Message)]
pub struct LinuxNamespace {
    /// Its type, such as `pid`.
    #[prost(string, tag = "1")]
    pub r#type: String,
    /// The path of an existing one, or empty for a new one.
    #[prost(string, tag = "2")]
    pub path: String,
}

/// The profile type of a [`SecurityProfile`] that is in a file.
pub const LOCALHOST: i32 = 2;

/// Which seccomp profile a container has.
#[derive(Clone, PartialEq, Message)]
pub struct SecurityProfile {
    /// Where it comes from.
    #[prost(int32, tag = "1")]
    pub profile_type: i32,
    /// The path of its file on the node.
    #[prost(string, tag = "2")]
    pub localhost_ref: String,
}

/// A seccomp profile.
#[derive(Clone, PartialEq, Message)]
pub struct LinuxSeccomp {
    /// The action for a call that has no rule.
    #[prost(string, tag = "1")]
    pub default_action: String,
    /// The rules.
    #[prost(message, repeated, tag = "7")]
    pub syscalls: Vec<LinuxSyscall>,
}

/// A rule of a seccomp profile.
#[derive(Clone, PartialEq, Message)]
pub struct LinuxSyscall {
    /// The names of the calls.
    #[prost(string, repeated, tag = "1")]
    pub names: Vec<String>,
    /// What happens to them.
    #[prost(string, tag = "2")]
    pub action: String,
    /// The arguments of the calls that the rule is for.
    #[prost(message, repeated, tag = "4")]
    pub args: Vec<LinuxSeccompArg>,
}

/// A condition in a rule of a seccomp profile. It matters only that there is one.
#[derive(Clone, PartialEq, Message)]
pub struct LinuxSeccompArg {}

/// What is changed in a container.
#[derive(Clone, PartialEq, Message)]
pub struct ContainerAdjustment {
    /// The mounts that are added.
    #[prost(message, repeated, tag = "3")]
    pub mounts: Vec<Mount>,
    /// The program and its arguments. An empty word at the beginning replaces what another plugin set.
    #[prost(string, repeated, tag = "9")]
    pub args: Vec<String>,
}
