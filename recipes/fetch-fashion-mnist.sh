#!/usr/bin/env bash
# Unpack Debian's package dataset-fashion-mnist into a folder, without root. Where that is impossible it only says so:
# `pochade study` then downloads from the data set's own address.
set -euo pipefail
target=$1
files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)

complete() { for file in "${files[@]}"; do [ -f "$1/$file" ] || return 1; done; }

if complete "$target" || complete /usr/share/datasets/fashion-mnist; then exit 0; fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "no apt-get here: 'pochade study' will download Fashion-MNIST itself" >&2
    exit 0
fi

mkdir -p "$target"
work=$(mktemp -d "$target/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

# The machine's own package lists may be absent, and updating them needs root: keep lists of our own.
mkdir -p lists/partial archives/partial
private=(-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/archives" -o APT::Sandbox::User="")
echo "fetching Fashion-MNIST from Debian (31 MB)" >&2
if ! apt-get -qq download dataset-fashion-mnist 2>/dev/null; then
    if ! { apt-get -qq "${private[@]}" update && apt-get -qq "${private[@]}" download dataset-fashion-mnist; } >&2; then
        echo "Debian's package could not be fetched: 'pochade study' will try to download Fashion-MNIST itself" >&2
        exit 0
    fi
fi
dpkg-deb -x dataset-fashion-mnist_*.deb unpacked
mv unpacked/usr/share/datasets/fashion-mnist/*.gz "$target/"
