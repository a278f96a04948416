#!/bin/sh
# Switches containerd on this node, 1.6 or later, to the sandbox image in an archive, and keeps that image there. As root:
#
#   sh switch.sh ARCHIVE              switches, and restarts containerd
#   sh switch.sh --dry-run ARCHIVE    shows what that would change, and changes nothing
#   sh switch.sh --check              tells whether this node is as it should be: status 0, or 1 with the reason
#   sh switch.sh --undo               restores what was before, and restarts containerd
#   sh switch.sh --heal               imports the image if it is gone: systemd runs this, from what the switch installs
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
export CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS=1 # ctr repeats them at each call

config=${CONFIG:-/etc/containerd/config.toml}
config=$(readlink -f "$config" || echo "$config") # it fails where the folder does not exist
dropin=${config%/*}/conf.d/50-pause.toml          # from containerd 2.2 on, the default configuration imports this folder
units=/etc/systemd/system
trial=pause-switch # a namespace of containerd, to try an archive in
lock=/run/pause-switch.lock

say() { echo "switch.sh: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# --- the configuration ---

# For a file FILE that this script changes, there are
#   FILE.before-pause    the file before the first switch; empty if there was none
#   FILE.pause-old       the file before the pending restart; empty if there was none

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

# Prints the first line of a new file. In the main file, it has the same effect as no file.
first_line() {
    if [ -e "$config" ]; then echo "version = $(version "$config")"; else containerd config default | grep '^version'; fi
}

# Copies the file $1 to $2. If there is none, the copy has the effect of none.
copy() { if [ -s "$1" ]; then cp -p "$1" "$2"; else first_line > "$2"; fi; }

# All settings that containerd reads from the configuration $1, without the paths of imports.
dump() { containerd --config "$1" config dump 2> /dev/null | grep -v '^imports'; }

# The image in the output $1 of `dump`.
image_of() { echo "$1" | sed -n "s/^ *sandbox\(_image\)\{0,1\} = [\"']\(.*\)[\"']\$/\2/p"; }

# The snapshotter of the CRI plugin in the output $1 of `dump`.
snapshotter_of() {
    echo "$1" | tr "'" '"' | awk '
        /^ *\[/ { here = /"io.containerd.grpc.v1.cri".containerd\]/ || /"io.containerd.cri.v1.images"\]/ }
        here && $1 == "snapshotter" { gsub(/"/, "", $3); print $3 }'
}

# Prints the path of the drop-in if the main file imports its folder, in one line. containerd 1 would lose all settings.
dropins() {
    case $release in [01].*) return ;; esac
    [ ! -e "$config" ] || ! sed -n '/^[[:space:]]*imports[[:space:]]*=/p' "$config" \
        | grep -q "[\"']\(${dropin%/*}\|conf.d\)/\*\.toml[\"']" || echo "$dropin"
}

# The settings that containerd would read if the file $1 had the content of the file $2.
dump_with() {
    if [ "$1" = "$config" ]; then
        dump "$2"
        return
    fi
    rm -rf "$new.d"
    mkdir "$new.d"
    cp "${dropin%/*}"/*.toml "$new.d" 2> /dev/null || true # there may be none
    cp "$2" "$new.d/${dropin##*/}"
    sed "/^[[:space:]]*imports/s|[^\"']*conf\.d/\*\.toml|$new.d/*.toml|" "$config" > "$new.main"
    dump "$new.main"
}

