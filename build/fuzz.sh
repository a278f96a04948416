#!/usr/bin/env bash
# Fuzzes the targets of tests/fuzz by libFuzzer, guided by the coverage of the code, with the stable compiler:
#
#   build/fuzz.sh [SECONDS [TARGET…]]
#
# All targets share the SECONDS, ten minutes by default. PAUSE_SEED repeats the same inputs, as far as the time allows. What is
# found stays in target/fuzzing. The control, a parser that accepts one signal too many, must be found first.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600}
read -ra targets <<< "${*:2}"
mapfile -t all < <(cd tests/fuzz/inputs && printf '%s\n' *)
[[ ${#targets[@]} != 0 ]] || targets=("${all[@]}")
for target in "${targets[@]}"; do
    [[ -d tests/fuzz/inputs/$target ]] || { echo "fuzz.sh: there is no target $target; they are: ${all[*]}" >&2; exit 1; }
done
for peer in dumb-init tini; do
    [[ " ${targets[*]} " != *" $peer "* || -x /usr/bin/$peer ]] \
        || { echo "fuzz.sh: the target $peer needs the package $peer: make soak installs it" >&2; exit 1; }
done
# libFuzzer would take 0 for no limit.
if [[ ! $seconds =~ ^[1-9][0-9]{0,6}$ ]] || ((seconds < ${#targets[@]})); then
    echo "fuzz.sh: $seconds is no number of seconds, or less than one for each target" >&2
    exit 1
fi
export PAUSE_SEED=${PAUSE_SEED:-$RANDOM}

# What `-Zsanitizer` of the nightly compiler does for libFuzzer: count blocks, list them, and report comparisons.
flags="-Cpasses=sancov-module"
for argument in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=" -Cllvm-args=-sanitizer-coverage-$argument"
done
host=$(rustc -vV | sed -n 's/^host: //p')
# With a target, the flags do not reach build scripts and macros, which could not be linked.
RUSTFLAGS=$flags cargo build --quiet --profile fuzz --package fuzz --features engine --bin fuzz --target "$host"
program=target/$host/fuzz/fuzz
folder=target/fuzzing # cargo uses target/fuzz
rm -rf "$folder"
mkdir -p "$folder/finds"

# fuzz TARGET SECONDS FOLDER…: runs it, and prints its numbers.
fuzz() {
    local log=$folder/$1.log status=0
    mkdir -p "$folder/corpus/$1"
    printf '%-14s ' "$1"
    PAUSE_FUZZ=$1 "$program" -seed="$PAUSE_SEED" -max_total_time="$2" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$folder/finds/$1-" "$folder/corpus/$1" "${@:3}" > "$log" 2>&1 || status=$?
    awk '/^#.*cov:/ { for (i = 1; i < NF; i++) if ($i ~ /:$/) field[$i] = $(i + 1) }
         /^stat::number_of_executed_units/ { runs = $2 } /^stat::average_exec_per_sec/ { rate = $2 }
         END { print runs " inputs, " rate " a second, " field["cov:"] " blocks, " field["ft:"] " features" }' "$log"
    return "$status"
}

# The programs that the targets start. Without this variable, the first input would build all programs of the tests.
cargo build --quiet --release --package pause
export PAUSE_PROGRAMS=$PWD/target/release
echo "PAUSE_SEED=$PAUSE_SEED"
if fuzz spoiled 60 || ! grep -q POLL "$folder"/finds/spoiled-crash-*; then
    echo "the control: the fault was not found in a minute"
    exit 1
fi
echo "the control: its fault was found"
failed=()
for target in "${targets[@]}"; do
    seeds=("tests/fuzz/inputs/$target")
    # The programs are seeds that no text file can be.
    if [[ $target == elf ]]; then
        mkdir "$folder/programs"
        cp target/release/pause target/release/init "$folder/programs"
        seeds+=("$folder/programs")
    fi
    fuzz "$target" "$((seconds / ${#targets[@]}))" "${seeds[@]}" || failed+=("$target")
done
[[ ${#failed[@]} != 0 ]] || exit 0
echo "found something: ${failed[*]}. See $folder/*.log. When it is mended, save the input from $folder/finds in" \
    "tests/fuzz/inputs/TARGET; if it is not text, in hexadecimal digits, as NAME.hex." >&2
exit 1
