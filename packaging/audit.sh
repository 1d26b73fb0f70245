#!/usr/bin/env bash
# Ask the advisories of PyPI about every package of packaging/requirements.lock, those of other systems too. It needs the
# network, so it is no part of .ci/run. A package that could not be asked about is a failure as well.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=$(mktemp)
trap 'rm -f "$lock"' EXIT
sed -E 's/ ; [^\\]*\\$/ \\/' packaging/requirements.lock > "$lock"
[ -x .uv/bin/uv ] || { python3 -m venv .uv && .uv/bin/pip install -q uv; }
.uv/bin/uv tool run pip-audit@2.10.1 --requirement "$lock" --require-hashes --disable-pip --strict --progress-spinner off
