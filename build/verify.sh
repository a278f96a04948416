#!/usr/bin/env bash
# Proves that the image depends on the source and the compiler alone: builds it twice, from two clones of the last commit
# in different folders, with other user IDs, surroundings and ages of the files, and compares every byte.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program that assembles; what it is fed with is built anew.
cargo build --package image
image=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/image

# Builds and assembles in a clone: build NAME COMMAND…, where COMMAND is what to do it under.
build() {
    local clone=$work/$1/pause
    shift
    git clone --quiet --no-hardlinks . "$clone"
    [ $# = 0 ] || find "$clone" -type f -exec touch --date=2001-01-01 {} +
    "$@" "$clone/build/binaries.sh" > "$clone.log"
    "$@" "$image" --project "$clone" > "$clone.table"
}

echo "building commit $(git rev-parse --short HEAD) twice"
build first
umask 077
build second/time/in/another/folder \
    unshare --user --map-user=4711 --map-group=4711 \
    env HOME="${HOME%/}/" USER=somebody LANG=C LC_ALL=C TZ=Pacific/Kiritimati CARGO_INCREMENTAL=0
first=$work/first/pause
second=$work/second/time/in/another/folder/pause

cat "$first.table"
if ! diff --recursive --brief "$first/dist" "$second/dist"; then
    echo "verify: the two builds differ: something of its surroundings gets into the build" >&2
    exit 1
fi
echo "twice the same bytes:"
grep '^with ' "$first.log"

# What was written down for the README holds as well, where the same compilers are here.
if diff <(grep '^with ' "$first.log") <(grep '^with ' docs/measured/image.txt) > /dev/null \
    && ! diff "$first.table" <(grep -v '^with ' docs/measured/image.txt); then
    echo "verify: docs/measured/image.txt tells of another image: make docs, and put that into the README" >&2
    exit 1
fi
