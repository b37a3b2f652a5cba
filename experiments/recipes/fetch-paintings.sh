#!/usr/bin/env bash
# Painted pictures to learn from, of Debian's free games and desktops: experiments/recipes/fetch-paintings.sh TARGET
set -euo pipefail
target=$1
while read -r package inside; do
    bash "$(dirname "$0")/fetch-debian.sh" "$package" "usr/share/$inside" "$target/$package"
done <<'LIST'
boswars-data games/boswars/graphics
endless-sky-data games/endless-sky/images
fillets-ng-data games/fillets-ng/images
flare-game games/flare/mods
freecol games/freecol/default/resources/images
freeorion-data games/freeorion/default/data/art
hedgewars-data games/hedgewars/Data
krita-data krita
lordsawar-data games/lordsawar
naev-data naev/dat/gfx
plasma-workspace-wallpapers wallpapers
renpy-thequestion games/renpy/the_question/game/images
stellarium-data stellarium/skycultures
supertux-data games/supertux2/images
unknown-horizons unknown-horizons/content/gui
warmux-data games/warmux
widelands-data games/widelands/data
LIST
