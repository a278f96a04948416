//! All that was measured, and on what: `docs/measured/bench.json`.

use crate::Result;
use crate::bench::Bench;
use crate::machine::Machine;
use crate::statistics::Summary;
use serde::{Serialize, Serializer};
use std::io::Write;
use std::path::Path;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Serialize)]
pub struct Results {
    /// When it was measured (RFC 3339, UTC).
    pub date: String,
    /// `full` or `quick`.
    pub effort: &'static str,
    pub machine: Machine,
    pub peers: Vec<Described>,
    pub measures: Vec<Row>,
    /// How many of a hundred SIGTERM are lost, by the time since the program was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Curves>,
}

#[derive(Serialize)]
pub struct Described {
    pub name: String,
    pub description: String,
    pub version: String,
}

/// One measure: a value for each peer, in their order; nothing where it has none.
#[derive(Clone, Serialize)]
pub struct Row {
    pub name: String,
    pub unit: &'static str,
    pub better: Better,
    pub values: Vec<Option<Summary>>,
}

/// Which of two values is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
}

impl Serialize for Better {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
        })
    }
}

#[derive(Clone, Serialize)]
pub struct Curves {
    pub microseconds: Vec<u64>,
    /// For each peer; nothing where it loses all of them anyway.
    pub percent: Vec<Option<Vec<f64>>>,
}

impl Row {
    /// The peers that are better than the one at `than`.
    pub fn better_than(&self, than: usize) -> Vec<usize> {
        let Some(own) = self.values[than] else { return Vec::new() };
        let is_better = |value: &Summary| match self.better {
            Better::Lower => value.median < own.median,
            Better::Higher => value.median > own.median,
        };
        (0..self.values.len()).filter(|&at| self.values[at].as_ref().is_some_and(is_better)).collect()
    }
}

impl Results {
    pub fn new(bench: &Bench, measures: Vec<Row>, lost: Option<Curves>) -> Result<Self> {
        let describe = |peer: &crate::peers::Peer| Described {
            name: peer.name.clone(),
            description: peer.description.clone(),
            version: peer.version.clone(),
        };
        Ok(Self {
            date: OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?,
            effort: bench.effort.name,
            machine: Machine::this()?,
            peers: bench.peers.iter().map(describe).collect(),
            measures,
            lost,
        })
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write(path, &(serde_json::to_string_pretty(self)? + "\n"))
    }

    /// Where the peer of this name is.
    pub fn position(&self, name: &str) -> usize {
        self.peers.iter().position(|peer| peer.name == name).expect("one of the peers that are always there")
    }
}

/// Writes a file, whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let folder = path.parent().ok_or_else(|| cannot(&"it has no folder"))?;
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(|error| cannot(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| cannot(&error))?;
    file.persist(path).map_err(|error| cannot(&error))?;
    Ok(())
}
