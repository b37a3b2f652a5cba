#!/usr/bin/env bash
# Train models one after another on a machine with a GPU: bash experiments/gpu.sh MODEL...
#
#   MINUTES  for all of them together (default 9)
#   OUT      a folder that receives their weights, states and logs (default experiments/runs)
#   PYTHON   a Python with torch and the other libraries of the project (default python3)
#
# Nothing is installed or fetched: experiments/packs/ must hold the packs (make packs). A run that is cut off leaves its
# state, at most two minutes old, and the same command continues it.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=experiments/runs python=${PYTHON:-python3} preparation=45  # seconds to read a pack and to evaluate
out=${OUT:-$runs} seconds=$((${MINUTES:-9} * 60))
export PYTHONPATH=src PYTHONUNBUFFERED=1
[ $# -gt 0 ] || { echo "name the models to train: bash experiments/gpu.sh MODEL..." >&2; exit 2; }
training=$((seconds / $# - preparation))
[ "$training" -gt 0 ] || { echo "$# models need more than $((seconds / 60)) minutes: name fewer" >&2; exit 2; }

collect() {
    [ "$out" = "$runs" ] && return
    mkdir -p "$out"
    find "$runs" -name '*.weights' -o -name '*.state' -o -name '*.jsonl' | xargs -r cp -t "$out"
}
trap collect EXIT

for model in "$@"; do
    length=(--minutes "$(awk "BEGIN { print $training / 60 }")")
    [ -f "$runs/$model.state" ] && length=(--resume)
    "$python" -m experiments.train "$model" --device cuda "${length[@]}"
    collect
done
