#!/usr/bin/env bash
# Installs the tools that this machine lacks for this project, then runs a command:
#
#   build/setup/setup.sh [--lint] [COMMAND [ARGUMENT…]]
#
# The tools are a C compiler (for linking) and Rust; with --lint also shellcheck, rustfmt and clippy. Installed tools
# stay as they are. Rust comes from rustup, in the version that rust-toolchain.toml pins, or from the distribution if rustup
# cannot be reached.
set -euo pipefail
cd "$(dirname "$0")/../.."

oldest_rust=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
PATH=$PATH:$HOME/.cargo/bin # rustup installs to here

say() { printf 'setup: %s\n' "$*" >&2; }

is_new_enough() { printf '%s\n' "$oldest_rust" "$1" | sort -CV; }

has_rust() {
    local version
    version=$(rustc --version 2> /dev/null) && cargo --version > /dev/null 2>&1 || return 1
    is_new_enough "$(cut -d' ' -f2 <<< "$version")"
}

rust_from_rustup() {
    if ! command -v rustup > /dev/null; then
        local installer
        command -v curl > /dev/null || build/setup/install.sh curl ca-certificates
        installer=$(mktemp)
        curl -sSf --connect-timeout 10 -o "$installer" https://sh.rustup.rs 2> /dev/null \
            && say "installing rustup into $HOME/.cargo" \
            && sh "$installer" -qy --profile minimal --default-toolchain none --no-modify-path
        rm "$installer"
        command -v rustup > /dev/null || say "rustup cannot be reached"
    fi
    if command -v rustup > /dev/null; then
        say "installing the pinned Rust with rustup"
        rustup toolchain install --profile minimal --component rustfmt --component clippy \
            "$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)" || return 1
    fi
    has_rust
}

# Installs the first package of the distribution that is new enough.
rust_from_distribution() {
    command -v apt-cache > /dev/null && build/setup/install.sh || return 1
    local suffix version
    for suffix in '' -web $(apt-cache search --names-only '^rustc-1\.[0-9]+$' | sed 's/^rustc\(-[0-9.]*\).*/\1/' | sort -rV); do
        version=$(apt-cache show "rustc$suffix" 2> /dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1)
        if [ -n "$version" ] && is_new_enough "${version%%[+-]*}"; then
            build/setup/install.sh "rustc$suffix" "cargo$suffix"
            use_distribution_rust
            return
        fi
    done
    return 1
}

# Puts the distribution's Rust before a rustup without a toolchain. Ubuntu has a folder for each version.
use_distribution_rust() {
    local folder
    for folder in /usr/bin $(printf '%s\n' /usr/lib/rust-*/bin | sort -rV); do
        if [ -x "$folder/cargo" ] && PATH=$folder:$PATH has_rust; then
            PATH=$folder:$PATH
            return
        fi
    done
    return 1
}

lint_from_distribution() {
    local package
    package=$(dpkg-query -S "$(readlink -f "$(command -v cargo)")" | cut -d: -f1)
    case $package in
        cargo-web) build/setup/install.sh rustfmt-web rust-web-clippy ;;
        *) build/setup/install.sh "rustfmt${package#cargo}" "rust${package#cargo}-clippy" ;;
    esac
}

lint=
if [ "${1-}" = --lint ]; then
    lint=yes
    shift
fi

command -v cc > /dev/null || build/setup/install.sh gcc libc6-dev
has_rust || use_distribution_rust || rust_from_rustup || rust_from_distribution || {
    say "no Rust $oldest_rust or newer could be installed: see https://rustup.rs"
    exit 1
}
if [ -n "$lint" ]; then
    command -v shellcheck > /dev/null || build/setup/install.sh shellcheck
    if ! { cargo fmt --version && cargo clippy --version; } > /dev/null 2>&1; then
        { command -v rustup > /dev/null && rustup component add rustfmt clippy; } || lint_from_distribution
    fi
fi
[ $# = 0 ] || exec "$@"
