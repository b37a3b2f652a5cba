#!/usr/bin/env bash
# Pictures by many hands to learn from, of Debian's free games, desktops and programs: 3.3 GB to download.
#   experiments/recipes/fetch-paintings.sh TARGET
# A package that is there is not fetched again. The first list also names the folder with the pictures.
set -euo pipefail
target=$1
fetch() { bash "$(dirname "$0")/fetch-debian.sh" "$1" "usr/share${2:+/$2}" "$target/$1"; }

while read -r package inside; do
    fetch "$package" "$inside"
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

for package in \
    aisleriot amoebax-data ardentryst berusky-data blinken blockattack bomber bomberclone-data bovo \
    brainparty-data caveexpress-data chromium-bsu-data colobot-common colobot-common-textures ddnet-data \
    dreamchess-data enigma-data extremetuxracer-data faenza-icon-theme freegish-data frozen-bubble-data funnyboat \
    gbrainy gigalomania-data glob2-data gnome-backgrounds gnome-chess gnome-icon-theme gnome-mahjongg granatier \
    gweled hex-a-hop-data kalzium-data kanagram kapman katomic kblocks kbounce kdegames-card-data-kf5 kdiamond \
    kgoldrunner khangman kigo killbots klettres-data klickety kmahjongg knavalbattle kobodeluxe-data kolf kpat \
    kshisen ksirk ksnakeduel kspaceduel ksquares ktuberling-data lbreakout2-data lebiniou-data lincity-ng-data \
    lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 lugaru-data lxqt-themes marble-data marsshooter-data \
    mate-backgrounds minetest-data mirrormagic-data moon-lander-data neverball-data oxygen-icon-theme \
    palapeli-data parley-data pinball-table-hurd-data pingus-data pioneers-data plee-the-bear-data pokerth-data \
    pychess pysiogame quadrapassel raincat-data scorched3d-data scratch solarwolf starfighter-data \
    step sway-backgrounds tecnoballz-data trackballs-data tuxmath-data tuxpaint-data \
    tuxpaint-stamps-default tuxtype-data ukui-wallpapers vodovod whichwayisup xfdesktop4-data xplanet-images \
    xye-data
do
    fetch "$package" ""
done
