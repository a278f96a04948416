//! The parts of `init`, the process 1 of a single container, beside those that it has in common with `pause`.
//!
//! | module       | its one job                                                                    |
//! | ------------ | ------------------------------------------------------------------------------ |
//! | [`options`]  | what the command line and the environment ask for                              |
//! | [`names`]    | signals by their names                                                         |
//! | [`program`]  | find the program, and start it with what was given to us                       |
//! | [`terminal`] | put it into the foreground, and stop along with it                             |
//! | [`farewell`] | tell whoever is left when the program has ended, and wait for them             |

pub mod farewell;
pub mod names;
pub mod options;
pub mod program;
pub mod terminal;
