#!/usr/bin/env bash
# Proves that the images depend on the source and the compiler only: builds them twice, from two clones of the last commit
# with different folders, user IDs, environments and file times, and compares every byte.
#
# usage: build/verify.sh [--zombies] [PLATFORM...]      such as linux/arm/v7; default: all of them, or all that rustup has the
#        library of
#
# With --zombies, it builds the image of zombies in place of the others.
# Installs nothing: `build/setup/setup.sh --platforms "[PLATFORM…]"` does.
set -euo pipefail
cd "$(dirname "$0")/.."

script=(build/binaries.sh) assemble=()
if [[ ${1-} == --zombies ]]; then
    script=(build/hosted.sh --only zombies) assemble=(--zombies)
    shift
    # shellcheck source=build/setup/compilers.sh
    . build/setup/compilers.sh
    [[ $# != 0 ]] || mapfile -t platforms < <(hosted_platforms)
    [[ $# != 0 ]] || set -- "${platforms[@]}"
fi

fail() {
    echo "verify: $*" >&2
    exit 1
}

# The environment of the second build.
elsewhere=(unshare --user --map-user=4711 --map-group=4711)
changed=(env HOME="${HOME%/}/" USER=somebody LANG=C LC_ALL=C TZ=Pacific/Kiritimati CARGO_INCREMENTAL=0)
unset SOURCE_DATE_EPOCH # docs/measured has the image without it

[[ -e .git ]] || fail "this is no clone: it has no .git. The last commit of a clone is built, so clone the project with git"
if ! commit=$(LC_ALL=C git rev-parse --short HEAD 2>&1); then
    [[ $commit != *"dubious ownership"* ]] || fail "another user owns this folder, so git does not read it. Run this," \
        "and try again: git config --global --add safe.directory '$PWD'"
    fail "git cannot read the last commit: ${commit%%$'\n'*}"
fi
error=$("${elsewhere[@]}" true 2>&1) || fail "this user may not create a user namespace, in which the second build runs as" \
    "another user: $error. Allow it: sysctl -w user.max_user_namespaces=10000, on Debian also" \
    "kernel.unprivileged_userns_clone=1, on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0. In a container," \
    "start it with --privileged."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
first=$work/first/pause
second=$work/second/time/in/another/folder/pause
for clone in "$first" "$second"; do
    git clone --quiet --no-hardlinks . "$clone" || fail "git cannot clone this folder: see its message above"
done
find "$second" -type f -exec touch --date=2001-01-01 {} +

# Only the program that assembles the image is shared; the binaries are built in each clone.
echo "verify: building the program that assembles the image"
cargo build --package image
image=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/image

# build CLONE [COMMAND…] -- PLATFORM…: builds the image in a clone, run by COMMAND.
build() {
    local clone=$1 run_by=()
    shift
    while [[ $1 != -- ]]; do
        run_by+=("$1")
        shift
    done
    shift
    "${run_by[@]}" "$clone/${script[0]}" "${script[@]:1}" "$@" > "$clone.log"
    "${run_by[@]}" "$image" "${assemble[@]}" --project "$clone" --platforms "$*" > "$clone.table"
}

echo "verify: build 1 of 2 of commit $commit"
build "$first" -- "$@"
echo "verify: build 2 of 2, elsewhere and as somebody else"
umask 077
build "$second" "${elsewhere[@]}" "${changed[@]}" -- "$@"

cat "$first.table"
diff --recursive --brief "$first/dist" "$second/dist" \
    || fail "the builds differ: something of the environment gets into the image"
echo "both builds have the same bytes:"
if [[ ${assemble[*]} ]]; then # docs/measured/compilers.md does not have it
    cat "$first.log"
    exit
fi
grep '^with ' "$first.log"

# With compilers that docs/measured/compilers.md names, the images are also the ones that it has.
differs='' unknown=() compared=()
while IFS=$'\t' read -r name digest; do
    platform=${name% *}
    [[ $name == linux/* ]] || platform=index
    compiler=$(build/platform-compilers.sh < "$first.log" | sed -n "s,^$platform ,,p")
    recorded=$(awk -F ' [|] |^[|] | [|]$' -v name="$name" -v compiler="$compiler" \
        '$2 == name && $3 == compiler { print $(NF - 1) }' docs/measured/compilers.md)
    if [[ ! $recorded ]]; then
        unknown+=("$name")
    elif [[ $recorded == "$digest" ]]; then
        compared+=("$name")
    else
        echo "verify: $name is $digest; by the same compilers, docs/measured/compilers.md has $recorded" >&2
        differs=yes
    fi
done < <(awk -v OFS='\t' 'NR > 1 { print $1 ($2 ~ "^/" ? " " $2 : ""), $NF }' "$first.table")
[[ ! $differs ]] || fail "docs/measured/compilers.md describes another image: run make docs"
[[ ${#compared[@]} == 0 ]] || echo "the same as in docs/measured/compilers.md: ${compared[*]}"
[[ ${#unknown[@]} == 0 ]] || echo "not compared with docs/measured/compilers.md, which does not have these compilers: ${unknown[*]}"
