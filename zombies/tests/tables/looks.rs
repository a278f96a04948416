//! Two looks: which zombies were there both times.

use zombies::look::Earlier;
use zombies::stat::Stat;
use zombies::table::Table;

/// Parses a line of the process table.
fn process(pid: i32, state: char, ppid: i32, start: u64) -> Stat {
    let line = format!("{pid} (name) {state} {ppid} 3 3 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 {start} 0 0\n");
    Stat::parse(line.as_bytes()).expect("a line")
}

#[test]
fn only_the_same_process_with_the_same_parent_was_there_before() {
    let all = [process(50, 'Z', 40, 7), process(40, 'D', 1, 5), process(60, 'S', 40, 8)];
    let table = Table { processes: all.map(|stat| (stat.pid, stat)).into(), denied: 0 };
    let earlier = Earlier::of(&table);
    assert!(earlier.had_zombie(&process(50, 'Z', 40, 7)));
    assert!(!earlier.had_zombie(&process(50, 'Z', 40, 9)), "the ID was used again");
    assert!(!earlier.had_zombie(&process(50, 'Z', 1, 7)), "process 1 has adopted it since");
    assert!(!earlier.had_zombie(&process(60, 'Z', 40, 8)), "it has ended since");
    assert!(earlier.was_in_kernel(&process(40, 'D', 1, 5)));
    assert!(!earlier.was_in_kernel(&process(60, 'D', 40, 8)));
}
