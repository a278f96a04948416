//! The programs that `docs/zombies.md` shows, and what it says that `zombies` prints.

/// The page. Part of this program, as an ordinary user may not be able to read the project's folder.
const PAGE: &str = include_str!("../../../docs/zombies.md");

/// A program of the page.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// `sh` or `c`.
    pub language: &'static str,
    /// The program.
    pub text: &'static str,
    /// What `zombies` prints, from its first line on. Empty if the page does not show it.
    pub output: &'static str,
}

/// Returns the programs below a heading, each with the output that follows it.
pub fn programs(heading: &str) -> Vec<Program> {
    let (_, section) = PAGE.split_once(&format!("\n### {heading}\n")).expect("a heading of the page");
    let section = section.split("\n## ").flat_map(|part| part.split("\n### ")).next().unwrap_or_default();
    let mut programs: Vec<Program> = Vec::new();
    for (language, text) in blocks(section) {
        match (language, programs.last_mut()) {
            ("text", Some(program)) => program.output = text,
            (language, _) => programs.push(Program { language, text, output: "" }),
        }
    }
    programs
}

/// Returns the headings of all kinds.
pub fn headings() -> Vec<&'static str> {
    let (_, verdicts) = PAGE.split_once("\n## Verdicts\n").expect("a heading of the page");
    let section = verdicts.split("\n## ").next().unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("### ")).collect()
}

/// Returns the blocks of code, each with its language.
fn blocks(section: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    section.split("```").skip(1).step_by(2).map(|block| block.split_once('\n').expect("a language"))
}

/// Replaces each number by `#`: process IDs differ from run to run.
pub fn without_numbers(text: &str) -> String {
    let mut result = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() < part.len() {
            result.push('#');
        }
        result.push_str(rest);
    }
    result
}
