//! All results of a run: docs/measured/bench.json.

use crate::machine::Machine;
use crate::peers::Peer;
use crate::row::Row;
use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Serialize)]
pub struct Results {
    /// RFC 3339, UTC.
    pub date: String,
    /// `full` or `quick`.
    pub sample_counts: &'static str,
    pub machine: Machine,
    pub peers: Vec<Peer>,
    pub measures: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_sigterm: Option<LostSigterm>,
}

/// The percentage of lost SIGTERMs by the time since exec.
#[derive(Serialize)]
pub struct LostSigterm {
    pub microseconds: Vec<u64>,
    /// In the order of the peers; nothing for a peer that was not measured.
    pub percent: Vec<Option<Vec<f64>>>,
}

impl Results {
    pub fn new(
        peers: Vec<Peer>,
        sample_counts: &'static str,
        measures: Vec<Row>,
        lost_sigterm: Option<LostSigterm>,
    ) -> Result<Self> {
        let date = OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?;
        Ok(Self { date, sample_counts, machine: Machine::this()?, peers, measures, lost_sigterm })
    }
}
