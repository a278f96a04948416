#!/usr/bin/env bash
# Builds the release binaries of every platform in build/platforms.toml: dist/binaries/<platform>/pause, and init.
#
# usage: build/binaries.sh [PLATFORM...]      such as linux/arm/v7; default: all of them
#
# Uses rustup's compiler where it has a compiled `core` for the target or can install it, and Debian's compiler for the
# others: its packages include the source of `core`. LLD links for all targets, so nothing else is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "binaries.sh: $*" >&2
    exit 1
}

# Prints the field $2 of the platform $1 in the table, or nothing if it has none.
field() {
    awk -F ' = ' -v platform="\"$1\"" -v name="$2" '
        $1 == "platform" { here = $2 == platform }
        here && $1 == name { gsub("\"", "", $2); print $2 }' build/platforms.toml
}

platforms=("$@")
[[ $# -gt 0 ]] || mapfile -t platforms < <(awk -F '"' '/^platform = / { print $2 }' build/platforms.toml)

# Platforms with a compiled `core`, and platforms for which Debian's compiler has to build it.
compiled=() from_source=()
for platform in "${platforms[@]}"; do
    target=$(field "$platform" target)
    [[ $target ]] || fail "build/platforms.toml has no platform $platform"
    # The linker without its path, which must not get into the build.
    variable=CARGO_TARGET_${target//-/_}_RUSTFLAGS
    export "${variable^^}=-Clinker=ld.lld $(field "$platform" rustflags)"
    ! command -v rustup > /dev/null || rustup target add "$target" > /dev/null 2>&1 || true
    # Checked in any case, because the first compiler in the PATH may not be rustup's.
    if [[ -d $(rustc --print sysroot 2> /dev/null)/lib/rustlib/$target/lib ]]; then
        compiled+=("$platform")
    else
        from_source+=("$platform")
    fi
done
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS # they would override the flags of the targets
[[ ${#from_source[@]} == 0 ]] || build/setup/install.sh rustc-web cargo-web rust-web-src

lld=$(find "$(rustc --print sysroot 2> /dev/null)/lib/rustlib" -name rust-lld -print -quit 2> /dev/null || true)
if [[ ! $lld ]]; then
    # The newest version, because LLD supports s390x only since version 18.
    build/setup/install.sh
    package=$(apt-cache search --names-only '^lld-[0-9]+$' | awk '{ print $1 }' | sort -V | tail -n 1)
    build/setup/install.sh "${package:-lld}"
    lld=$(find /usr/bin -name 'ld.lld*' | sort -V | tail -n 1)
fi
mkdir -p target/linker
ln -sfn "$lld" target/linker/ld.lld
PATH=$PWD/target/linker:$PATH

# build VERSION PLATFORM… -- CARGO…: prints the versions and platforms, and builds.
build() {
    local arguments=() names=() version=$1
    shift
    while [[ $1 != -- ]]; do
        names+=("$1")
        arguments+=("--target=$(field "$1" target)")
        shift
    done
    [[ ${#names[@]} != 0 ]] || return 0
    shift
    echo "with $version and $(ld.lld --version | grep -o 'LLD [0-9.]*'): ${names[*]}"
    "$@" --locked --release --package pause --bin pause --bin init --target-dir target/platforms "${arguments[@]}"
}
build "$(rustc --version 2> /dev/null | cut -d' ' -f1,2)" "${compiled[@]}" -- cargo build
build "Debian's $(/usr/bin/rustc --version 2> /dev/null | cut -d' ' -f1,2), core from source" "${from_source[@]}" -- \
    env RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo build -Z build-std=core,compiler_builtins # -Z needs RUSTC_BOOTSTRAP

for platform in "${platforms[@]}"; do
    for program in pause init; do
        binary=dist/binaries/$platform/$program
        install -D "target/platforms/$(field "$platform" target)/release/$program" "$binary"
        echo "$binary: $(wc -c < "$binary") bytes"
    done
done