# The last imported file that names a sandbox image. `config dump` also shows imports that have no effect.
winner() {
    imports=$(sed -n '/^[[:space:]]*imports[[:space:]]*=/,/\]/p' "$config" | grep -o "[\"'][^\"']*[\"']" | tr -d "\"'")
    for file in $imports; do # unquoted: they may be patterns
        case $file in /*) ;; *) file=${config%/*}/$file ;; esac
        [ "$file" = "$dropin" ] || ! grep -qE '^[[:space:]]*"?sandbox(_image)?"?[[:space:]]*=' "$file" 2> /dev/null \
            || echo "$file"
    done | tail -n 1
}

# --- containerd ---

# Whether containerd answers within a minute.
answers() {
    for _ in $(seq 60); do
        ! ctr --connect-timeout 1s version > /dev/null 2>&1 || return 0
        sleep 1
    done
    return 1
}

restart() { sh -c "${RESTART:-systemctl restart containerd}" && answers; }

# Runs ctr in the kubelet's namespace. HEAL_LIMIT keeps --heal from delaying a start of containerd for long. Elsewhere there
# is no limit: on a node that is short of CPU, an import takes more than 20 s.
k8s() { ctr --connect-timeout 10s ${HEAL_LIMIT:+--timeout "$HEAL_LIMIT"} --namespace k8s.io "$@"; }

# Whether the database of containerd was deleted while it runs, by the output $1 of `dump`. Until it restarts, it has records
# of images that are gone, and no place for new ones.
lost_store() {
    root=$(echo "$1" | sed -n "s/^root = [\"']\(.*\)[\"']\$/\1/p")
    [ ! -e "$root/io.containerd.metadata.v1.bolt/meta.db" ]
}

# The name of the image in the archive $1, of Docker's format or of OCI's.
image_in() {
    { tar -xOf "$1" manifest.json || tar -xOf "$1" index.json; } 2> /dev/null \
        | sed -n -e 's/.*"RepoTags":\["\([^"]*\)".*/\1/p' -e 's/.*"io.containerd.image.name":"\([^"]*\)".*/\1/p'
}

# Imports the archive $2 by the command $1. Without --local, containerd 2 can unpack only for its default snapshotter; 1.6
# does not have the option. ctr keeps the layers, even if the CRI plugin discards those that it pulls.
import() {
    way=
    ! ctr images import --help | grep -q -e ' --local' || way=--local
    # shellcheck disable=SC2086 # no argument if it is empty
    $1 images import $way "$2" > /dev/null
}

# A filter for the image $1, and for the image $1 with a pin.
named() { echo "name==$1"; }
pinned() { echo "name==$1,labels.\"io.cri-containerd.pinned\"==pinned"; }

# Whether the filter $1 finds an image. Whether it finds one by the command $2 that is whole, and unpacked for this machine.
is_there() { [ -n "$(k8s images ls --quiet "$1")" ]; }
is_complete() { [ -n "$($2 images check --quiet "$1" 2> /dev/null)" ]; }

# Imports the archive $1 with the image $2 and pins it, so that the kubelet does not delete it. containerd pins what its
# configuration names, but some releases not what was imported, and none before it is configured.
import_pinned() {
    import k8s "$1" && is_complete "$(named "$2")" k8s && k8s images label "$2" io.cri-containerd.pinned=pinned > /dev/null
}

# Removes the image $1 that `import_pinned` has added, and the name that the CRI plugin has given it, the digest of its
# configuration, unless the same image has further names.
remove_image() {
    digest=$(k8s images ls "name==$1" 2> /dev/null | grep -o 'sha256:[0-9a-f]*')
    names=$(k8s images ls --quiet "target.digest==$digest")
    ! echo "$names" | grep -v -e '^sha256:' | grep -qvxF "$1" || names=$1
    # shellcheck disable=SC2086 # a list
    k8s images rm --sync $names
} > /dev/null 2>&1

trial() { ctr --namespace $trial "$@"; }

# Removes the namespace of a trial and what is in it. On a full disk, some of the steps fail, but not the last one.
end_trial() {
    ctr namespaces ls --quiet | grep -qx $trial || return 0
    for kind in images leases content; do
        for name in $(trial $kind ls --quiet); do trial $kind rm "$name" || true; done
    done
    # Deleting a lease collects the garbage at once; only then is the namespace empty.
    ! trial leases create --id collect || trial leases rm --sync collect || true
    ctr namespaces rm $trial
} > /dev/null 2>&1

