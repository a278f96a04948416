//! Rounds, each of which has every peer once, so that whatever else the machine does meanwhile hits all of them alike.

use crate::Result;
use crate::peers::Peer;
use crate::results::{Better, Row};
use crate::sample_counts::Effort;
use crate::statistics::Summary;
use indicatif::{ProgressBar, ProgressStyle};

pub struct Bench {
    pub peers: Vec<Peer>,
    pub effort: Effort,
    /// Drawn in a terminal only.
    progress: ProgressBar,
}

/// What was seen of each peer; nothing where the question does not arise.
pub struct Samples<T>(Vec<Vec<T>>);

impl Bench {
    pub fn new(peers: Vec<Peer>, effort: Effort) -> Self {
        let style = ProgressStyle::with_template("{elapsed:>4} {bar:40} {pos}/{len} {msg}").expect("it is well-formed");
        let progress = ProgressBar::no_length().with_style(style);
        Self { peers, effort, progress }
    }

    /// So many rounds of `look`, each beginning with another peer.
    pub fn rounds<T>(
        &self,
        what: &str,
        rounds: usize,
        mut look: impl FnMut(&Peer) -> Result<Option<T>>,
    ) -> Result<Samples<T>> {
        self.progress.set_message(what.to_owned());
        self.progress.set_length((rounds * self.peers.len()) as u64);
        self.progress.reset();
        let mut samples: Vec<Vec<T>> = self.peers.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for turn in 0..self.peers.len() {
                let at = (round + turn) % self.peers.len();
                let peer = &self.peers[at];
                let sample = look(peer).map_err(|error| format!("{what}, {}: {error}", peer.name))?;
                samples[at].extend(sample);
                self.progress.inc(1);
            }
        }
        Ok(Samples(samples))
    }

    /// Takes the progress bar away.
    pub fn end(&self) {
        self.progress.finish_and_clear();
    }
}

impl<T> Samples<T> {
    /// A row of the table: one number of each sample.
    pub fn row(&self, name: &str, unit: &'static str, better: Better, number: impl Fn(&T) -> f64) -> Row {
        let values = self.0.iter().map(|samples| Summary::of(samples.iter().map(&number))).collect();
        Row { name: name.into(), unit, better, values }
    }

    /// The samples, peer by peer.
    pub fn by_peer(&self) -> &[Vec<T>] {
        &self.0
    }
}
