//! The lines by which the guest tells the host, over the machine's console, what happened. All other lines on the console
//! are the kernel's.

/// The first word of each of our lines.
const MARK: &str = "@pause@";

/// A line of the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The guest runs on this kernel, which has pages of this size, in bytes.
    Kernel(String, u64),
    /// A step of the suite begins.
    Begin(String),
    /// A line of the step's standard output.
    Out(String),
    /// A line of the step's standard error.
    Error(String),
    /// The step ended with this status; empty if it was successful.
    End(String),
    /// What one sandbox of this process 1 costs: the charged memory, the resident set and the page tables, in bytes.
    Memory(String, [u64; 3]),
    /// The guest has a problem of its own.
    Problem(String),
    /// All steps have ended.
    Done,
}

impl Line {
    /// Returns the text of the line.
    pub fn text(&self) -> String {
        match self {
            Self::Kernel(release, page) => format!("{MARK} kernel {page} {release}"),
            Self::Begin(step) => format!("{MARK} begin {step}"),
            Self::Out(line) => format!("{MARK} out {line}"),
            Self::Error(line) => format!("{MARK} error {line}"),
            Self::End(status) => format!("{MARK} end {status}"),
            Self::Memory(name, [charged, resident, tables]) => {
                format!("{MARK} memory {charged} {resident} {tables} {name}")
            }
            Self::Problem(problem) => format!("{MARK} problem {problem}"),
            Self::Done => format!("{MARK} done"),
        }
    }

    /// Parses a line of the console. Returns `None` if it is not the guest's.
    pub fn parse(line: &str) -> Option<Self> {
        // The kernel may have begun a line of its own.
        let (_, ours) = line.trim_end_matches('\r').split_once(&format!("{MARK} "))?;
        let (kind, rest) = ours.split_once(' ').unwrap_or((ours, ""));
        Some(match kind {
            "kernel" => {
                let (page, release) = rest.split_once(' ')?;
                Self::Kernel(release.into(), page.parse().ok()?)
            }
            "begin" => Self::Begin(rest.into()),
            "out" => Self::Out(rest.into()),
            "error" => Self::Error(rest.into()),
            "end" => Self::End(rest.into()),
            "memory" => {
                let words: Vec<&str> = rest.splitn(4, ' ').collect();
                let number = |at: usize| words.get(at)?.parse().ok();
                Self::Memory((*words.get(3)?).into(), [number(0)?, number(1)?, number(2)?])
            }
            "problem" => Self::Problem(rest.into()),
            "done" => Self::Done,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn each_line_is_parsed_as_it_was_written() {
        let text = || "a b  c ".to_owned();
        for line in [
            Line::Kernel("7.2.1+deb14-s390x".into(), 4096),
            Line::Begin("contract".into()),
            Line::Out(text()),
            Line::Out(String::new()),
            Line::Error(text()),
            Line::End(String::new()),
            Line::Memory("C equivalent".into(), [1, 2, 3]),
            Line::Problem(text()),
            Line::Done,
        ] {
            assert_eq!(Line::parse(&format!("[    1.2] {}\r", line.text())), Some(line));
        }
        for other in ["", "[    0.1] Linux version 7", "@pause@", "@pause@ what"] {
            assert_eq!(Line::parse(other), None);
        }
    }
}
