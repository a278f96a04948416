#!/usr/bin/env bash
# Builds the images with rustup's compiler and with the distribution's, and writes their sizes and digests into docs/measured:
# image.txt, with rustup's, and compilers.md, with both.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=build/setup/compilers.sh
. build/setup/compilers.sh

rustups_rust > /dev/null || { echo "measure-image.sh: docs/measured describes rustup's compiler, which is not here" >&2; exit 1; }
unset SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure NAME: builds the images, and writes their table to NAME.table and the compilers of each platform to NAME.compilers.
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
    echo '| image | compiler and linker | file, bytes | digest |'
    echo '| --- | --- | ---: | --- |'
    for platform in $(all_platforms) index; do
        for program in /pause /init; do
            for name in rustup distribution; do
                compiler=$(sed -n "s,^$platform ,,p" "$work/$name.compilers")
                awk -v platform="$platform" -v program="$program" -v compiler="$compiler" '
                    $1 == platform && $2 == program { print "| " platform " " program " | " compiler " | " $3 " | " $NF " |" }
                    platform == "index" && $1 ~ "^pause.localhost" program ":" { print "| " $1 " | " compiler " | – | " $NF " |" }
                ' "$work/$name.table"
            done
        done
    done
} > docs/measured/compilers.md