# Fails unless containerd can use the image $2 in the archive $1 on this machine.
try() {
    end_trial
    if error=$(import trial "$1" 2>&1) && is_complete "$(named "$2")" trial; then
        end_trial
        return
    fi
    trial images import --all-platforms --no-unpack "$1" > /dev/null 2>&1 || true
    platforms=$(trial images ls "name==$2" 2> /dev/null | grep -o 'linux/[^ ]*' || true)
    end_trial
    [ -n "$error" ] || error="it is incomplete"
    fail "$1 cannot be used on this machine ($(uname -m))${platforms:+; it is for $platforms}: $(echo "$error" | tail -n 1)"
}

# --- what puts the image back ---

# The folder of the archive, which must survive that containerd's own is deleted. /usr may be read-only.
choose_store() {
    for store in /usr/local/lib/pause /var/lib/pause; do
        [ ! -e "$store/pause.tar" ] || return 0
    done
    for store in /usr/local/lib/pause /var/lib/pause; do
        parent=${store%/*}
        while [ ! -e "$parent" ]; do parent=${parent%/*}; done
        [ ! -w "$parent" ] || return 0
    done
}

uses_systemd() { [ -n "$systemd" ]; }

# The files to install.
healing_files() {
    echo "$store/pause.tar" "$store/switch.sh"
    ! uses_systemd || echo "$units/containerd.service.d/50-pause.conf" "$units/pause-image.service" "$units/pause-image.timer"
}

# The command that puts the image back, for other processes, with the further variables in $1.
heal_command() {
    echo "/usr/bin/env ${1:+$1 }CONFIG=$config CONTAINERD_SNAPSHOTTER=$CONTAINERD_SNAPSHOTTER sh $store/switch.sh --heal"
}

# Prints the content of the file $1 of these. When the limit of the drop-in is over, the timer goes on.
content() {
    case $1 in
        */pause.tar) cat "$archive" ;;
        */switch.sh) cat "$0" ;;
        *.conf) cat << END ;;
# Whenever containerd has started, it gets the sandbox image back if that is gone. The "-" lets containerd run even if the
# import fails. Installed by $store/switch.sh, which removes it with --undo.
[Unit]
Wants=pause-image.timer

[Service]
ExecStartPost=-$(heal_command HEAL_LIMIT=20s)
END
        *.service) cat << END ;;
# Puts the sandbox image of this node's pods back if it is gone.
[Unit]
Description=Import of the sandbox image, if it is gone

[Service]
Type=oneshot
ExecStart=$(heal_command)
TimeoutStartSec=2min
# Of the runs, log only those that import the image or fail.
SyslogLevel=notice
LogLevelMax=notice
END
        *.timer) cat << END ;;
# Looks for the sandbox image twice a minute, while containerd runs.
[Unit]
Description=Check of the sandbox image
PartOf=containerd.service

[Timer]
OnActiveSec=30s
OnUnitInactiveSec=30s
AccuracySec=1s
END
    esac
}

# Whether the file $1 has that content already.
is_installed() { [ -e "$1" ] && content "$1" | cmp -s - "$1"; }

# Makes the folder $1, and remembers for --undo that it was not there.
make_folder() {
    [ -d "$1" ] && return
    mkdir -p "$store" && echo "$1" >> "$store/folders" && mkdir -p "$1"
}

# Writes the files under other names, so that a full disk is noticed before anything is changed.
stage() {
    [ -d "$store" ] || make_folder "$store"
    for file in $(healing_files); do
        is_installed "$file" && continue
        make_folder "${file%/*}"
        content "$file" > "$file.pause-new"
    done
}

