#!/usr/bin/env bash
# Installs the tools that this machine lacks for this project, then runs a command:
#
#   build/setup/setup.sh [--lint] [--platforms "[PLATFORM…]"] [--packages "[PACKAGE…]"] [COMMAND [ARGUMENT…]]
#
# The tools are a C compiler (for linking) and Rust; with --lint also shellcheck, rustfmt and clippy; with --platforms also
# the compilers and the linker of these platforms of build/platforms.toml, or of all. Installed tools stay as they are. Rust
# comes from rustup, in the version that rust-toolchain.toml pins, or from the distribution if rustup cannot be reached.
#
# All that is missing is installed in one step, before the command. Nothing else of this project installs anything.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=build/setup/apt.sh
. build/setup/apt.sh
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh
# shellcheck source=build/setup/rust-packages.sh
. build/setup/rust-packages.sh

lint='' platforms=() further=()
while [[ ${1-} == --* ]]; do
    case $1 in
        --lint) lint=yes ;;
        --platforms) read -ra platforms <<< "${2:-$(all_platforms | xargs)}"; shift ;;
        --packages) read -ra further <<< "$2"; shift ;;
        *) say "there is no option $1"; exit 1 ;;
    esac
    shift
done
check_platforms "${platforms[@]}" || exit 1
PATH=$PATH:$HOME/.cargo/bin # rustup installs to here

# Returns whether the Rust in the PATH can be used. Rustup's programs would fetch the pinned toolchain by themselves.
has_rust() {
    local rustc
    rustc=$(command -v rustc) && command -v cargo > /dev/null || return 1
    if is_rustups "$(dirname "$rustc")"; then
        rustups_rust > /dev/null
    else
        is_new_enough "$(rust_version "$rustc")"
    fi
}

# Puts the distribution's Rust before a rustup without a toolchain.
use_distributions_rust() {
    local folder
    folder=$(distributions_rust) && PATH=$folder:$PATH
}

rustup=possible # until it fails
[[ ! ${PAUSE_WITHOUT_RUSTUP-} ]] || rustup=failed

# Fetches Rust with rustup, if that needs no package.
fetch_rust() {
    local installer
    if ! command -v rustup > /dev/null; then
        command -v curl > /dev/null || return 0
        installer=$(mktemp)
        if curl -sSf --connect-timeout 10 -o "$installer" https://sh.rustup.rs 2> /dev/null; then
            say "installing rustup into $HOME/.cargo"
            sh "$installer" -qy --profile minimal --default-toolchain none --no-modify-path || true
        fi
        rm "$installer"
        command -v rustup > /dev/null || { rustup=failed; say "rustup cannot be reached"; return 0; }
    fi
    say "installing Rust $pinned_rust with rustup, which shows what it fetches"
    rustup toolchain install --profile minimal --component rustfmt --component clippy "$pinned_rust" \
        || { rustup=failed; say "rustup cannot fetch Rust $pinned_rust"; }
}

# Returns whether rustup can be reached, as far as that can be known without curl.
rustup_answers() {
    [[ ${https_proxy-}${HTTPS_PROXY-}${all_proxy-}${ALL_PROXY-} ]] \
        || timeout 10 bash -c ': < /dev/tcp/sh.rustup.rs/443' 2> /dev/null
}

targets=possible source=possible # until rustup fails to fetch them

# Fetches the compiled `core` of the platforms with rustup, all at once, and the source of `core` if one needs it.
fetch_targets() {
    local rustups platform missing=() compiled from_source distributions
    rustups=$(rustups_rust) || return 0
    for platform in "${platforms[@]}"; do
        [[ $(field "$platform" core) != rustup ]] || has_core "$platform" "$rustups" || missing+=("$(field "$platform" target)")
    done
    if [[ ${#missing[@]} != 0 && $targets == possible ]]; then
        say "fetching the libraries of ${#missing[@]} platforms with rustup, which shows how much"
        rustup target add --toolchain "$pinned_rust" "${missing[@]}" || targets=failed
    fi
    sort_platforms "${platforms[@]}"
    if [[ ${#distributions[@]} != 0 && $source == possible ]]; then
        say "fetching the source of the library with rustup, for ${distributions[*]}"
        rustup component add --toolchain "$pinned_rust" rust-src || source=failed
    fi
}

has_linters() { { cargo fmt --version && cargo clippy --version; } > /dev/null 2>&1; }

# Fetches rustfmt and clippy with rustup, if Rust is rustup's.
fetch_linters() {
    has_linters || ! is_rustups "$(dirname "$(command -v rustc)")" \
        || rustup component add --toolchain "$pinned_rust" rustfmt clippy
}

# Sets `packages` to those that are needed. Those that are installed may be among them.
choose_packages() {
    local with_source='' rust='' lld='' suffix compiled from_source distributions
    packages=("${further[@]}")
    command -v cc > /dev/null || packages+=(gcc libc6-dev)
    [[ ! $lint ]] || command -v shellcheck > /dev/null || packages+=(shellcheck)
    if ! has_rust && ! use_distributions_rust; then
        if [[ $rustup == possible ]] && rustup_answers; then
            packages+=(curl ca-certificates) # otherwise it would be there
        else
            [[ $rustup == failed ]] || say "rustup cannot be reached"
            rustup=failed rust=yes
        fi
    fi
    if [[ ${#platforms[@]} != 0 ]]; then
        sort_platforms "${platforms[@]}"
        if has_rust || [[ $rust ]]; then # otherwise rustup will bring all that they need
            find_lld "${platforms[@]}" > /dev/null || lld=yes
            [[ ${#distributions[@]} == 0 ]] || rust_with_source > /dev/null || with_source=yes
        fi
    fi
    [[ ! $lint ]] || ! has_rust || has_linters || rust=yes
    [[ $rust$with_source$lld ]] || return 0
    read_lists
    [[ $rust$with_source ]] || { packages+=("$(lld_package)"); return; }
    if suffix=$(rust_suffix); then
        # Ubuntu's packages with a version in their names have an LLD.
        [[ ! $lld || $suffix == -[0-9]* ]] || packages+=("$(lld_package)")
        # shellcheck disable=SC2207 # words
        packages+=($(rust_packages "$suffix" "$with_source" "$lint"))
        return
    fi
    explain_no_rust
    if [[ $rust ]]; then
        say "no Rust $oldest_rust or newer can be installed: see also https://rustup.rs"
    else
        say "these platforms cannot be built, as no Rust here has the library for them, or its source: ${distributions[*]}"
        [[ ${#compiled[@]} == 0 ]] || say "the others can: make image PLATFORMS=\"${compiled[*]}\""
    fi
    return 1
}

tries=0
while :; do
    has_rust || use_distributions_rust || [[ $rustup == failed ]] || fetch_rust
    ! has_rust || fetch_targets
    [[ ! $lint ]] || ! has_rust || fetch_linters || exit 1
    choose_packages || exit 1
    mapfile -t packages < <(missing_packages "${packages[@]}")
    [[ ${#packages[@]} != 0 ]] || break
    # A second time if rustup could be reached, but has failed since.
    ((++tries < 4)) || { say "these packages are installed, but the programs in them are not found: ${packages[*]}"; exit 1; }
    install_packages "${packages[@]}" || exit 1
done
has_rust || { say "Rust is installed, but not found in PATH=$PATH"; exit 1; }
forget_own_lists
[[ $# == 0 ]] || exec "$@"
