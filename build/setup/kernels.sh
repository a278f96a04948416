#!/usr/bin/env bash
# Fetches what `make test-kernels` needs, into target/debian: QEMU and clang, and for each platform its kernels, its C
# library and the shells of the tests. Installs nothing.
#
# usage: build/setup/kernels.sh [PLATFORM…]      such as linux/arm/v7; default: all of them
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

platforms=("$@")
[[ ${#platforms[@]} != 0 ]] || mapfile -t platforms < <(all_platforms)
check_platforms "${platforms[@]}" || exit 1

build/setup/debian.sh --complete forky \
    qemu-system-x86 qemu-system-arm qemu-system-ppc qemu-system-s390x qemu-system-riscv qemu-system-misc clang
for platform in "${platforms[@]}"; do
    architecture=$(field "$platform" debian)
    while read -r release kernel; do
        build/setup/debian.sh --architecture "$architecture" "$release" "$kernel"
    done < <(field "$platform" kernel; field "$platform" old_kernel)
    build/setup/debian.sh --architecture "$architecture" --complete forky \
        libc6-dev libgcc-15-dev busybox-static bash-static dash
done
mkdir -p target/linker
ln -sfn "$(find_lld "${platforms[@]}")" target/linker/ld.lld
