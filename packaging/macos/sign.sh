#!/usr/bin/env bash
# Sign what is given with the hardened runtime, in order: first the program's folder, so that what the starter unpacks is
# signed, then the one file that has it inside.
#
#   packaging/macos/sign.sh build/binary/folder/llama-desk
#   packaging/macos/sign.sh dist/llama-desk-0.1.0-macos-aarch64
#
# MACOS_CERTIFICATE       the Developer ID Application certificate with its key, a .p12 file in base64
# MACOS_CERTIFICATE_PASSWORD  the password of that file
# MACOS_IDENTITY          the certificate's name, such as "Developer ID Application: NAME (TEAM)"
#
# Without them everything is signed ad hoc, which runs on the machine that built it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
identity="${MACOS_IDENTITY:--}"
stamp=(--timestamp)
[ "$identity" = - ] && stamp=(--timestamp=none)

if [ -n "${MACOS_CERTIFICATE:-}" ] && ! security find-identity -v -p codesigning | grep -qF "$identity"; then
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  password="$(openssl rand -hex 16)"
  printf %s "$MACOS_CERTIFICATE" | base64 --decode > "$folder/certificate.p12"
  security create-keychain -p "$password" build.keychain
  security unlock-keychain -p "$password" build.keychain
  security import "$folder/certificate.p12" -k build.keychain -P "$MACOS_CERTIFICATE_PASSWORD" -T /usr/bin/codesign
  security set-key-partition-list -S apple-tool:,apple: -s -k "$password" build.keychain > /dev/null
  security list-keychains -d user -s build.keychain login.keychain
fi

sign() { codesign --force --options runtime "${stamp[@]}" --entitlements "$here/entitlements.plist" --sign "$identity" "$1"; }

for path in "$@"; do
  if [ -d "$path" ]; then
    # Libraries before what loads them; links are signed where they lead.
    find "$path" -type f \( -name '*.so' -o -name '*.dylib' -o -name 'Python' \) -print0 |
      while IFS= read -r -d '' library; do sign "$library"; done
    sign "$path/llama-desk"
  else
    sign "$path"
    codesign --verify --strict --verbose "$path"
  fi
done
