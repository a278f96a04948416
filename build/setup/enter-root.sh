#!/usr/bin/env bash
# Runs a command in a root file system, as a user of that root, in mount, PID and IPC namespaces of its own:
#
#   build/setup/enter-root.sh FOLDER USER COMMAND [ARGUMENT…]
#
# The root is entered by `pivot_root`: where only `chroot` was called, the kernel refuses user namespaces. The variables in
# FOLDER/settings are set, each ended by a NUL. Needs root. When this process ends, so do all of the root's.
set -euo pipefail
[[ $# -ge 3 ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 1; }

# shellcheck disable=SC2016 # the variables of the inner shells
enter='
    set -eu
    root=$1
    shift
    mount --bind "$root" "$root"
    cd "$root"
    mount --rbind /dev dev
    mount --rbind /sys sys
    mount -t proc proc proc
    mkdir -p .old
    pivot_root . .old
    cd /
    umount --lazy /.old
    rmdir /.old
    # In a session and a process group of its own, as in a container: those of the caller are outside of the PID namespace.
    exec setsid /bin/bash -euc "$@"'
# shellcheck disable=SC2016
run='
    user=$0
    settings=()
    while IFS= read -rd "" variable; do settings+=("$variable"); done < /settings
    home=$(getent passwd "$user" | cut -d: -f6)
    cd "$home"
    # Not by exec: a change of user clears the signal by which this process 1 ends when its parent does.
    setpriv --reuid="$user" --regid="$user" --init-groups env --ignore-environment "${settings[@]}" \
        HOME="$home" USER="$user" LOGNAME="$user" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" || exit $?'
folder=$(realpath "$1")
shift
exec unshare --mount --pid --ipc --fork --kill-child --propagation private \
    sh -c "$enter" sh "$folder" "$run" "$@"
