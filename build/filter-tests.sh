#!/usr/bin/env bash
# Runs the tests that have a word in the name of their file or in their own name: `make test FILTER=word`.
#
# usage: build/filter-tests.sh WORD [ARGUMENT OF CARGO TEST…]
set -euo pipefail

export PAUSE_FILTER=$1
PAUSE_MATCHES=$(mktemp)
export PAUSE_MATCHES
trap 'rm "$PAUSE_MATCHES"' EXIT
shift

# Cargo starts each test program through this. Its name is that of the test file, with a hash after a hyphen.
# shellcheck disable=SC2016 # the variables are those of each test program
run_one='
    name=${0##*/}
    [[ ${name%-*} == *"$PAUSE_FILTER"* ]] || set -- "$@" "$PAUSE_FILTER"
    "$0" "$@" --list | grep -q ": test$" || exit 0
    echo "$name" >> "$PAUSE_MATCHES"
    exec "$0" "$@"'
cargo test --tests --config "target.'cfg(all())'.runner = ['bash', '-c', '''$run_one''']" "$@"

if [[ ! -s $PAUSE_MATCHES ]]; then
    echo "filter-tests.sh: no test file and no test has \"$PAUSE_FILTER\" in its name" >&2
    exit 1
fi
