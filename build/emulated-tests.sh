#!/usr/bin/env bash
# Runs the tests with the binary of every platform in dist/binaries, as process 1 of real namespaces: under QEMU where
# this machine is of another architecture. What emulation makes impossible is said, test by test.
#
# usage: build/emulated-tests.sh [PLATFORM...]      such as linux/arm/v7; all of them if none is given
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v qemu-s390x-static qemu-s390x > /dev/null; then
    command -v apt-get > /dev/null || { echo "emulated-tests.sh: install QEMU's user-mode emulators" >&2; exit 1; }
    root=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    [[ $(id -u) == 0 ]] || root=(sudo "${root[@]}")
    "${root[@]}" update
    "${root[@]}" install --yes --no-remove --no-install-recommends qemu-user-static > /dev/null
fi

[[ $# -gt 0 ]] || mapfile -t platforms < <(awk -F '"' '/^platform = / { print $2 }' build/platforms.toml)
for platform in "${@:-${platforms[@]}}"; do
    echo "== $platform"
    PAUSE_PLATFORM=$platform cargo test --quiet \
        --test contract --test signals --test reaping --test faults --test binary
done
