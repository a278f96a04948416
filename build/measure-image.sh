#!/usr/bin/env bash
# Builds the image with rustup's compiler and with the distribution's, and writes its sizes and digests into docs/measured:
# image.txt, with rustup's, and compilers.md, with both.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

rustups_rust > /dev/null || { echo "measure-image.sh: docs/measured describes rustup's compiler, which is not here" >&2; exit 1; }
unset SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure NAME: builds the image, and writes its table to NAME.table and the compilers of each platform to NAME.compilers.
measure() {
    build/binaries.sh > "$work/log"
    grep '^with ' "$work/log" > "$work/$1.with"
    build/platform-compilers.sh < "$work/log" > "$work/$1.compilers"
    cargo run --quiet --package image > "$work/$1.table"
}
PAUSE_WITHOUT_RUSTUP=1 measure distribution
measure rustup # last, because it leaves its binaries in dist
cat "$work/rustup.table" "$work/rustup.with" > docs/measured/image.txt
{
    echo '| platform | compiler and linker | /pause, bytes | /init, bytes | digest |'
    echo '| --- | --- | ---: | ---: | --- |'
    for platform in $(all_platforms) index; do
        for name in rustup distribution; do
            compiler=$(sed -n "s,^$platform ,,p" "$work/$name.compilers")
            awk -v platform="$platform" -v compiler="$compiler" '
                $1 == platform { print "| " platform " | " compiler " | " $2 " | " $4 " | " $NF " |" }
                platform == "index" && /^pause.localhost/ { print "| " $1 " | " compiler " | – | – | " $NF " |" }
            ' "$work/$name.table"
        done
    done
} > docs/measured/compilers.md
