#!/usr/bin/env bash
# Builds the program, makes data and compares: BENCHMARKS.md says what and why.
#
#   tests/bench/run.sh [--size 1G] [--folder DIR] [--runs 5] [--only users,repo] [--large] [--roles]
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet
cargo build --release --quiet --example generate
exec python3 tests/bench/compare.py --programs "${CARGO_TARGET_DIR:-target}/release" "$@"
