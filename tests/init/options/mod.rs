//! The options of `init`: their grammar, their spellings, and the messages about mistakes.

mod grammar;
mod limits;
mod messages;
mod oracle;
mod spelling;
