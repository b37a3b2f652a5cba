#!/usr/bin/env bash
# The wheel in a fresh environment, without extras: every kind of command, and the size.  packaging/bare_install.sh PYTHON TO
set -euo pipefail
python=$1 to=$2
most=700  # MB on disk: SciPy, OpenCV, onnxruntime and the image formats take most of it

rm -rf "$to"
mkdir -p "$to/out"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$to" .
"$python" -m venv --without-pip "$to/venv"
"$python" -m pip --python "$to/venv/bin/python" install --quiet --no-compile --constraint constraints.txt "$to"/*.whl
size=$(du -sm "$to/venv" | cut -f1)  # before the commands below write bytecode

"$python" -c "from pathlib import Path; from tests.support.drawings import folder_of_art; folder_of_art(Path('$to/art'), 22)"
pochade() {
    printf '\n$ pochade %s\n' "$*" >&2
    "$to/venv/bin/pochade" "$@"
}
pochade learn "$to/art"
for words in info families groups "map --to $to/out/map.png" "imagine -n 1 --to $to/out/new.png"; do
    pochade -C "$to/art" $words
done
pochade -C "$to/art" find "$to/art/drawing 0.png" --sheet "$to/out/found.png"
pochade clean "$to/art/drawing 0.png" --to "$to/out/clean"
pochade compress "$to/art" --to "$to/out/art.pochade"
pochade extract "$to/out/art.pochade" --to "$to/out/extracted"

if compgen -G "$to/venv/lib/python*/site-packages/torch" || compgen -G "$to/venv/lib/python*/site-packages/nvidia*"; then
    echo "error: the installation has torch or CUDA" >&2
    exit 1
fi
echo "an installation without extras takes $size MB" >&2
[ "$size" -le "$most" ]
