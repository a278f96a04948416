//! Reads files of many processes on all processors: each costs the kernel some microseconds.

use crate::table::Buffer;
use std::num::NonZero;
use std::thread::{Builder, available_parallelism, scope};

/// The smallest part that is worth a thread.
const SMALLEST: usize = 500;

/// Calls `read` for each item, with memory for a file. The results have the order of the items.
pub fn for_each<T: Sync, R: Send>(items: &[T], read: impl Fn(&mut Buffer, &T) -> R + Sync) -> Vec<R> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let part = items.len().div_ceil(threads).max(SMALLEST);
    let read_part = |part: &[T]| -> Vec<R> {
        let mut buffer = Buffer::default();
        part.iter().map(|item| read(&mut buffer, item)).collect()
    };
    let read_part = &read_part;
    scope(|scope| {
        let mut parts = items.chunks(part);
        let own = parts.next().unwrap_or_default();
        // Where the limit of processes is reached, no thread starts: then this one does it all.
        let others: Vec<_> =
            parts.map(|part| (part, Builder::new().spawn_scoped(scope, move || read_part(part)))).collect();
        let mut results = read_part(own);
        for (part, thread) in others {
            results.extend(match thread.map(|thread| thread.join()) {
                Ok(Ok(done)) => done,
                _ => read_part(part),
            });
        }
        results
    })
}
