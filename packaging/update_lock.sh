#!/usr/bin/env bash
# Write packaging/requirements.lock anew from pyproject.toml: every version with its hashes, for builds and for CI.
set -euo pipefail
cd "$(dirname "$0")/.."
.uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command packaging/update_lock.sh --all-extras --group dev pyproject.toml -o packaging/requirements.lock
