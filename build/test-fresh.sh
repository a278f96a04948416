#!/usr/bin/env bash
# Runs the README's commands as a newcomer would, in fresh minimal roots of other releases: only git, make, certificates and
# sudo are there, and no Rust. The last commit is cloned into each. Prints a table.
#
# usage: build/test-fresh.sh ROOT…      such as bookworm trixie
#
#   COMMANDS="demo test"  the make targets, by default "demo test image verify". An ordinary user runs the first two.
#   USERS="root"          who runs them, by default "root newcomer". Each has a root of its own.
#   MIRROR=address        where the packages come from, for a root that is not of Debian
#
# Needs root. Exits with status 2 if no command has failed, but a root could not be tried. Removes all that it made.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "test-fresh: $*" >&2; }

[[ $# -gt 0 ]] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 1; }
[[ $(id -u) == 0 ]] || { say "run this as root: it makes roots with files of all owners"; exit 1; }
git rev-parse --quiet --verify HEAD > /dev/null || { say "this is no clone: the last commit of a clone is tried"; exit 1; }
read -ra commands <<< "${COMMANDS:-demo test image verify}"
read -ra users <<< "${USERS:-root newcomer}"
[[ ${MIRROR-} ]] || unset MIRROR
work=$(mktemp --directory --tmpdir=/var/tmp pause-fresh.XXXXXX)
chmod 711 "$work" # for the user of apt
table=$work/table
own_namespace=$(readlink /proc/self/ns/pid)
own_namespace=${own_namespace//[^0-9]/} # the tests name their control groups after this number
worst=0 running='' namespace=''

# Ends the processes of a root, and with them its mounts, and removes the control groups of its tests.
end_root() {
    local first group groups
    if [[ $running ]]; then
        # When process 1 of the root has ended, all others have, and `unshare` ends.
        first=$(cat "/proc/$running/task/$running/children" 2> /dev/null || true)
        kill -KILL "${first:-$running}" 2> /dev/null || true
        wait "$running" 2> /dev/null || true
    fi
    if [[ $namespace && $namespace != "$own_namespace" ]]; then
        mapfile -t groups < <(find /sys/fs/cgroup -depth -type d -path "*/pause-test-$namespace-*" 2> /dev/null || true)
        for group in "${groups[@]}"; do
            echo THAWED 2> /dev/null > "$group/freezer.state" || true # a frozen process has not ended yet
            for _ in {1..100}; do
                rmdir "$group" 2> /dev/null && break
                sleep 0.1
            done
        done
    fi
    running='' namespace=''
}
# shellcheck disable=SC2317 # the trap calls it
leave_nothing() {
    end_root
    rm -rf --one-file-system "$work"
}
trap leave_nothing EXIT
trap 'exit 130' INT TERM HUP

# Runs a command in a root, as build/setup/enter-root.sh takes it, and waits for it.
in_root() {
    local status=0
    build/setup/enter-root.sh "$@" < /dev/null &
    running=$!
    # `unshare` becomes that process; its child is in the new namespace.
    while kill -0 "$running" 2> /dev/null; do
        namespace=$(readlink "/proc/$running/ns/pid_for_children" 2> /dev/null || true)
        namespace=${namespace//[^0-9]/}
        [[ ! $namespace || $namespace == "$own_namespace" ]] || break
        sleep 0.01
    done
    wait "$running" || status=$?
    running=
    end_root
    return $status
}

# Copies what this machine needs to reach its sources of packages and crates. Nobody's secrets are among it.
copy_settings() {
    local root=$1 home=$1$2 file
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
        [[ ! -e $file ]] || cp --dereference --remove-destination "$file" "$root$file"
    done
    mkdir -p "$root/usr/local/share/ca-certificates"
    find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates" \;
    for file in .cargo/config.toml .config/pip/pip.conf; do
        [[ ! -e $HOME/$file ]] || install -D --mode=644 "$HOME/$file" "$home/$file"
    done
    env --null | grep --null-data -E '^((CARGO_(HTTP|NET|SOURCE|REGISTR)|PIP_)[A-Z0-9_]*|(http|https|no|all)_proxy|(HTTP|HTTPS|NO|ALL)_PROXY)=' \
        > "$root/settings" || true
}

# Prints how many bytes apt, cargo and rustup have fetched: apt says it, the others keep what they fetched.
fetched() {
    local log=$1 home=$2
    {
        sed -n 's/^Fetched \([0-9.,]*\) \([kMG]\{0,1\}B\) in .*/\1 \2/p' "$log" | tr -d ,
        du --summarize --bytes "$home/.cargo/registry/cache" "$home/.cargo/registry/index" "$home/.rustup" 2> /dev/null \
            | awk '{ print $1, "B" }' || true
    } | awk 'BEGIN { unit["B"] = 1; unit["kB"] = 1e3; unit["MB"] = 1e6; unit["GB"] = 1e9 }
             { sum += $1 * unit[$2] } END { printf "%d", sum }'
}

row() { printf '%-10s %-8s %-9s %8s %12s  %s\n' "$@" | tee -a "$table"; }

# Runs the commands in a fresh copy of a root, as one user.
try() {
    local release=$1 user=$2 root=$work/$1-$2 home=/root before=0 now start log result target selected=("${commands[@]}")
    cp --archive "$work/$release" "$root"
    if [[ $user != root ]]; then
        home=/home/$user selected=("${commands[@]:0:2}")
        chroot "$root" useradd --create-home --shell /bin/bash "$user"
        echo "$user ALL=(ALL) NOPASSWD: ALL" > "$root/etc/sudoers.d/$user"
    fi
    copy_settings "$root" "$home"
    chroot "$root" update-ca-certificates > /dev/null 2>&1
    git clone --quiet --no-hardlinks . "$root$home/pause"
    chroot "$root" chown --recursive "$user:" "$home"
    log=$work/log
    : > "$work/logs"
    for target in "${selected[@]}"; do
        start=$SECONDS result=passed
        in_root "$root" "$user" make --directory="$home/pause" "$target" > "$log" 2>&1 || result=failed
        cat "$log" >> "$work/logs"
        now=$(fetched "$work/logs" "$root$home")
        row "$release" "$target" "$user" $((SECONDS - start)) $((now - before)) "$result"
        before=$now
        if [[ $result == failed ]]; then
            worst=1
            say "the end of what make $target said in $release, as $user:"
            tail -n "${LINES_OF_LOG:-40}" "$log" >&2
        fi
    done
    rm -rf --one-file-system "$root"
}

row root command user seconds 'bytes' result
for release in "$@"; do
    status=0
    # In the background, so that a signal is noticed now.
    build/setup/root.sh "$release" "$work/$release" git make ca-certificates sudo &
    wait $! || status=$?
    case $status in
        0) for user in "${users[@]}"; do try "$release" "$user"; done ;;
        3) row "$release" - - - - 'not tried: its packages cannot be reached' ;;
        *) row "$release" - - - - 'not tried: its root could not be made'; worst=1 ;;
    esac
    [[ $status != 3 || $worst == 1 ]] || worst=2
done
echo
cat "$table"
[[ $worst != 2 ]] || say "nothing has failed, but not all roots were tried"
exit $worst
