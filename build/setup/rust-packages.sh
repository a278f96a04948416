# Chooses the distribution's packages of Rust and of LLD. Sourced by setup.sh, after apt.sh and compilers.sh.
# shellcheck source=build/setup/compilers.sh disable=SC2154 # oldest_rust
# shellcheck shell=bash

# Prints the version that apt would install of a package, or nothing.
candidate() { LC_ALL=C apt-cache policy "$1" 2> /dev/null | sed -n '/(none)/d; s/^  Candidate: //p'; }

# Prints the numbers of the packages that are called $1-<number>, the newest first.
numbered() { apt-cache search --names-only "^$1-[0-9.]+\$" 2> /dev/null | sed "s/^$1-\([0-9.]*\).*/\1/" | sort -rV; }

# Prints what follows `rustc` in the name of the package that is new enough: a version in Ubuntu, `-web` in Debian.
rust_suffix() {
    local suffix version
    for suffix in $(numbered rustc | sed 's/^/-/') '' -web; do
        version=$(candidate "rustc$suffix")
        if [[ $version ]] && is_new_enough "${version%%[+-]*}"; then
            echo "$suffix"
            return
        fi
    done
    return 1
}

# Prints the packages of the compiler with this suffix; with its source if $2 is not empty, with its linters if $3 is not.
rust_packages() {
    echo "rustc$1 cargo$1"
    [[ ! $2 ]] || echo "rust$1-src"
    [[ ! $3 ]] || if [[ $1 == -web ]]; then echo rustfmt-web rust-web-clippy; else echo "rustfmt$1 rust$1-clippy"; fi
}

# Prints the package of the newest LLD.
lld_package() {
    local number
    for number in $(numbered lld); do
        [[ ! $(candidate "lld-$number") ]] || { echo "lld-$number"; return; }
    done
    echo lld
}

# Says why the distribution has no Rust that is new enough, and which package source to add.
explain_no_rust() {
    local package codename='' id='' found=''
    if ! type apt-get > /dev/null 2>&1; then
        say "this machine has no apt-get, and so no packages of Rust that this script knows"
        return
    fi
    if [[ ! $(package_sources) ]]; then
        say "there are no lists of packages here: run apt-get update as root, and try again"
        return
    fi
    for package in rustc rustc-web; do
        [[ ! $(candidate $package) ]] || found+="${found:+ and }$package $(candidate $package | sed 's/[+-].*//')"
    done
    say "the distribution has no Rust $oldest_rust or newer${found:+, but only $found}"
    say "these package sources were looked at:"
    package_sources | sed 's/^/    /' >&2
    # shellcheck source=/dev/null
    . /etc/os-release
    codename=${VERSION_CODENAME-} id=${ID-}
    if [[ $id == debian && $codename ]] && ! package_sources | grep -q " $codename-security "; then
        say "Debian's newest Rust comes with its security updates. Add this package source, and try again:"
        say "    deb http://deb.debian.org/debian-security $codename-security main"
    elif [[ $id == ubuntu && $codename ]] && ! package_sources | grep -q " $codename-updates universe"; then
        say "Ubuntu's newest Rust comes with its updates. Add this package source, and try again:"
        say "    deb http://archive.ubuntu.com/ubuntu $codename-updates main universe"
    fi
}
