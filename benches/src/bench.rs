//! Takes samples in rounds. Each round measures every peer once, so other load on the machine affects all peers alike.

use crate::peers::Peer;
use crate::row::{Better, Row};
use crate::sample_counts::SampleCounts;
use crate::statistics::Summary;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

pub struct Bench {
    pub peers: Vec<Peer>,
    pub counts: SampleCounts,
    /// Shown only in a terminal.
    progress: ProgressBar,
}

/// The samples of each peer; none for a peer that was not measured.
pub struct Samples<T>(pub Vec<Vec<T>>);

impl Bench {
    pub fn new(peers: Vec<Peer>, counts: SampleCounts) -> Self {
        let style = ProgressStyle::with_template("{elapsed:>4} {bar:40} {pos}/{len} {msg}").expect("a valid template");
        let progress = ProgressBar::no_length().with_style(style);
        Self { peers, counts, progress }
    }

    /// Measures all peers, `rounds` times each.
    pub fn rounds<T>(&self, name: &str, rounds: usize, measure: impl FnMut(&Peer) -> Result<T>) -> Result<Samples<T>> {
        self.rounds_of(|_| true, name, rounds, measure)
    }

    /// Measures the peers that reap and exit on SIGTERM, `rounds` times each.
    pub fn rounds_without_floor<T>(
        &self,
        name: &str,
        rounds: usize,
        measure: impl FnMut(&Peer) -> Result<T>,
    ) -> Result<Samples<T>> {
        self.rounds_of(|peer| !peer.is_floor(), name, rounds, measure)
    }

    /// Each round begins with another peer.
    fn rounds_of<T>(
        &self,
        is_measured: impl Fn(&Peer) -> bool,
        name: &str,
        rounds: usize,
        mut measure: impl FnMut(&Peer) -> Result<T>,
    ) -> Result<Samples<T>> {
        self.progress.set_message(name.to_owned());
        self.progress.set_length((rounds * self.peers.len()) as u64);
        self.progress.reset();
        let mut samples: Vec<Vec<T>> = self.peers.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for turn in 0..self.peers.len() {
                let at = (round + turn) % self.peers.len();
                let peer = &self.peers[at];
                if is_measured(peer) {
                    samples[at].push(measure(peer).with_context(|| format!("{name}, {}", peer.name))?);
                }
                self.progress.inc(1);
            }
        }
        self.progress.finish_and_clear();
        Ok(Samples(samples))
    }
}

impl<T> Samples<T> {
    /// Summarizes one number of each sample.
    pub fn row(&self, name: &str, unit: &'static str, better: Better, number: impl Fn(&T) -> f64) -> Row {
        let values = self.0.iter().map(|samples| Summary::of(samples.iter().map(&number))).collect();
        Row { name: name.into(), unit, better, values }
    }
}
