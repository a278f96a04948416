#!/usr/bin/env bash
# Unpacks packages of another Debian release into target/debian:
#
#   build/setup/debian.sh [--architecture NAME] [--complete] RELEASE PACKAGE…      such as forky containerd
#
# With --complete, also all packages that these depend on. The folder is <release>, with -<architecture> if one is named,
# and with -complete. A package may be a pattern, such as linux-binary-[0-9]*-s390x, which stands for the newest that fits.
#
# The packages installed on this machine stay as they are. Unpacked packages are not fetched again.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 1; }
architecture='' complete=''
while [[ ${1-} == --* ]]; do
    case $1 in
        --architecture) architecture=${2-}; shift ;;
        --complete) complete=-complete ;;
        *) usage ;;
    esac
    shift
done
[[ $# -ge 2 ]] || usage
release=$1
shift
folder=target/debian/$release${architecture:+-$architecture}$complete
mkdir -p "$folder"
exec 9< "$folder"
flock 9 # one at a time
missing=()
for package in "$@"; do
    [[ -e $folder/.$package ]] || missing+=("$package")
done
[[ ${#missing[@]} != 0 ]] || exit 0

echo "fetching from Debian $release${architecture:+ for $architecture}: ${missing[*]}" >&2
[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || build/setup/install.sh debian-archive-keyring
# Lists and downloads are separate from this machine's.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache" "$work/archives/partial" "$work/unpacked"
cat > "$work/sources.list" << END
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main
END
chmod -R a+rX "$work" # for apt's own user
cat > "$work/apt.conf" << END
quiet "2";
Acquire::Retries "3";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Debug::NoLocking "true";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
Dir::Cache::archives "$work/archives";
END
[[ ! $architecture ]] \
    || printf 'APT::Architecture "%s";\nAPT::Architectures { "%s"; };\n' "$architecture" "$architecture" >> "$work/apt.conf"
export APT_CONFIG=$work/apt.conf
apt-get update

# Prints the newest package whose name fits the pattern $1.
newest() {
    local name
    apt-cache pkgnames "${1%%[*?[]*}" | sort -V | while read -r name; do
        # shellcheck disable=SC2053 # it is a pattern
        [[ $name != $1 ]] || echo "$name"
    done | tail -n 1
}
packages=()
for package in "${missing[@]}"; do
    found=$([[ $package == *[*?[]* ]] && newest "$package" || echo "$package")
    [[ $found ]] || { echo "Debian $release has no package $package${architecture:+ for $architecture}" >&2; exit 1; }
    packages+=("$found")
done
if [[ $complete ]]; then
    apt-get install --yes --download-only "${packages[@]}"
else
    (cd "$work/archives" && apt-get download "${packages[@]}")
fi
for file in "$work/archives"/*.deb; do
    dpkg-deb --extract "$file" "$work/unpacked"
done
cp -a "$work/unpacked/." "$folder"
for package in "${missing[@]}"; do
    : > "$folder/.$package" # created last: the package is complete
done
