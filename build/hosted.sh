#!/usr/bin/env bash
# Builds the programs for nodes that have a standard library, each as one static file: dist/hosted/<platform>/oci-init,
# and so on. Beside each is a list of the libraries that it contains, with their licences: oci-init.libraries.
#
# usage: build/hosted.sh [--only PROGRAM] [PLATFORM...]      such as linux/arm64; default: all that rustup has the library of
#
# Needs rustup, and fetches the library of each platform with it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

packages=(oci-init init-nri zombies)
if [[ ${1-} == --only ]]; then
    packages=("$2")
    shift 2
fi

fail() {
    echo "hosted.sh: $*" >&2
    exit 1
}

rust=$(rustups_rust) || fail "this needs rustup, as distributions have no static library of all platforms; run make build \
for this machine alone"
platforms=("$@")
[[ ${#platforms[@]} != 0 ]] || mapfile -t platforms < <(hosted_platforms)
[[ ${#platforms[@]} != 0 ]] || fail "rustup can fetch no static library here; look why: rustup target add x86_64-unknown-linux-musl"
check_platforms "${platforms[@]}" || exit 1

targets=() arguments=()
for platform in "${platforms[@]}"; do
    target=$(field "$platform" hosted)
    [[ $target ]] || fail "rustup has no static library for $platform; run make build on such a machine"
    # shellcheck disable=SC2154 # compilers.sh sets it
    rustup target add --toolchain "$pinned_rust" "$target" 2> /dev/null \
        || fail "rustup cannot fetch the library of $target; leave its platform out: PLATFORMS=\"linux/amd64 …\""
    targets+=("$target")
    arguments+=("--target=$target")
done

# No path of this machine gets into the programs: neither of this folder, nor of crates, nor of the library's source, which
# the compiler finds if it is installed.
"$rust/cargo" fetch --locked --quiet "${arguments[@]}"
commit=$("$rust/rustc" --verbose --version | sed -n 's/^commit-hash: //p')
paths=("$PWD=." "$("$rust/rustc" --print sysroot)/lib/rustlib/src/rust=/rustc/$commit")
for folder in "$(realpath "${CARGO_HOME:-$HOME/.cargo}")"/registry/src/*; do
    paths+=("$folder=crates")
done
for target in "${targets[@]}"; do
    variable=CARGO_TARGET_${target//-/_}_RUSTFLAGS
    # LLD needs no C compiler of that platform.
    export "${variable^^}=-Clinker=rust-lld -Ctarget-feature=+crt-static ${paths[*]/#/--remap-path-prefix=}"
done
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS # they would override the flags of the targets
RUSTC=$rust/rustc "$rust/cargo" build --locked --release "${packages[@]/#/--package=}" --target-dir target/hosted "${arguments[@]}"

# libraries PACKAGE TARGET: prints the package URL and the licence of each library in a program: its crates, and Rust's own.
libraries() {
    printf 'pkg:generic/rust-std@%s\tMIT OR Apache-2.0\n' "$pinned_rust"
    "$rust/cargo" tree --locked --package "$1" --target "$2" --edges normal,no-proc-macro --prefix none --format '{p}	{l}' |
        sed -n 's, (\*)$,,; s,^\([^ ]*\) v\([^ 	]*\)	\(.*\)$,pkg:cargo/\1@\2	\3,p' | sed 's,\([A-Za-z0-9]\)/\([A-Z]\),\1 OR \2,' |
        sort -u
}
for platform in "${platforms[@]}"; do
    for package in "${packages[@]}"; do
        program=dist/hosted/$platform/$package
        target=$(field "$platform" hosted)
        install -D "target/hosted/$target/release/$package" "$program"
        libraries "$package" "$target" > "$program.libraries"
        echo "$program: $(wc -c < "$program") bytes"
    done
done
