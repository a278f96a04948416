//! What the program inherits through `init`: the same as without it.

mod descriptors;
mod program;
mod service_manager;
mod settings;
