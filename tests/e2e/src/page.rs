//! The commands that a page of `docs/` shows, and what they print there.

/// A page.
pub struct Page(String);

/// A command of the page.
pub struct Command {
    /// The line, without its comment.
    pub line: String,
    /// The lines below it, which it prints.
    pub output: String,
}

impl Page {
    /// Reads the text of a page.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Finds the root command that begins with these words.
    ///
    /// # Panics
    /// If the page has no such command.
    #[track_caller]
    pub fn command(&self, words: &str) -> Command {
        let prompt = format!("# {words}");
        let mut lines = self.0.lines().skip_while(|line| !line.starts_with(&prompt));
        let line = lines.next().unwrap_or_else(|| panic!("the page has no command that begins with {words:?}"));
        let line = line.trim_start_matches("# ").split("  #").next().unwrap_or_default().trim().to_owned();
        let is_output = |line: &&str| !line.starts_with("# ") && !line.starts_with("```");
        Command { line, output: lines.take_while(is_output).map(|line| format!("{line}\n")).collect() }
    }
}
