//! Work on several processes at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls `work` with each item, sixteen at a time, as most of them wait, and collects the results in any order.
pub fn side_by_side<'a, T: Sync, R: Send>(items: &'a [T], work: impl Fn(&'a T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work_on_some = || {
        let mut results = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.extend(work(item));
        }
        results
    };
    thread::scope(|scope| {
        let workers = [(); 16].map(|()| scope.spawn(work_on_some));
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker reports its own failure")).collect()
    })
}
