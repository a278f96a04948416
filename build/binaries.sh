#!/usr/bin/env bash
# Builds the release binaries of the platforms in build/platforms.toml: dist/binaries/<platform>/pause, and init.
#
# usage: build/binaries.sh [PLATFORM...]      such as linux/arm/v7; default: all of them
#
# Installs nothing: `build/setup/setup.sh --platforms "[PLATFORM…]"` does.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

fail() {
    echo "binaries.sh: $*" >&2
    exit 1
}

platforms=("$@")
[[ ${#platforms[@]} != 0 ]] || mapfile -t platforms < <(all_platforms)
check_platforms "${platforms[@]}" || exit 1
sort_platforms "${platforms[@]}"

install="run build/setup/setup.sh --platforms \"${platforms[*]}\""
lld=$(find_lld "${platforms[@]}") || fail "there is no LLD that links ${platforms[*]}; $install"
[[ ${#distributions[@]} == 0 ]] || rust=$(rust_with_source) \
    || fail "there is no Rust with the source of its library, which these platforms need: ${distributions[*]}; $install"

for platform in "${platforms[@]}"; do
    # The linker without its path, which must not get into the build.
    target=$(field "$platform" target)
    variable=CARGO_TARGET_${target//-/_}_RUSTFLAGS
    export "${variable^^}=-Clinker=ld.lld $(field "$platform" rustflags)"
done
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS # they would override the flags of the targets
lld_version=$(lld_version "$lld")
folder=target/platforms/lld-$lld_version # cargo does not notice another linker
mkdir -p target/linker
ln -sfn "$lld" target/linker/ld.lld
PATH=$PWD/target/linker:$PATH

# build NAME FOLDER PLATFORM… -- ARGUMENT…: prints the compiler's name and the platforms, and builds with the Rust in FOLDER.
build() {
    local arguments=() names=() name=$1 rust=$2
    shift 2
    while [[ $1 != -- ]]; do
        names+=("$1")
        arguments+=("--target=$(field "$1" target)")
        shift
    done
    shift
    echo "with $name and LLD $lld_version: ${names[*]}"
    RUSTC=$rust/rustc "$rust/cargo" build --locked --release --package pause --bin pause --bin init \
        --target-dir "$folder" "${arguments[@]}" "$@"
}
if [[ ${#compiled[@]} != 0 ]]; then
    build "rustc $pinned_rust" "$(rustups_rust)" "${compiled[@]}" --
fi
export RUSTC_BOOTSTRAP=1 # for -Z
std=(-Z "build-std=core,compiler_builtins")
if [[ ${#from_source[@]} != 0 ]]; then
    build "rustc $pinned_rust, core from source" "$(rustups_rust)" "${from_source[@]}" -- "${std[@]}"
fi
if [[ ${#distributions[@]} != 0 ]]; then
    distribution=$(sed -n 's/^NAME="\{0,1\}\([A-Za-z]*\).*/\1/p' /etc/os-release)
    build "$distribution's rustc $(rust_version "$rust/rustc"), core from source" "$rust" "${distributions[@]}" -- "${std[@]}"
fi

for platform in "${platforms[@]}"; do
    for program in pause init; do
        binary=dist/binaries/$platform/$program
        install -D "$folder/$(field "$platform" target)/release/$program" "$binary"
        echo "$binary: $(wc -c < "$binary") bytes"
    done
done
