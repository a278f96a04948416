#!/usr/bin/env bash
# Runs a program of a Debian that build/setup/debian.sh has unpacked, with that Debian's own loader and libraries:
#
#   build/setup/run-unpacked.sh FOLDER PROGRAM [ARGUMENT…]      such as target/debian/forky-complete clang --version
#
# So the same version runs on each machine, whatever that has installed.
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 1; }
folder=$1 program=$2
shift 2
libraries=("$folder"/usr/lib/*-linux-gnu*)
for loader in "$folder"/usr/lib/*-linux-gnu*/ld-linux*.so* "$folder"/usr/lib{,64}/ld-linux*.so*; do
    [[ ! -x $loader ]] \
        || exec "$loader" --library-path "$(IFS=:; echo "${libraries[*]}")" --argv0 "$program" "$folder/usr/bin/$program" "$@"
done
echo "run-unpacked.sh: $folder has no loader: run build/setup/debian.sh --complete RELEASE $program" >&2
exit 1
