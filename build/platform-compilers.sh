#!/usr/bin/env bash
# Reads the output of build/binaries.sh, and prints each platform with its compiler and linker. Then, with "index" for the
# platform, all of these that the index depends on.
set -euo pipefail
all=()
while IFS=: read -r compiler platforms; do
    all+=("$compiler")
    for platform in $platforms; do
        echo "$platform $compiler"
    done
done < <(sed -n 's/^with //p')
printf -v list '%s; ' "${all[@]}"
echo "index ${list%; }"
