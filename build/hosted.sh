#!/usr/bin/env bash
# Builds the programs for nodes that have a standard library, each as one static file: dist/hosted/<platform>/oci-init,
# and so on.
#
# usage: build/hosted.sh [PLATFORM...]      such as linux/arm64; default: all for which rustup has the library
#
# Needs rustup, and fetches the library of each platform with it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

packages=(oci-init init-nri zombies)

fail() {
    echo "hosted.sh: $*" >&2
    exit 1
}

platforms=("$@")
if [[ ${#platforms[@]} == 0 ]]; then
    while read -r platform; do
        [[ ! $(field "$platform" hosted) ]] || platforms+=("$platform")
    done < <(all_platforms)
fi
check_platforms "${platforms[@]}" || exit 1
rust=$(rustups_rust) || fail "this needs rustup, as distributions have no static library of all platforms; run make build \
for this machine alone"

targets=() arguments=()
for platform in "${platforms[@]}"; do
    target=$(field "$platform" hosted)
    [[ $target ]] || fail "rustup has no static library for $platform; run make build on such a machine"
    targets+=("$target")
    arguments+=("--target=$target")
    variable=CARGO_TARGET_${target//-/_}_RUSTFLAGS
    export "${variable^^}=-Clinker=rust-lld -Ctarget-feature=+crt-static" # needs no C compiler of that platform
done
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS # they would override the flags of the targets
# shellcheck disable=SC2154 # compilers.sh sets it
for target in "${targets[@]}"; do
    rustup target add --toolchain "$pinned_rust" "$target" 2> /dev/null \
        || fail "rustup cannot fetch the library of $target; leave its platform out: PLATFORMS=\"linux/amd64 …\""
done
RUSTC=$rust/rustc "$rust/cargo" build --locked --release "${packages[@]/#/--package=}" --target-dir target/hosted "${arguments[@]}"

for platform in "${platforms[@]}"; do
    for package in "${packages[@]}"; do
        program=dist/hosted/$platform/$package
        install -D "target/hosted/$(field "$platform" hosted)/release/$package" "$program"
        echo "$program: $(wc -c < "$program") bytes"
    done
done
