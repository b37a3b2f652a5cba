#!/usr/bin/env bash
# The demonstration: learn four folders of drawings, damage one, find it again.  experiments/recipes/demo.sh POCHADE DRAWINGS TO
set -euo pipefail
pochade=$1 drawings=$2 to=$3
folders=(animals food people transportation)

step() {  # step WORDS COMMAND...: says what is done, and how long it took
    local words=$1 began=$SECONDS
    shift
    printf '\n%s\n' "$words" >&2
    "$@"
    printf '(%d s)\n' $((SECONDS - began)) >&2
}

copy_drawings() {
    mkdir -p "$to/art"
    for folder in "${folders[@]}"; do
        [ -e "$to/art/$folder" ] || cp -rL "$drawings/$folder" "$to/art/$folder"  # some are links out of their folder
    done
}

step "Copying ${#folders[@]} folders of openclipart to $to/art" copy_drawings
step "Learning them: every drawing is read, embedded and sketched, then the models are fine-tuned (two to five minutes)" "$pochade" learn "$to/art"
step "What is known now" "$pochade" -C "$to/art" info
step "Damaging one drawing: $to/scan.jpg is a crooked, tinted, mirrored scan of it" \
    "$(dirname "$pochade")/python" -m experiments.recipes.scan_for_demo "$to/art/animals/birds/puffin-md.png" "$to/scan.jpg"
step "Finding it again: the drawing comes first, see $to/found.png" \
    "$pochade" -C "$to/art" find "$to/scan.jpg" -k 9 --sheet "$to/found.png"
if [ -t 1 ]; then
    echo "Opening the page; Ctrl-C stops it" >&2
    exec "$pochade" open "$to/art"  # only in a terminal: it serves until Ctrl-C
fi
printf "\n'%s open %s/art' shows all of it in your browser\n" "$pochade" "$to" >&2
