#!/usr/bin/env bash
# Installs those of these Debian or Ubuntu packages that are missing: build/setup/install.sh PACKAGE…
# What is there is neither upgraded nor removed. Without a name, it only asks for the current lists of packages.
set -euo pipefail

missing=()
for package in "$@"; do
    [ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} != 0 ] || [ $# = 0 ] || exit 0

as_root=(env)
[ "$(id -u)" = 0 ] || as_root=(sudo)
if ! type apt-get "${as_root[0]}" > /dev/null 2>&1; then
    echo "please have these installed, and call again: ${missing[*]}" >&2
    exit 1
fi
apt_get=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt_get[@]}" update
[ ${#missing[@]} != 0 ] || exit 0
echo "installing from the distribution: ${missing[*]}" >&2
"${apt_get[@]}" install --yes --no-remove --no-install-recommends "${missing[@]}" > /dev/null
