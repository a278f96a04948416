#!/usr/bin/env bash
# Runs the tests with the binary of every platform in dist/binaries, as process 1 of real namespaces: under QEMU where
# this machine is of another architecture. What emulation makes impossible is said, test by test.
#
# usage: build/emulated-tests.sh [PLATFORM...]      such as linux/arm/v7; all of them if none is given
set -euo pipefail
cd "$(dirname "$0")/.."

type qemu-s390x-static > /dev/null 2>&1 || type qemu-s390x > /dev/null 2>&1 || build/install.sh qemu-user-static

[[ $# -gt 0 ]] || mapfile -t platforms < <(awk -F '"' '/^platform = / { print $2 }' build/platforms.toml)
for platform in "${@:-${platforms[@]}}"; do
    echo "== $platform"
    PAUSE_PLATFORM=$platform cargo test --quiet \
        --test contract --test signals --test guard --test privileges --test reaping --test faults --test binary
    # Of init what does not depend on signals that an emulator keeps to itself, nor on its own subreapers, terminals' stops
    # and limits, nor on how a script is called that it executes: all of that is tried on this machine's own platform.
    PAUSE_PLATFORM=$platform cargo test --quiet --test init -- --exact \
        binary::it_is_one_segment_that_nobody_has_to_put_in_place binary::it_is_small \
        exec::the_path_is_searched_from_the_beginning exec::what_cannot_be_executed_is_126 exec::what_is_not_there_is_127 \
        farewell::nobody_is_waited_for_where_nobody_is_left farewell::whoever_is_left_is_told_once_and_waited_for \
        farewell::whoever_stays_is_left_when_the_time_is_over farewell::without_it_nobody_is_told \
        groups::a_signal_reaches_the_whole_group_only_where_that_was_asked_for \
        groups::the_program_leads_a_group_of_its_own_in_our_session \
        options::a_mistake_is_one_line_and_the_usage options::the_version_is_told_in_the_form_that_docker_reads \
        orphans::orphans_leave_no_zombie signals::every_signal_reaches_the_program signals::signals_are_rewritten \
        status::a_status_that_stands_for_success_becomes_0 status::every_status_is_that_of_the_program \
        terminal::the_program_is_in_the_foreground terminal::what_is_typed_reaches_the_program
done
