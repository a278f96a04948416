#!/usr/bin/env bash
# Makes a minimal root file system of a Debian release, or of another distribution's:
#
#   [MIRROR=address] build/setup/root.sh RELEASE FOLDER [PACKAGE…]      such as forky target/roots/forky podman crun
#
# FOLDER appears when the root is complete. One that this script made of the same release and packages stays as it is; one
# that it made of others is made again. The root has this machine's settings of apt. Without MIRROR, its packages come from
# the address that this machine's own come from.
#
# Needs root. Exits with status 3 if the release cannot be reached, and with 1 after any other failure.
set -euo pipefail
setup=$(cd "$(dirname "$0")" && pwd)

[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 1; }
release=$1
folder=$(realpath -m "$2")
shift 2
partial=$folder.partial
marker=etc/made-by-root.sh # written last

say() { printf 'root: %s\n' "$*" >&2; }

[ "$(id -u)" = 0 ] || { say "run this as root: it makes files of all owners"; exit 1; }
made_of=$(printf '%s\n' "$release" "${MIRROR-}" "$@")
if [ -e "$folder/$marker" ]; then
    [ "$(cat "$folder/$marker")" != "$made_of" ] || exit 0
elif [ -e "$folder" ]; then
    say "$folder exists, and is no root that this script made: remove it, or name another folder"
    exit 1
fi

"$setup/install.sh" mmdebstrap
mkdir -p "$(dirname "$folder")"
exec 9< "$(dirname "$folder")"
flock 9 # one at a time, because a killed run leaves $partial
work=$(mktemp -d)
maker=
leave_nothing() {
    if [ -n "$maker" ]; then
        kill -KILL "$(cat "/proc/$maker/task/$maker/children" 2> /dev/null || echo "$maker")" 2> /dev/null || true
        wait "$maker" || true # until all processes in its namespace have ended
    fi
    rm -rf --one-file-system "$work" "$partial"
}
trap leave_nothing EXIT
trap 'exit 130' INT TERM HUP
rm -rf --one-file-system "$partial"

# The address of this machine's packages of this kind: Debian, or Debian-Security.
address_of() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n "/^$1 /{s/^$1 //;s,/*\$,,;p;q}"
}

# Prints the list of an archive, if it can be fetched.
list_of() {
    rm -f "$work/list"
    /usr/lib/apt/apt-helper -o Acquire::Retries=3 download-file "$1/dists/$2/InRelease" "$work/list" > "$work/log" 2>&1 \
        && cat "$work/list"
}

mirror=${MIRROR-$(address_of Debian)}
mirror=${mirror:-http://deb.debian.org/debian}
security=${MIRROR:+$mirror-security}
security=${security:-$(address_of Debian-Security)}
list=$(list_of "$mirror" "$release") || {
    sed -n 's/^E: //p' "$work/log" >&2
    say "$release cannot be reached at $mirror: name a mirror that has it by MIRROR=address"
    exit 3
}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg components=main
if [ "$(sed -n 's/^Origin: //p' <<< "$list")" = Ubuntu ]; then
    keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg components='main universe' security=$mirror
    if [ ! -e "$keyring" ]; then
        "$setup/debian.sh" trixie ubuntu-keyring # which Debian 12 does not have
        keyring=$setup/../../target/debian/trixie$keyring
    fi
fi
[ -e "$keyring" ] || "$setup/install.sh" debian-archive-keyring

sources=()
add() { sources+=("deb $1 $2 $components"); }
add "$mirror" "$release"
for archive in "$mirror $release-updates" "${security:-$mirror-security} $release-security"; do
    # shellcheck disable=SC2086 # two words
    if list_of $archive > /dev/null; then add $archive; else say "left out, as it cannot be reached: $archive"; fi
done

# For example a proxy, or the certificates of a mirror.
apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' > "$work/apt.conf"
cat > "$work/settings" << 'END'
#!/bin/sh -e
for file in apt/auth.conf apt/auth.conf.d hosts; do
    [ ! -e "/etc/$file" ] || cp -r "/etc/$file" "$1/etc/$(dirname "$file")"
done
END
chmod +x "$work/settings"
say "making a root of $release${*:+ with $*}, with packages from $mirror"
packages=$(IFS=,; echo "apt${*:+,$*}") # minbase has apt in Debian, but not in Ubuntu
# The mounts and processes of mmdebstrap end with its namespaces.
unshare --mount --pid --fork --kill-child --mount-proc \
    mmdebstrap --mode=root --variant=minbase --format=directory --include="$packages" \
    --keyring="$keyring" --aptopt="$work/apt.conf" --setup-hook="$work/settings" "$release" "$partial" "${sources[@]}" 9>&- &
maker=$!
wait "$maker" || { say "no root of $release could be made: see the messages above"; exit 1; }
maker=
printf '%s\n' "$made_of" > "$partial/$marker"
rm -rf --one-file-system "$folder"
mv "$partial" "$folder"
