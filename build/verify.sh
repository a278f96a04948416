#!/usr/bin/env bash
# Proves that the image depends on the source and the compiler only: builds it twice, from two clones of the last commit
# with different folders, user IDs, environments and file times, and compares every byte.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Only the program that assembles the image is shared; the binaries are built in each clone.
cargo build --package image
image=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/image

# build NAME [COMMAND…]: builds the image in a clone, run by COMMAND.
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
    echo "verify: the builds differ: something of the environment gets into the image" >&2
    exit 1
fi
echo "both builds have the same bytes:"
grep '^with ' "$first.log"

# With the same compilers, the image is also the one in docs/measured/image.txt.
if diff <(grep '^with ' "$first.log") <(grep '^with ' docs/measured/image.txt) > /dev/null \
    && ! diff "$first.table" <(grep -v '^with ' docs/measured/image.txt); then
    echo "verify: docs/measured/image.txt describes another image: run make docs" >&2
    exit 1
fi
