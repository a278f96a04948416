//! What a process 1 of a pod promises, for any program: each promise with the test that holds it.

/// A promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The promise, in a sentence.
    pub sentence: &'static str,
    /// The test program.
    pub program: &'static str,
    /// The test.
    pub test: &'static str,
}

const fn promise(sentence: &'static str, program: &'static str, test: &'static str) -> Promise {
    Promise { sentence, program, test }
}

/// The promises. Those that concern only the messages and options of `pause` are left out.
pub const PROMISES: &[Promise] = &[
    promise("SIGINT and SIGTERM end it with status 0.", "contract", "sigint_and_sigterm_end_it_with_status_0"),
    promise("Signals from inside the pod have no other effect.", "signals", "each_signal_from_inside"),
    promise(
        "Signals from outside have no other effect, except SIGKILL and SIGSTOP.",
        "signals",
        "each_signal_from_outside",
    ),
    promise(
        "Its first system call protects it from losing a signal.",
        "signals",
        "its_first_system_call_blocks_the_signals",
    ),
    promise(
        "A signal that was pending at its start ends it.",
        "signals",
        "a_signal_that_was_pending_at_execution_is_not_lost",
    ),
    promise(
        "Signals that its parent blocked or ignored make no difference.",
        "signals",
        "inherited_blocked_and_ignored_signals_make_no_difference",
    ),
    promise("It reaps an orphan.", "reaping", "an_orphan_is_reaped"),
    promise("It reaps a zombie that it adopts.", "reaping", "a_zombie_that_is_adopted_is_reaped"),
    promise("It reaps 500 orphans that end together.", "reaping", "orphans_that_end_together_are_reaped"),
    promise("It reaps a chain of 100 orphans.", "reaping", "a_deep_chain_of_orphans_is_reaped"),
    promise("It reaps orphans that a signal has killed.", "reaping", "orphans_killed_by_a_signal_are_reaped"),
    promise(
        "It reaps a stopped orphan when it is continued and ends.",
        "reaping",
        "a_stopped_orphan_is_reaped_when_it_is_continued_and_ends",
    ),
    promise(
        "It reaps a traced orphan when its tracer exits.",
        "reaping",
        "a_traced_orphan_is_reaped_when_its_tracer_exits",
    ),
    promise(
        "It reaps an orphan whose first thread ended early.",
        "reaping",
        "an_orphan_whose_first_thread_ended_early_is_reaped_with_its_last",
    ),
    promise("It reaps zombies from before its start.", "reaping", "zombies_from_before_its_execution_are_reaped"),
    promise(
        "Starved of CPU time, it leaves no zombie, and no fork fails.",
        "reaping",
        "a_starved_sandbox_leaves_no_zombie_and_no_fork_fails",
    ),
    promise(
        "Stopped or frozen, it leaves no zombie.",
        "stress",
        "stopped_or_frozen::a_stopped_or_frozen_sandbox_leaves_no_zombie",
    ),
    promise(
        "Frozen, it keeps a SIGTERM until it is thawed.",
        "stress",
        "stopped_or_frozen::a_sigterm_to_a_frozen_sandbox_ends_it_when_it_is_thawed",
    ),
    promise(
        "After the pod's limit of processes was reached, all IDs can be used again.",
        "stress",
        "pid_limit::after_the_pid_limit_was_reached_all_ids_can_be_used_again",
    ),
    promise(
        "It reaps orphans that the limit of memory has killed.",
        "stress",
        "memory_limit::at_the_memory_limit_killed_orphans_are_reaped",
    ),
    promise("Idle, it is never woken up.", "stress", "idle::an_idle_sandbox_never_wakes_up"),
    promise("It gives up all capabilities.", "privileges", "it_gives_up_all_capabilities_of_root"),
    promise("It works with closed standard streams.", "streams", "it_works_with_closed_standard_streams"),
    promise("A full pipe does not delay its end.", "streams", "a_full_pipe_does_not_block_it"),
    promise("A full terminal does not delay its end.", "streams", "a_full_terminal_does_not_block_it"),
    promise("It works with a read-only root.", "resources", "it_works_with_a_read_only_root"),
    promise("It works if it may create no process.", "resources", "one_process_is_all_it_needs"),
    promise("It works with a few pages of memory.", "resources", "next_to_no_memory_is_all_it_needs"),
];
