#!/usr/bin/env bash
# Builds zombies as a static file, and assembles its image: dist/zombies-<version>.tar.
#
# usage: build/image-zombies.sh [--reference NAME:TAG] [PLATFORM...]      such as linux/arm64; default: all that rustup has
#        the library of
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

reference=()
if [[ ${1-} == --reference ]]; then
    reference=("$1" "$2")
    shift 2
fi
platforms=("$@")
[[ ${#platforms[@]} != 0 ]] || mapfile -t platforms < <(hosted_platforms)
build/hosted.sh --only zombies "${platforms[@]}"
exec cargo run --quiet --package image -- --zombies "${reference[@]}" --platforms "${platforms[*]}"