# Gives the files their names.
install_staged() {
    sync
    for file in $(healing_files); do
        [ ! -e "$file.pause-new" ] || mv "$file.pause-new" "$file"
    done
    sync # what the last line promises holds after a power cut, too
    if uses_systemd; then
        if ! systemctl daemon-reload || ! systemctl start pause-image.timer; then
            fail "the image is switched, but systemd cannot start pause-image.timer: see its status, and run this again"
        fi
    else
        say "without systemd, nothing puts the image back when it is gone: let this node run \`$(heal_command)\` whenever \
containerd has started, and each minute"
    fi
}

stop_timer() {
    ! uses_systemd || systemctl stop pause-image.timer pause-image.service 2> /dev/null || true # it may not be loaded yet
}

# Removes what `stage` and `install_staged` made.
uninstall() {
    stop_timer
    for file in $(healing_files); do
        rm -f "$file" "$file.pause-new"
    done
    ! uses_systemd || systemctl daemon-reload
    [ ! -e "$store/folders" ] || while read -r folder; do
        [ "$folder" = "$store" ] || rmdir "$folder" 2> /dev/null || true # others may use it now
    done < "$store/folders"
    rm -f "$store/folders"
    rmdir "$store" 2> /dev/null || true
}

# --- the steps ---

# Only one run at a time. A link is made in one step, with the process ID of its owner as its text.
take_lock() {
    if ! ln -s $$ "$lock" 2> /dev/null; then
        owner=$(readlink "$lock" || true)
        ! kill -0 "${owner:-none}" 2> /dev/null \
            || fail "another switch.sh runs, as process $owner; this one changed nothing: try again when it has ended"
        # Its owner was killed. If two runs find that out, the second has nothing to move, or nothing to make.
        if ! mv "$lock" "$lock.$$" 2> /dev/null || ! rm "$lock.$$" || ! ln -s $$ "$lock" 2> /dev/null; then
            fail "another switch.sh has just started; this one changed nothing: try again when it has ended"
        fi
    fi
    locked=yes
}

# Takes back what a run has done that ends with an error or a signal.
new='' work='' locked='' pending='' backup='' imported='' staged=''
clean_up() {
    status=$?
    trap '' HUP INT TERM
    set +e
    if [ -n "$pending" ]; then
        put "$pending.pause-old" "$pending"
        if restart; then
            rm "$pending.pause-old"
            say "the old configuration is restored, and containerd runs"
        else
            say "containerd does not start with the old configuration either, which is restored: see its log"
        fi
    fi
    [ -z "$backup" ] || rm -f "$backup"
    [ -z "$imported" ] || remove_image "$imported"
    if [ -n "$staged" ]; then
        for file in $(healing_files); do rm -f "$file.pause-new"; done
        [ -e "$store/pause.tar" ] || uninstall
    fi
    [ -z "$new" ] || rm -rf "$new" "$new".*
    [ -z "$work" ] || rm -rf "$work"
    [ -z "$locked" ] || rm -f "$dropin.pause-new" "$lock"
    exit "$status"
}

# Gives the file $2 the content of the file $1, or removes it if that is empty.
put() {
    if [ -s "$1" ]; then
        cp -p "$1" "$2.pause-new" && sync && mv "$2.pause-new" "$2"
    else
        rm -f "$2"
    fi
}

# Keeps the file $1 as $2, unless an earlier run has.
keep() {
    [ ! -e "$2" ] || return 0
    if [ -e "$1" ]; then cp -p "$1" "$1.pause-new"; else : > "$1.pause-new"; fi
    mv "$1.pause-new" "$2"
}

# Gives the file $2 the content of the file $1, and restarts containerd. If that fails, `clean_up` restores the file.
apply() {
    keep "$2" "$2.pause-old"
    pending=$2
    put "$1" "$2"
    finish "$2"
}

# Restarts containerd after a change of the file $1.
finish() {
    pending=$1
    restart || fail "containerd did not start with the new configuration"
    pending=
    rm "$1.pause-old"
}

# Writes the file $1 with our image to $new.made. Whether that changes nothing but the name of the image.
make_target() {
    copy "$1" "$new.was"
    edit "$new.was" "$image" > "$new.made"
    [ "$(dump_with "$1" "$new.made")" = "$expected" ]
}

