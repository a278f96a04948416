//! What the program inherits through `init`: the same as without it, except for variables that name or configure
//! `init`.

mod descriptors;
mod program;
mod service_manager;
mod settings;
