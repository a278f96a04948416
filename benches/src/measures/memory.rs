//! The memory of a sandbox's processes, as `/proc` shows it. Shared pages count for each process.

use crate::bench::Bench;
use crate::row::{Better, Row};
use anyhow::Result;
use testkit::LoneProcess1;
use testkit::lone_process_1::{process_tree, settle};
use testkit::usage::{Memory, memory};

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let samples = bench.rounds("memory of a sandbox", bench.counts.memory, |peer| {
        let sandbox = LoneProcess1::start(&peer.sandbox(), None)?;
        settle(sandbox.pid());
        let mut sum = Memory { rss: 0, anonymous: 0, page_tables: 0 };
        for pid in process_tree(sandbox.pid()) {
            let of_one = memory(pid)?;
            sum.rss += of_one.rss;
            sum.anonymous += of_one.anonymous;
            sum.page_tables += of_one.page_tables;
        }
        Ok(sum)
    })?;
    let row = |name, of: fn(&Memory) -> u64| samples.row(name, "KiB", Better::Lower, |memory| of(memory) as f64);
    Ok(vec![
        row("resident memory", |memory| memory.rss),
        row("anonymous memory", |memory| memory.anonymous),
        row("page tables", |memory| memory.page_tables),
    ])
}