# Chooses the file to change, and makes its new content. A drop-in remains when the main file is rewritten.
choose_target() {
    expected=$(echo "$before" | sed "s|^\( *sandbox\(_image\)\{0,1\} = [\"']\).*\([\"']\)\$|\1$image\3|")
    for target in $(dropins) "$config"; do
        ! make_target "$target" || return 0
    done
    other=$(winner)
    [ -z "$other" ] || fail "$other, which $config imports, names another sandbox image and wins: set $image there by hand"
    version=$(version "$new")
    fail "$config cannot be edited safely: set $image by hand, as $(key "$version") in [$(table "$version")]"
}

switch() {
    ! lost_store "$before" || fail "the store of containerd was deleted while it runs: restart containerd, and try again"
    [ "$current" = "$image" ] || choose_target
    try "$archive" "$image"
    staged=yes
    stage
    is_there "$(named "$image")" || imported=$image
    error=$(import_pinned "$archive" "$image" 2>&1) \
        || fail "$image cannot be imported: $(echo "${error:-it is incomplete}" | tail -n 1)"
    if [ "$current" = "$image" ]; then
        for file in "$config" "$dropin"; do
            [ ! -e "$file.pause-old" ] || finish "$file" # an earlier run was interrupted
        done
        done="the sandbox image is $image"
    else
        make_folder "${target%/*}"
        [ -e "$target.before-pause" ] || backup=$target.before-pause
        keep "$target" "$target.before-pause"
        apply "$new.made" "$target"
        done="the sandbox image was $current and is now $image, in $target; running pods keep theirs"
    fi
    backup='' imported=''
    install_staged
    staged=
    say "$done"
}

# Shows what `switch` would change.
dry_run() {
    if [ "$current" = "$image" ]; then
        say "the sandbox image is $image already"
    else
        choose_target
        [ -e "$target" ] && was=$target || was=/dev/null
        diff -u "$was" "$new.made" | sed "1,2s|$new.made|$target|" || true
        say "would restart containerd with this change of $target; running pods would keep their sandbox"
    fi
    is_there "$(named "$image")" || say "would import $image, and pin it"
    for file in $(healing_files); do
        is_installed "$file" || say "would write $file"
    done
    say "nothing was changed; whether the archive is whole, the switch finds out before it changes anything"
}

# Restores the file $1, or only the name of the image in it if it has changed since.
restore() {
    was=$1.before-pause
    copy "$1" "$new.now"
    copy "$was" "$new.was"
    named=$(image_of "$(dump_with "$1" "$new.now")")
    if [ "$(cat "$1" 2> /dev/null)" = "$(cat "$was")" ]; then
        [ ! -e "$1.pause-old" ] || finish "$1" # an earlier run was interrupted
    elif [ "$(edit "$new.was" "$named")" = "$(cat "$new.now")" ]; then
        apply "$was" "$1"
    elif [ "$named" = "$ours" ]; then
        edit "$new.now" "$(image_of "$(dump_with "$1" "$new.was")")" > "$new.made"
        say "$1 has changed since the switch: only the name of the image is restored"
        apply "$new.made" "$1"
    else
        say "$1 has changed since the switch, and does not name $ours any more: it stays as it is"
    fi
    rm "$was"
}

undo() {
    end_trial
    ours=$current
    [ ! -e "$store/pause.tar" ] || ours=$(image_in "$store/pause.tar")
    nothing=yes
    for file in "$dropin" "$config"; do # in this order: the drop-in hides what the main file names
        [ ! -e "$file.before-pause" ] || { nothing=; restore "$file"; }
    done
    if [ -n "$nothing" ] && [ ! -e "$store" ] && [ ! -e "$units/pause-image.timer" ]; then
        say "nothing to undo: there is neither $config.before-pause nor $store"
        return
    fi
    # After the restart, because containerd pins its configured image; after the timer, which does so, too; before the archive
    # is removed, so that an undo that was interrupted can be run again. The image may have been deleted already.
    stop_timer
    k8s images label "$ours" io.cri-containerd.pinned= > /dev/null 2>&1 || true
    uninstall
    sync
    say "the sandbox image is $(image_of "$(dump_of_config)") again; running pods keep theirs"
}

