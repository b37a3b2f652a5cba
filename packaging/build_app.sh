#!/usr/bin/env bash
# The application in one folder, and the archive to download.  packaging/build_app.sh PYTHON TO
set -euo pipefail
python=$1 to=$2
most=250  # MB of the archive

rm -rf "$to"
mkdir -p "$to"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$to" .
"$python" -m venv --without-pip "$to/venv"
"$python" -m pip --python "$to/venv/bin/python" install --quiet --constraint constraints.txt "$to"/*.whl pyinstaller
"$to/venv/bin/pyinstaller" --noconfirm --log-level WARN --distpath "$to" --workpath "$to/work" packaging/pochade.spec
cp packaging/*.desktop packaging/pochade-mime.xml packaging/add_to_desktop.sh LICENSE "$to/pochade/"
"$python" -m venv --without-pip "$to/tools"
"$python" -m pip --python "$to/tools/bin/python" install --quiet cyclonedx-bom pip-licenses
"$to/tools/bin/cyclonedx-py" environment --output-reproducible --output-file "$to/pochade/sbom.cdx.json" "$to/venv/bin/python"
"$to/tools/bin/pip-licenses" --python "$to/venv/bin/python" --format plain-vertical --with-license-file --no-license-path \
    --output-file "$to/pochade/third-party-licences.txt"
cp frontend/public/mark.svg "$to/pochade/pochade.svg"
XZ_OPT="-3 -T0" tar --create --xz --directory "$to" --file "$to/pochade-app.tar.xz" pochade

size=$(du -m "$to/pochade-app.tar.xz" | cut -f1)
echo "the application takes $(du -sm "$to/pochade" | cut -f1) MB in $to/pochade, and $size MB to download" >&2
[ "$size" -le "$most" ]
