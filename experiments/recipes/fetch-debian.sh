#!/usr/bin/env bash
# Unpack a folder of a Debian package, without root: experiments/recipes/fetch-debian.sh PACKAGE FOLDER-IN-IT TARGET
# Does nothing when the target is there. Where Debian's packages are out of reach it says so and fails.
set -euo pipefail
package=$1 inside=$2 target=$3

if [ -d "$target" ]; then exit 0; fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "no apt-get here, so Debian's package $package can't be fetched" >&2
    exit 1
fi

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$(dirname "$target")/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

# The machine's own package lists may be absent, and updating them needs root: keep lists of our own.
mkdir -p lists/partial archives/partial
private=(-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/archives" -o APT::Sandbox::User="")
echo "fetching Debian's package $package" >&2
if ! apt-get -qq download "$package" 2>/dev/null; then
    if ! { apt-get -qq "${private[@]}" update && apt-get -qq "${private[@]}" download "$package"; } >&2; then
        echo "Debian's package $package could not be fetched" >&2
        exit 1
    fi
fi
dpkg-deb -x "$package"_*.deb unpacked
mv "unpacked/$inside" "$target"
