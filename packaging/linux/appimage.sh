#!/usr/bin/env bash
# Make an AppImage of the program's folder, by appimagetool: the one file with a menu entry and an icon.
#
#   packaging/linux/appimage.sh build/binary/folder/llama-desk dist/manager-files dist/llama-desk-0.1.0-x86_64.AppImage
#
# The second argument is where `packaging/package_managers.py` wrote the metadata of this version.
set -euo pipefail
program="$1" metadata="$2" made="$3"
here="$(cd "$(dirname "$0")" && pwd)"
id=io.github.llama_desk.LlamaDesk
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/usr/"{bin,lib} "$folder/usr/share/"{applications,metainfo,icons/hicolor/scalable/apps}
cp -a "$program" "$folder/usr/lib/llama-desk"
cp "$here/$id.desktop" "$folder/usr/share/applications/"
cp "$metadata/$id.metainfo.xml" "$folder/usr/share/metainfo/$id.appdata.xml"
cp "$here/$id.svg" "$folder/usr/share/icons/hicolor/scalable/apps/"
ln -s "usr/share/applications/$id.desktop" "usr/share/icons/hicolor/scalable/apps/$id.svg" "$folder/"
ln -s ../lib/llama-desk/llama-desk "$folder/usr/bin/llama-desk"  # what the desktop file starts
ln -s usr/bin/llama-desk "$folder/AppRun"
ARCH="$(uname -m)" appimagetool --no-appstream "$folder" "$made"
