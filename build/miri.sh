#!/usr/bin/env bash
# Executes the unit tests of src/ with Miri: on this machine's platform, with both models of borrowing, and as on s390x and 386.
# The control, a read of one byte too much, must be refused.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version > /dev/null 2>&1; then
    echo "miri.sh: Miri is missing; install it: rustup toolchain install nightly --component miri,rust-src" >&2
    exit 1
fi

# Runs the tests that need no system call. Miri is slow: a property is tried with a few cases, which leak their flags.
export PROPTEST_CASES=8 MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-ignore-leaks"
run() {
    cargo +nightly miri test --quiet --target-dir target/miri --package pause --lib "$@" -- \
        --skip a_program_that_was_reaped_has_ended --skip our_own_proc_knows_us --skip all_numbers_in_a_directory \
        --skip the_default_path_is --skip a_script_that_cannot_be_executed "${control[@]}"
}

control=()
echo "Stacked Borrows"
run
echo "Tree Borrows"
MIRIFLAGS="$MIRIFLAGS -Zmiri-tree-borrows" run
for target in s390x-unknown-linux-gnu i686-unknown-linux-gnu; do
    echo "$target"
    run --target "$target"
done
control=(--ignored --exact sys::cstr::tests::a_string_without_an_end_is_read_behind_its_last_byte)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if run > "$log" 2>&1 || ! grep -q "Undefined Behavior" "$log"; then
    cat "$log" >&2
    echo "miri.sh: the control was not refused" >&2
    exit 1
fi
echo "the control was refused: a read behind the end"