# Imports the image of the kept archive if it is gone, damaged or not pinned. What it asks first must be cheap.
heal() {
    archive=$store/pause.tar
    [ -r "$archive" ] || fail "there is no $archive: run switch.sh with an archive"
    image=$(image_in "$archive")
    ! is_complete "$(pinned "$image")" k8s || exit 0
    if [ -e "$config" ]; then settings=$(dump "$config"); else settings=$(containerd config default); fi
    ! lost_store "$settings" || fail "the store of containerd was deleted while it runs: no pod starts until it restarts"
    error=$(import_pinned "$archive" "$image" 2>&1) \
        || fail "$image is gone or damaged, and cannot be imported: $(echo "${error:-it is incomplete}" | tail -n 1)"
    say "$image was gone, damaged or not pinned: it is there again"
    exit 0
}

# --- --check ---

row() { printf '%-14s %s\n' "$1" "$2"; }

# Adds a reason why this node is not as it should be, and what to do.
wrong() { reasons="$reasons
switch.sh: $*"; }

# Prints how many running pods have the image $1, and how many another.
count_pods() {
    { k8s tasks ls | sed 's/^/task /'; k8s containers ls 'labels."io.cri-containerd.kind"==sandbox' | sed 's/^/pod /'; } \
        | awk -v image="$1" '
            $1 == "task" && $4 == "RUNNING" { running[$2] }
            $1 == "pod" && $2 in running { if ($3 == image) ours++; else others++ }
            END { print ours + 0, others + 0 }'
}

check() {
    reasons=
    again="run \`sh switch.sh ARCHIVE\`"
    [ ! -e "$store/pause.tar" ] || again="run \`sh $store/switch.sh $store/pause.tar\`"
    from=$config
    [ ! -e "$dropin" ] || [ -z "$(dropins)" ] || from=$dropin
    [ -e "$from" ] || from="containerd's default"
    row configured "$current, in $from"
    if [ -e "$config.pause-old" ] || [ -e "$dropin.pause-old" ]; then
        wrong "a switch or an undo was interrupted before containerd had restarted: run it again"
    fi

    if lost_store "$before"; then
        row image 'not there'
        wrong "the store of containerd was deleted while it runs: no pod starts until it restarts"
    elif is_there "$(named "$current")"; then
        pin=pinned whole="complete for this machine ($(uname -m))"
        is_there "$(pinned "$current")" || { pin="not pinned"; wrong "the kubelet may delete the image: $again"; }
        is_complete "$(named "$current")" k8s || { whole="not $whole"; wrong "new pods may not start: $again"; }
        row image "there, $pin, $whole"
    else
        row image 'not there'
        wrong "no pod starts unless containerd can pull $current: $again"
    fi
    case $release in
        1.[0-5].* | 1.6.[0-9] | 1.6.[0-9][!0-9]* | 1.6.1* | 1.6.2[01]* | 1.7.[0-2] | 1.7.[0-2][!0-9]*)
            row '' "containerd $release does not tell the kubelet about pins (1.6.22 and 1.7.3 do): it may delete the image" ;;
    esac

    if [ ! -e "$store/pause.tar" ]; then
        row 'comes back' no
        wrong "nothing puts the image back when it is gone, as this node was not switched: $again"
    elif [ "$(image_in "$store/pause.tar")" != "$current" ]; then
        row 'comes back' "no: $store/pause.tar has $(image_in "$store/pause.tar")"
        wrong "something has rewritten the configuration since the switch: $again"
    elif ! uses_systemd; then
        row 'comes back' "if this node runs \`$(heal_command)\` whenever containerd has started, and each minute"
    elif systemctl is-active --quiet pause-image.timer \
        && systemctl show --property=ExecStartPost containerd | grep -qF "$store/switch.sh"; then
        row 'comes back' "within a minute, and whenever containerd starts, from $store/pause.tar"
    else
        row 'comes back' 'no: systemd does not run pause-image.timer, or not the drop-in of containerd.service'
        wrong "nothing puts the image back when it is gone: $again"
    fi

    pods=$(count_pods "$current")
    row 'running pods' "${pods% *} have this image, ${pods#* } another until they are started again"
    if [ -n "$reasons" ]; then
        echo "${reasons#?}" >&2
        exit 1
    fi
    echo "all is well"
}

