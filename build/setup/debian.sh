#!/usr/bin/env bash
# Unpacks packages of another Debian release, without their dependencies, into target/debian/<release>:
#
#   build/setup/debian.sh RELEASE PACKAGE…      such as forky containerd
#
# The packages installed on this machine stay as they are. Unpacked packages are not fetched again.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -ge 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 1; }
release=$1
shift
folder=target/debian/$release
missing=()
for package in "$@"; do
    [ -e "$folder/.$package" ] || missing+=("$package")
done
[ ${#missing[@]} != 0 ] || exit 0

echo "fetching from Debian $release: ${missing[*]}" >&2
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || build/setup/install.sh debian-archive-keyring
# Lists and downloads are separate from this machine's.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache" "$work/archives/partial" "$work/unpacked"
cat > "$work/sources.list" << END
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main
END
chmod -R a+rX "$work" # for apt's own user
apt_get=(apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root -o "Dir::Etc::sourcelist=$work/sources.list"
    -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache"
    -o "Dir::Cache::archives=$work/archives")
"${apt_get[@]}" update
for package in "${missing[@]}"; do
    (cd "$work/archives" && "${apt_get[@]}" download "$package")
    dpkg-deb --extract "$work/archives/${package}"_*.deb "$work/unpacked"
done
mkdir -p "$folder"
cp -a "$work/unpacked/." "$folder"
for package in "${missing[@]}"; do
    : > "$folder/.$package" # created last: the package is complete
done
