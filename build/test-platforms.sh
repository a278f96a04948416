#!/usr/bin/env bash
# Runs the tests with the binaries of each platform in dist/binaries, as process 1 of real namespaces. QEMU emulates
# other architectures; tests that emulation makes impossible print the reason.
#
# The tests of job control run on one platform only: they take minutes under emulation, and job control does not depend
# on the architecture. `make test` runs them without emulation.
#
# usage: build/test-platforms.sh [PLATFORM...]      such as linux/arm/v7; default: all of them
set -euo pipefail
cd "$(dirname "$0")/.."

[[ $# -gt 0 ]] || mapfile -t platforms < <(awk -F '"' '/^platform = / { print $2 }' build/platforms.toml)
for platform in "${@:-${platforms[@]}}"; do
    echo "== $platform"
    skipped=(--skip job_control::)
    [[ $platform != linux/s390x ]] || skipped=()
    PAUSE_PLATFORM=$platform cargo test --quiet --test init \
        --test contract --test signals --test guard --test privileges --test reaping --test binary \
        --test refused_calls --test streams --test resources -- "${skipped[@]}"
done
