#!/usr/bin/env bash
# Runs the tests with the binary of every platform in dist/binaries, as process 1 of real namespaces: under QEMU where
# this machine is of another architecture. What emulation makes impossible is said, test by test.
#
# The tests of job control take minutes under emulation, and no architecture differs in it: they run on this machine's own
# platform, and on one other.
#
# usage: build/test-platforms.sh [PLATFORM...]      such as linux/arm/v7; all of them if none is given
set -euo pipefail
cd "$(dirname "$0")/.."

type qemu-s390x-static > /dev/null 2>&1 || type qemu-s390x > /dev/null 2>&1 || build/setup/install.sh qemu-user-static

[[ $# -gt 0 ]] || mapfile -t platforms < <(awk -F '"' '/^platform = / { print $2 }' build/platforms.toml)
for platform in "${@:-${platforms[@]}}"; do
    echo "== $platform"
    skipped=(--skip job_control::)
    [[ $platform != linux/amd64 && $platform != linux/s390x ]] || skipped=()
    PAUSE_PLATFORM=$platform cargo test --quiet --test init \
        --test contract --test signals --test guard --test privileges --test reaping --test binary \
        --test refused_calls --test streams --test resources -- "${skipped[@]}"
done
