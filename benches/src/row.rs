//! A measure in the results: one value for each peer.

use crate::statistics::Summary;
use serde::Serialize;

#[derive(Clone, Serialize)]
pub struct Row {
    pub name: String,
    pub unit: &'static str,
    pub better: Better,
    /// In the order of the peers; nothing for a peer that was not measured.
    pub values: Vec<Option<Summary>>,
}

/// Which values are better.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Lower,
    Higher,
}

impl Row {
    /// Returns the positions of the peers that are better than the one at `own`.
    pub fn better_than(&self, own: usize) -> Vec<usize> {
        let Some(own) = self.values[own] else { return Vec::new() };
        let is_better = |value: &Summary| match self.better {
            Better::Lower => value.median < own.median,
            Better::Higher => value.median > own.median,
        };
        (0..self.values.len()).filter(|&at| self.values[at].as_ref().is_some_and(is_better)).collect()
    }
}
