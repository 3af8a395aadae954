#!/usr/bin/env bash
# Puts the program into $RUNNER_TEMP/glidelint/bin, for action.yml.
#
#   action-install.sh key       the source's digest, as the step's output `key`
#   action-install.sh install   downloads the release GLIDELINT_VERSION, or builds
#                               the source that this file belongs to
set -euo pipefail

source_folder=$(cd "$(dirname "$0")/.." && pwd)
folder=$RUNNER_TEMP/glidelint
version=${GLIDELINT_VERSION:-}

fail() {
  printf '::error title=glidelint::%s\n' "$1"
  exit 2
}

# A version becomes part of an address and of a file's name.
case $version in
  *[!0-9A-Za-z.-]* | .*) fail "the input 'version' is no version" ;;
esac

key() {
  (
    cd "$source_folder"
    LC_ALL=C find Cargo.toml Cargo.lock src rules -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    rustc --version 2>/dev/null || true
  ) | sha256sum | cut -d ' ' -f 1
}

download() {
  [ "$(uname -sm)" = "Linux x86_64" ] ||
    fail "releases are for Linux on x86-64; without the input 'version' the program is built"
  local name=glidelint-$version-x86_64-unknown-linux-gnu
  local from=https://github.com/glidelint/glidelint/releases/download/v$version
  local to=$folder/download
  mkdir -p "$to"
  for file in "$name.tar.gz" SHA256SUMS; do
    curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
      --output "$to/$file" "$from/$file" || fail "there is no $file of version $version"
  done
  # Exactly one line, for exactly this file.
  (cd "$to" && grep -E "^[0-9a-f]{64} [ *]$name\.tar\.gz\$" SHA256SUMS | sha256sum --check --strict -) ||
    fail "the checksum of $name.tar.gz is not the one in SHA256SUMS"
  mkdir -p "$folder/bin"
  tar -xzf "$to/$name.tar.gz" -C "$folder/bin" --strip-components=1 "$name/glidelint"
}

build() {
  if [ -x "$folder/bin/glidelint" ]; then
    return # from the cache
  fi
  command -v cargo >/dev/null || fail "there is no cargo on this runner; install Rust, or give the input 'version'"
  cargo install --locked --quiet --profile dist --path "$source_folder" --root "$folder"
}

case ${1:-} in
  key) echo "key=$(key)" >>"$GITHUB_OUTPUT" ;;
  install)
    if [ -n "$version" ]; then download; else build; fi
    "$folder/bin/glidelint" --version
    ;;
  *) fail "usage: action-install.sh key|install" ;;
esac
