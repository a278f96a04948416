# Finds the compilers and the linker of the platforms in build/platforms.toml. Sourced from the project's folder; installs
# nothing, and only `hosted_platforms` fetches something.
#
# Rustup's pinned compiler builds all platforms, with its compiled `core` or from the source of `core`, as
# build/platforms.toml says. Where rustup is not there or PAUSE_WITHOUT_RUSTUP is set, the distribution's compiler builds all
# of them from source, so that the image does not depend on the architecture of this machine.
# shellcheck shell=bash

export RUSTUP_AUTO_INSTALL=0 # to look for a toolchain must not fetch it
pinned_rust=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
oldest_rust=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)

# Prints the names of all platforms.
all_platforms() { awk -F '"' '/^platform = / { print $2 }' build/platforms.toml; }

# Prints the field $2 of the platform $1 in the table, or nothing if it has none.
field() {
    awk -F ' = ' -v platform="\"$1\"" -v name="$2" '
        $1 == "platform" { here = $2 == platform }
        here && $1 == name { gsub("\"", "", $2); print $2 }' build/platforms.toml
}

# Fails if one of these platforms is not in the table, and says which there are.
check_platforms() {
    local platform
    for platform in "$@"; do
        if [[ ! $(field "$platform" target) ]]; then
            echo "build/platforms.toml has no platform $platform; choose from: $(all_platforms | xargs)" >&2
            return 1
        fi
    done
}

# Returns whether version $1 of Rust is new enough for this project.
is_new_enough() { printf '%s\n' "$oldest_rust" "$1" | sort -CV; }

# Prints the version of the compiler $1.
rust_version() { "$1" --version 2> /dev/null | cut -d' ' -f2; }

# Returns whether the programs in folder $1 are rustup's, which choose a toolchain when they are called.
is_rustups() { [[ -e $1/rustup ]]; }

# Prints the folder of rustup's pinned compiler, if it is installed and to be used.
rustups_rust() {
    local rustc
    [[ ! ${PAUSE_WITHOUT_RUSTUP-} ]] || return 1
    rustc=$(rustup which --toolchain "$pinned_rust" rustc 2> /dev/null) && dirname "$rustc"
}

# Prints the folder of the distribution's newest compiler. Ubuntu has a folder for each version.
distributions_rust() {
    local folder
    while read -r folder; do
        if [[ -x $folder/rustc && -x $folder/cargo ]] && ! is_rustups "$folder" \
            && is_new_enough "$(rust_version "$folder/rustc")"; then
            echo "$folder"
            return
        fi
    done < <(printf '%s\n' /usr/lib/rust-*/bin | sort -rV; echo /usr/bin)
    return 1
}

# Prints the same folder if the source of `core` is installed, too.
rust_with_source() {
    local folder
    folder=$(distributions_rust) && has_source "$folder" && echo "$folder"
}

# Sorts platforms into the arrays `compiled` and `from_source`, of rustup's compiler, and `distributions`.
sort_platforms() {
    local platform rustups
    rustups=$(rustups_rust) || rustups=
    compiled=() from_source=() distributions=()
    for platform in "$@"; do
        if [[ $rustups && $(field "$platform" core) = rustup ]] && has_core "$platform" "$rustups"; then
            compiled+=("$platform")
        elif [[ $rustups ]] && has_source "$rustups"; then
            from_source+=("$platform")
        else
            distributions+=("$platform")
        fi
    done
}

# Prints the platforms for which rustup has a standard library for static programs, and fetches it. Says on standard error
# which it has not. Without rustup, there are none.
hosted_platforms() {
    local platform target
    rustups_rust > /dev/null || return
    for platform in $(all_platforms); do
        target=$(field "$platform" hosted)
        if [[ ! $target ]]; then
            echo "not built: $platform, for which rustup has no static library; run make build on such a machine" >&2
        elif rustup target add --toolchain "$pinned_rust" "$target" 2> /dev/null; then
            echo "$platform"
        else
            echo "not built: $platform, as rustup cannot fetch the library of $target here" >&2
        fi
    done
}

# Returns whether the compiler in folder $1 has the source of its library.
has_source() { [[ -e $1/../lib/rustlib/src/rust/library/Cargo.toml ]]; }

# Returns whether rustup's compiler, in the folder $2, has a compiled `core` for the platform $1.
has_core() { [[ -d $2/../lib/rustlib/$(field "$1" target)/lib ]]; }

# Prints the version of an LLD, by its path. The compiler's own has another name, and chooses what to be by its name.
lld_version() { (exec -a ld.lld "$1" --version) 2> /dev/null | sed -n 's/.*LLD \([0-9.]*\).*/\1/p'; }

# Prints the path of the LLD that links these platforms: that of rustup's compiler, or else the newest.
find_lld() {
    local rustups candidate version newest=0 found='' oldest=0
    # LLD supports s390x since version 18.
    [[ " $* " != *" linux/s390x "* ]] || oldest=18
    if rustups=$(rustups_rust); then
        found=$(find "$rustups/../lib/rustlib" -name rust-lld -print -quit)
        [[ ! $found ]] || { readlink -f "$found"; return; }
    fi
    for candidate in /usr/lib/rust-*/lib/rustlib/*/bin/rust-lld /usr/lib/rustlib/*/bin/rust-lld /usr/bin/ld.lld*; do
        version=$([[ ! -x $candidate ]] || lld_version "$candidate")
        if [[ $version ]] && ! printf '%s\n' "$version" "$newest" | sort -CV; then
            newest=$version found=$candidate
        fi
    done
    [[ $found ]] && printf '%s\n' "$oldest" "$newest" | sort -CV && echo "$found"
}
