#!/bin/sh
# Gives containerd on this node, 1.6 or later, the handler `init`. It needs the programs oci-init and init beside it. As root:
#
#   sh install.sh [--install]  installs both, adds the handler to the configuration, and restarts containerd
#   sh install.sh --check      tells whether this node is as it should be: status 0, or 1 with the reason
#   sh install.sh --undo       removes all of it, and restarts containerd
#
# It is safe to run it again, also after an interruption. Running pods continue. It changes nothing if containerd would then read
# anything else than before, except the handler.
#
# environment:
#   CONFIG     the configuration file, by default /etc/containerd/config.toml
#   RESTART    the command that restarts containerd without systemd, such as "rc-service containerd restart"
#
# For any POSIX shell, as a node may not have bash.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS=1 # ctr repeats them at each call

here=$(cd "$(dirname "$0")" && pwd)
config=${CONFIG:-/etc/containerd/config.toml}
config=$(readlink -f "$config" || echo "$config") # it fails where the folder does not exist
old=$config.before-oci-init # the file before the pending restart; empty if there was none
begin='# >>> oci-init' end='# <<< oci-init' # around what this script adds

say() { echo "install.sh: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# The programs beside this script, each with the place where it belongs.
programs() { printf '%s\n' "oci-init /usr/local/bin/oci-init" "init /usr/local/bin/pause-init"; }

# All settings that containerd reads from the configuration $1.
dump() { containerd --config "$1" config dump 2> /dev/null; }

# The table of the handlers in a configuration or dump with the text $1, of version 2 or 3.
handlers() {
    if echo "$1" | grep -q '^[[:space:]]*version[[:space:]]*=[[:space:]]*2'; then echo 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
    else echo 'plugins."io.containerd.cri.v1.runtime".containerd.runtimes'; fi
}

# Whether the dump $1 has the handler $2.
has_handler() { echo "$1" | tr "'" '"' | grep -qF "[$(handlers "$1").$2]"; }

# Prints the table of the handler runc in the dump $1, as the table $2.
runc_of() {
    echo "$1" | tr "'" '"' | awk -v from="[$(handlers "$1").runc" -v to="[$2.runc" '
        /^ *\[/ { sub(/^ */, ""); here = index($0, from "]") == 1 || index($0, from ".") == 1 }
        here { if (index($0, from) == 1) $0 = to substr($0, length(from) + 1); print }'
}

# Prints the table of our handler as the table $1, with the cgroups of the handler runc in the dump $2.
ours() {
    systemd=$(runc_of "$2" "$1" | awk '$1 == "SystemdCgroup" { print $3 }')
    cat << END
[$1.init]
runtime_type = "io.containerd.runc.v2"
pod_annotations = ["init.pause/*"]
[$1.init.options]
BinaryName = "/usr/local/bin/oci-init"
SystemdCgroup = ${systemd:-false}
END
}

# Prints the configuration $1 without what this script has added.
without_ours() {
    [ -e "$1" ] || return 0
    if grep -q "^$begin.*, after an unfinished line" "$1"; then printf %s "$(sed "/^$begin/,/^$end/d" "$1")"
    else sed "/^$begin/,/^$end/d" "$1"; fi
}

# Whether the configuration has what this script adds.
has_ours() { [ -e "$config" ] && grep -q "^$begin" "$config"; }

# Whether containerd answers within a minute.
answers() {
    for _ in $(seq 60); do
        ! ctr --connect-timeout 1s version > /dev/null 2>&1 || return 0
        sleep 1
    done
    return 1
}

restart() { sh -c "${RESTART:-systemctl restart containerd}" && answers; }

# Gives the file $2 the content of the file $1 in one step, or removes it if that is empty.
put() {
    if [ -s "$1" ]; then cp -p "$1" "$2.oci-init-new" && sync && mv "$2.oci-init-new" "$2"; else rm -f "$2"; fi
}

# Makes $work/new the configuration, and restarts containerd. If it does not start, it gets the old one back.
apply() {
    if [ ! -e "$old" ]; then # otherwise a run was killed before containerd had started
        if [ -e "$config" ]; then cp -p "$config" "$old.new"; else : > "$old.new"; fi
        mv "$old.new" "$old"
    fi
    mkdir -p "${config%/*}"
    put "$work/new" "$config"
    if ! restart; then
        put "$old" "$config"
        restart || fail "containerd does not start with the old configuration either, which is restored: see its log"
        rm "$old"
        fail "containerd did not start with the new configuration; the old one is restored, and containerd runs"
    fi
    rm "$old"
}

# Whether there was no configuration before this script made one.
is_new_file() { [ ! -s "$config" ] || grep -q "^$begin.*, in a new file" "$config"; }

# Writes $work/new: the configuration with the tables $1.
write_new() {
    mark=$begin
    ! is_new_file || mark="$mark, in a new file"
    newline=
    if [ -n "$(tail -c 1 "$work/old")" ]; then mark="$mark, after an unfinished line" newline='
'; fi
    { cat "$work/old"; echo "$newline$mark"; echo "$1"; echo "$end"; } > "$work/new"
}

# Writes the configuration with the handler to $work/new, and fails if that changes anything else.
make_new() {
    without_ours "$config" > "$work/old"
    [ -s "$work/old" ] || containerd config default | grep '^version' > "$work/old"
    grep -q '^[[:space:]]*version[[:space:]]*=[[:space:]]*[2-9]' "$work/old" \
        || fail "$config has version 1, which this script does not know: run containerd config migrate"
    before=$(dump "$work/old") || fail "containerd cannot read $config: run containerd config dump"
    ! has_handler "$before" init || fail "$config has a handler called init already, which is not of this script"
    [ ! -e "$config" ] || cp -p "$config" "$work/new" # with its mode
    name=$(handlers "$(cat "$work/old")")
    write_new "$(ours "$name" "$before")"
    dump "$work/new" > "$work/after" || true # then it is empty
    if has_handler "$before" runc && ! has_handler "$(cat "$work/after")" runc; then
        # containerd knows its default handler only as long as its configuration has no other.
        write_new "$(ours "$name" "$before"; runc_of "$before" "$name")"
        dump "$work/new" > "$work/after" || true
    fi
    has_handler "$(cat "$work/after")" init || fail "containerd would not read the handler in $config"
    lost=$(echo "$before" | grep -v '^imports' | grep -vxF -f "$work/after" || true)
    [ -z "$lost" ] || fail "with the handler in $config, containerd would no longer read: $lost"
}

install_programs() {
    programs | while read -r name place; do
        [ -f "$here/$name" ] || fail "$here/$name is missing: put it beside this script"
        cmp -s "$here/$name" "$place" && continue
        mkdir -p "${place%/*}"
        cp "$here/$name" "$place.new" && chmod 755 "$place.new" && sync && mv "$place.new" "$place"
    done
}

check() {
    programs | while read -r name place; do
        [ -x "$place" ] || fail "$place is missing: run install.sh"
        [ ! -e "$here/$name" ] || cmp -s "$here/$name" "$place" || fail "$place is not the program beside install.sh: run it again"
    done
    [ ! -e "$old" ] || fail "a run was interrupted: run install.sh again"
    has_ours || fail "$config has no handler of install.sh: run it"
    now=$(dump "$config") || fail "containerd cannot read $config"
    has_handler "$now" init || fail "containerd does not read the handler in $config"
    answers || fail "containerd does not answer"
}

undo() {
    ! grep -qxF .init /proc/[0-9]*/comm 2> /dev/null \
        || fail "containers with init still run: remove runtimeClassName from their pods, wait until they are gone, and run this again"
    if has_ours; then
        without_ours "$config" > "$work/new"
        ! is_new_file || : > "$work/new"
        apply
    elif [ -e "$old" ]; then
        rm "$old" # a run was killed before it changed anything
    fi
    programs | while read -r _ place; do rm -f "$place" "$place.new"; done
}

[ "$(id -u)" = 0 ] || fail "this needs root"
command -v containerd > /dev/null || fail "there is no containerd here; for CRI-O, Docker and podman, see docs/oci-init.md"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
case ${1-} in
    --check) check ;;
    --undo) undo ;;
    '' | --install)
        install_programs
        make_new
        if [ -e "$old" ] || ! cmp -s "$work/new" "$config"; then apply; fi
        ;;
    *) fail "usage: install.sh [--install | --check | --undo]" ;;
esac
