#!/usr/bin/env bash
# Write packaging/requirements.lock anew from pyproject.toml: every version with its hashes, for builds and for CI.
# What only the training of the pocket model needs stays out of it; what compiles llama.cpp has locks of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
  .uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command packaging/update_lock.sh "$@"
}
lock --group build --group dev pyproject.toml -o packaging/requirements.lock
lock packaging/build_llama.in -o packaging/build_llama.lock
lock packaging/build_llama_cuda.in -o packaging/build_llama_cuda.lock
# The part of it that the one file is built with.
lock --constraint packaging/requirements.lock --no-annotate --no-emit-package llama-cpp-python --group build pyproject.toml \
  -o packaging/build_binary.lock
