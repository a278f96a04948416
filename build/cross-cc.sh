#!/usr/bin/env bash
# Compiles or links a C program for the platform in CROSS_PLATFORM, such as linux/s390x, with Debian's clang and libraries:
#
#   CROSS_PLATFORM=linux/s390x build/cross-cc.sh -c -o it.o it.c
#
# One call does one of the two. Rust calls it as its linker. Needs what build/setup/kernels.sh has unpacked.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
field() { (cd "$project" && . build/setup/compilers.sh && field "$CROSS_PLATFORM" "$1"); }

target=$(field target)
tools=$project/target/debian/forky-complete
resources=("$tools"/usr/lib/llvm-*/lib/clang/*)
arguments=(
    --target="${target/riscv64gc/riscv64}" # clang has another name for it than Rust
    --sysroot="$project/target/debian/forky-$(field debian)-complete"
    -resource-dir="${resources[0]}"
    -fintegrated-cc1 # not another process: it would be started without this loader
    --rtlib=libgcc
    --ld-path="$project/target/linker/ld.lld"
    -Wno-unused-command-line-argument # each call uses some of these
)
exec "$project/build/setup/run-unpacked.sh" "$tools" clang "${arguments[@]}" "$@"
