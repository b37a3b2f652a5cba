#!/bin/sh
# "Open with Pochade" in the file managers of this account, on Linux.  sh add_to_desktop.sh; with --remove, takes it away again
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}

mkdir -p "$data/applications" "$data/icons/hicolor/scalable/apps" "$data/mime/packages"
for entry in pochade.desktop pochade-archive.desktop; do
    rm -f "$data/applications/$entry"
    if [ "${1:-}" != --remove ]; then  # the whole path, in quotes as the standard asks: the program need not be on the PATH
        program=$(printf '%s' "$here/pochade-app" | sed 's/[\\"`$]/\\\\&/g; s/%/%%/g; s/[|&\\]/\\&/g')
        sed "s|^Exec=pochade-app|Exec=\"$program\"|" "$here/$entry" > "$data/applications/$entry"
    fi
done
rm -f "$data/icons/hicolor/scalable/apps/pochade.svg" "$data/mime/packages/pochade-mime.xml"
if [ "${1:-}" != --remove ]; then
    cp "$here/pochade.svg" "$data/icons/hicolor/scalable/apps/"
    cp "$here/pochade-mime.xml" "$data/mime/packages/"
fi
if command -v update-mime-database > /dev/null; then update-mime-database "$data/mime"; fi
if command -v update-desktop-database > /dev/null; then update-desktop-database -q "$data/applications"; fi
