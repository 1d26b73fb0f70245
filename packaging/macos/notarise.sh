#!/usr/bin/env bash
# Have Apple notarise signed files, and wait for its word. A bare executable carries no ticket: macOS asks Apple for it when
# the file is first run.
#
#   packaging/macos/notarise.sh dist/llama-desk-0.1.0-macos-aarch64
#
# APPLE_API_KEY       an App Store Connect key, the .p8 file in base64
# APPLE_API_KEY_ID    its id
# APPLE_API_ISSUER    the id of its issuer
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
printf %s "${APPLE_API_KEY:?}" | base64 --decode > "$folder/key.p8"
for file in "$@"; do
  archive="$folder/$(basename "$file").zip"
  ditto -c -k "$file" "$archive"
  xcrun notarytool submit "$archive" --wait --timeout 30m --output-format json \
    --key "$folder/key.p8" --key-id "${APPLE_API_KEY_ID:?}" --issuer "${APPLE_API_ISSUER:?}" | tee "$folder/said.json"
  python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["status"] != "Accepted")' "$folder/said.json"
done
