#!/usr/bin/env bash
# Installs missing Debian or Ubuntu packages: build/setup/install.sh PACKAGE…
# Upgrades and removes nothing. Without a package, it only updates the package lists.
set -euo pipefail

missing=()
for package in "$@"; do
    [ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} != 0 ] || [ $# = 0 ] || exit 0

as_root=(env)
[ "$(id -u)" = 0 ] || as_root=(sudo)
if ! type apt-get "${as_root[0]}" > /dev/null 2>&1; then
    echo "please install these, and try again: ${missing[*]}" >&2
    exit 1
fi
apt_get=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt_get[@]}" update
[ ${#missing[@]} != 0 ] || exit 0
echo "installing from the distribution: ${missing[*]}" >&2
"${apt_get[@]}" install --yes --no-remove --no-install-recommends "${missing[@]}" > /dev/null
