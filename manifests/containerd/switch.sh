#!/bin/sh
# Switches containerd on this node, 1.6 or later, to the sandbox image in an archive, or undoes that. As root:
#
#   sh switch.sh pause-0.1.0.tar      imports and pins the image, edits the configuration, restarts containerd
#   sh switch.sh --undo               restores the configuration, restarts containerd
#
# Running pods continue with their old sandbox; new pods get the new one. It is safe to run it again, also after an
# interruption. It changes nothing if `containerd config dump` would show any difference except the name of the image.
#
# environment:
#   CONFIG     the configuration file, by default /etc/containerd/config.toml
#   RESTART    the command that restarts containerd without systemd, such as "rc-service containerd restart"
#
# For any POSIX shell, as a node may not have bash.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

config=$(readlink -f "${CONFIG:-/etc/containerd/config.toml}")
backup=$config.before-pause # the configuration before the first switch; empty if there was none
old=$config.pause-old       # the configuration before the pending restart; empty if there was none
new=$config.pause-new       # the configuration under construction

say() { echo "switch.sh: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# The table and the key of the image's name, in a configuration of version $1.
table() {
    if [ "$1" = 2 ]; then echo 'plugins."io.containerd.grpc.v1.cri"'
    else echo 'plugins."io.containerd.cri.v1.images".pinned_images'; fi
}
key() { if [ "$1" = 2 ]; then echo sandbox_image; else echo sandbox; fi; }

# The version of the configuration $1. It precedes all tables.
version() { sed -n -e '/^[[:space:]]*\[/q' -e 's/^[[:space:]]*version[[:space:]]*=[[:space:]]*\([0-9]*\).*/\1/p' "$1"; }

# Prints the configuration $1 with the image $2: changes its line, or adds one to its table, or adds the table.
edit() {
    awk -v table="$(table "$(version "$1")")" -v key="$(key "$(version "$1")")" -v image="$2" '
        { line[NR] = $0 }
        /^[ \t]*\[/ {
            name = $0
            sub(/^[ \t]*\[[ \t]*/, "", name)
            sub(/[ \t]*\][ \t]*(#.*)?$/, "", name)
            gsub(/\047/, "\"", name)
            gsub(/[ \t]*\.[ \t]*/, ".", name)
            here = name == table
            if (here) {
                header = NR
                margin = $0
                sub(/\[.*/, "  ", margin)
            }
        }
        here && $0 ~ "^[ \t]*" key "[ \t]*=" { at = NR }
        END {
            for (n = 1; n <= NR; n++) {
                if (n == at) sub(/=.*/, "= \"" image "\"", line[n])
                print line[n]
                if (n == header && !at) printf "%s%s = \"%s\"\n", margin, key, image
            }
            if (!header) printf "\n[%s]\n  %s = \"%s\"\n", table, key, image
        }' "$1"
}

# All settings that containerd reads from the configuration $1, without the paths of imports.
dump() { containerd --config "$1" config dump 2> /dev/null | grep -v '^imports'; }

# The image in the output of `dump`.
image_of() { echo "$1" | sed -n "s/^ *sandbox\(_image\)\{0,1\} = [\"']\(.*\)[\"']\$/\2/p"; }

# Prints a configuration that has the same effect as none.
no_config() { containerd config default | grep '^version'; }

# Whether containerd answers within a minute.
answers() {
    for _ in $(seq 60); do
        ! ctr --connect-timeout 1s version > /dev/null 2>&1 || return 0
        sleep 1
    done
    return 1
}

restart() { sh -c "${RESTART:-systemctl restart containerd}" && answers; }

# Replaces the configuration by the file $1, or removes it if that is empty.
put() {
    if [ -s "$1" ]; then
        cp -p "$1" "$new" && sync && mv "$new" "$config"
    else
        rm -f "$config"
    fi
}

# Replaces the configuration by the file $1 and restarts containerd. If that fails, restores the old configuration.
apply() {
    [ -e "$old" ] || if [ -e "$config" ]; then cp -p "$config" "$old"; else : > "$old"; fi
    put "$1"
    finish
}

finish() {
    if restart; then
        rm "$old"
        return
    fi
    put "$old"
    restart || fail "containerd starts neither with the new configuration nor with the old one, which is restored"
    rm "$old"
    fail "containerd did not start with the new configuration; the old one is restored, and containerd runs"
}

[ "$(id -u)" = 0 ] || fail "only root can configure containerd"
[ $# = 1 ] || fail "usage: switch.sh ARCHIVE | switch.sh --undo"
command -v containerd > /dev/null || fail "there is no containerd here"
if [ -z "${RESTART-}" ]; then
    systemctl is-active --quiet containerd 2> /dev/null \
        || fail "systemd runs no containerd here; if something else does, set RESTART to the command that restarts it"
    mode=$(systemctl show --property=KillMode containerd)
    [ "$mode" = KillMode=process ] || fail "a restart would end all pods: containerd.service has $mode, not process"
fi
answers || fail "containerd does not answer"
running=$(ctr version | sed -n '/^Server/,$s/^ *Version: *//p')
case $(containerd --version) in
    *" ${running:-of no version}"*) ;;
    *) fail "containerd $running runs, but the one in PATH is another: $(containerd --version)" ;;
esac

mkdir -p "$(dirname "$config")"
trap 'rm -f "$new" "$new".*' EXIT
if [ -e "$config" ]; then cp -p "$config" "$new"; else no_config > "$new"; fi
before=$(dump "$new") \
    || fail "containerd cannot read $config: $(containerd --config "$new" config dump 2>&1 | tail -n 1)"
current=$(image_of "$before")
case $(version "$new") in
    '' | 1) fail "$config is of version 1, which is obsolete: see containerd's documentation" ;;
esac
! echo "$before" | grep -q '^disabled_plugins = .*cri' \
    || fail "$config disables the CRI plugin: no kubelet uses this containerd"
[ "$(echo "$current" | wc -w)" = 1 ] || fail "containerd config dump does not show exactly one sandbox image, but: $current"

if [ "$1" = --undo ]; then
    if [ ! -e "$backup" ]; then
        say "nothing to undo: there is no $backup"
        exit 0
    fi
    # If the configuration has changed since the switch, restore only the name of the image.
    if [ -s "$backup" ]; then cp "$backup" "$new.was"; else no_config > "$new.was"; fi
    image=$(image_of "$(dump "$new.was")")
    if [ "$(edit "$new.was" "$current")" = "$(cat "$new")" ]; then
        cp -p "$backup" "$new.made"
    else
        edit "$new" "$image" > "$new.made"
        say "$config has changed since the switch: only the name of the image is restored"
    fi
    apply "$new.made"
    # After the restart, because containerd pins its configured image. The image may have been deleted already.
    ctr --namespace k8s.io images label "$current" io.cri-containerd.pinned= > /dev/null 2>&1 || true
    rm "$backup"
    say "the sandbox image is $image again; running pods keep theirs"
    exit 0
fi

[ -r "$1" ] || fail "there is no archive $1"
image=$(tar -xOf "$1" manifest.json | sed 's/.*"RepoTags":\["\([^"]*\)".*/\1/')
case $image in
    '' | *[!A-Za-z0-9._:/@-]*) fail "$1 is no archive with the name of an image" ;;
esac
ctr --namespace k8s.io images import "$1" > /dev/null
[ "$(ctr --namespace k8s.io images ls --quiet "name==$image")" = "$image" ] || fail "$image is not there after its import"
# Without a pin, the kubelet could delete the image before it is configured. containerd 1.6 never pins one itself.
ctr --namespace k8s.io images label "$image" io.cri-containerd.pinned=pinned > /dev/null

if [ "$current" = "$image" ]; then
    [ ! -e "$old" ] || finish # an earlier run was interrupted
    say "the sandbox image is $image"
    exit 0
fi
edit "$new" "$image" > "$new.made"
expected=$(echo "$before" | sed "s|^\( *sandbox\(_image\)\{0,1\} = [\"']\).*\([\"']\)\$|\1$image\3|")
if [ "$(dump "$new.made")" != "$expected" ]; then
    version=$(version "$new")
    fail "$config cannot be edited safely: set $image by hand, as $(key "$version") in [$(table "$version")]"
fi
[ -e "$backup" ] || if [ -e "$config" ]; then cp -p "$config" "$backup"; else : > "$backup"; fi
apply "$new.made"
say "the sandbox image was $current and is now $image; running pods keep theirs"