# --- the start ---

usage() { fail "usage: switch.sh ARCHIVE | --dry-run ARCHIVE | --check | --undo | --heal"; }

archive=
case ${1-} in
    --check | --undo | --heal) [ $# = 1 ] || usage ;;
    --dry-run)
        [ $# = 2 ] || usage
        archive=$2 ;;
    '' | -*) usage ;;
    *)
        [ $# = 1 ] || usage
        archive=$1 ;;
esac
[ "$(id -u)" = 0 ] || fail "only root can configure containerd"
for program in containerd ctr; do
    command -v "$program" > /dev/null || fail "there is no $program here"
done

# All settings of the configuration file, or of none.
dump_of_config() {
    copy "$config" "$new"
    dump "$new" || fail "containerd cannot read $config: $(containerd --config "$new" config dump 2>&1 | tail -n 1)"
}

choose_store
[ "$1" != --heal ] || heal

systemd=
if [ -z "${RESTART-}" ] && systemctl is-active --quiet containerd 2> /dev/null; then systemd=yes; fi

if [ "$1" != --check ] && [ -z "${RESTART-}" ]; then
    uses_systemd || fail "systemd runs no containerd here; if something else does, set RESTART to the command that restarts it"
    mode=$(systemctl show --property=KillMode containerd)
    [ "$mode" = KillMode=process ] || fail "a restart would end all pods: containerd.service has $mode, not process"
fi
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
# Files under construction begin with the name $new. Those of a run that was killed are removed by the next.
case $1 in
    --check | --dry-run) new=$config.pause-look.$$ ;;
    *)
        take_lock
        new=$config.pause-new ;;
esac
answers || fail "containerd does not answer"
running=$(ctr version 2> /dev/null | sed -n '/^Server/,$s/^ *Version: *//p')
case $(containerd --version) in
    *" ${running:-of no version}"*) ;;
    *) fail "containerd $running runs, but the one in PATH is another: $(containerd --version)" ;;
esac
release=${running#v}

if [ ! -d "${config%/*}" ]; then
    work=$(mktemp -d)
    new=$work/config
fi
before=$(dump_of_config)
current=$(image_of "$before")
export CONTAINERD_SNAPSHOTTER # for all calls of ctr
CONTAINERD_SNAPSHOTTER=$(snapshotter_of "$before")
case $(version "$new") in
    '' | 1) fail "$config is of version 1, which is obsolete: see containerd's documentation" ;;
esac
! echo "$before" | grep -q '^disabled_plugins = .*cri' \
    || fail "$config disables the CRI plugin: no kubelet uses this containerd"
[ "$(echo "$current" | wc -w)" = 1 ] || fail "containerd config dump does not show exactly one sandbox image, but: $current"

if [ -n "$archive" ]; then
    [ -r "$archive" ] || fail "there is no archive $archive"
    image=$(image_in "$archive")
    case $image in
        '' | *[!A-Za-z0-9._:/@-]*) fail "$archive is no archive with the name of an image, or is damaged" ;;
    esac
fi
case $1 in
    --check) check ;;
    --dry-run) dry_run ;;
    --undo) undo ;;
    *) switch ;;
esac
