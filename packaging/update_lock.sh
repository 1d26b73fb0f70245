#!/usr/bin/env bash
# Write packaging/requirements.lock anew from pyproject.toml: every version with its hashes, for builds and for CI.
# What only the training of the pocket model needs stays out of it.
set -euo pipefail
cd "$(dirname "$0")/.."
.uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command packaging/update_lock.sh --extra build --group dev pyproject.toml -o packaging/requirements.lock
