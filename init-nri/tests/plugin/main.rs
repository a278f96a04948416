//! The plugin beside the runtime's side of NRI, which speaks the real protocol and was written without the plugin's code.

mod command_line;
mod containers;
mod hostile;
mod registration;
mod restarts;
mod runtime;
mod started;
mod wire;
