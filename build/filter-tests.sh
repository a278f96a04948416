#!/usr/bin/env bash
# Runs the tests that have a word in the name of their file, of their module or of their own: `make test FILTER=word`.
# Builds only the test programs that may have such a test.
#
# usage: build/filter-tests.sh WORD [ARGUMENT OF CARGO TEST…]
set -euo pipefail
cd "$(dirname "$0")/.."

export PAUSE_FILTER=$1
shift
name=${PAUSE_FILTER%::}
item="(fn|mod) [a-z0-9_]*${name##*::}"
selected=()
for source in tests/*.rs tests/*/main.rs tests/{testkit,fuzz,proof/model}/tests/*.rs {oci-init,init-nri}/tests/*.rs \
    {build/image,zombies,oci-init,oci-init/rules,init-nri}/tests/*/main.rs; do
    program=$(basename "${source%/main.rs}" .rs)
    [[ $program != peers ]] || continue # `make test-peers` runs it
    if [[ $program == *"$PAUSE_FILTER"* ]] || grep -Erq "$item" "${source%/main.rs}"; then
        selected+=("--test=$program")
    fi
done
! grep -Erq "$item" src build/image/src tests/testkit/src || selected+=(--lib)

PAUSE_MATCHES=$(mktemp)
export PAUSE_MATCHES
trap 'rm "$PAUSE_MATCHES"' EXIT

# Cargo starts each test program through this. The program has the name of its file, with a hash after a hyphen.
# shellcheck disable=SC2016 # the variables are those of each test program
run_one='
    name=${0##*/}
    [[ ${name%-*} == *"$PAUSE_FILTER"* ]] || set -- "$@" "$PAUSE_FILTER"
    "$0" "$@" --list | grep ": test$" > /dev/null || exit 0
    echo "$name" >> "$PAUSE_MATCHES"
    exec "$0" "$@"'
[[ ${#selected[@]} == 0 ]] \
    || cargo test "${selected[@]}" --config "target.'cfg(all())'.runner = ['bash', '-c', '''$run_one''']" "$@"

if [[ ! -s $PAUSE_MATCHES ]]; then
    echo "filter-tests.sh: no test file, module or test has \"$PAUSE_FILTER\" in its name" >&2
    exit 1
fi
