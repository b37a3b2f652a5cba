#!/usr/bin/env bash
# The demonstration: learn four folders of drawings, damage one, and find it again.  experiments/recipes/demo.sh POCHADE DRAWINGS TO
set -euo pipefail
pochade=$1 drawings=$2 to=$3
folders=(animals food people transportation)

mkdir -p "$to/art"
for folder in "${folders[@]}"; do
    [ -e "$to/art/$folder" ] || cp -rL "$drawings/$folder" "$to/art/$folder"  # some are links out of their folder
done

"$pochade" learn "$to/art"
"$pochade" -C "$to/art" info
"$(dirname "$pochade")/python" -m recipes.scan "$to/art/animals/birds/puffin-md.png" "$to/scan.jpg"
echo "a crooked, tinted, mirrored scan of one drawing: $to/scan.jpg" >&2
"$pochade" -C "$to/art" find "$to/scan.jpg" -k 9 --sheet "$to/found.png"
if [ -t 1 ]; then
    exec "$pochade" open "$to/art"  # only where somebody looks: it serves until Ctrl-C
fi
echo "'$pochade open $to/art' shows all of it in your browser" >&2
