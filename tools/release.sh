#!/usr/bin/env bash
# Makes what a release consists of, in target/release-files: an archive with the
# static program, its manual pages and completions; a wheel; a bill of materials;
# the checksums of them all.
#
# Needs cargo-cyclonedx and maturin (`cargo install`, `pip install`). The archive
# is the same, byte for byte, for the same source, compiler and machine.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo-cyclonedx maturin; do
  command -v "$tool" >/dev/null || { echo "release: $tool is not installed" >&2; exit 1; }
done

version=$(cargo metadata --locked --no-deps --format-version 1 |
  sed -E 's/.*"name":"glidelint","version":"([^"]+)".*/\1/')
target=$(rustc --print host-tuple)
name=glidelint-$version-$target
out=$PWD/target/release-files
# Times in the archive are that of the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

rm -rf "$out"
mkdir -p "$out/$name/man" "$out/$name/completions"

# Static, and without the paths of this machine in its messages.
export RUSTFLAGS="-C target-feature=+crt-static \
--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
cargo build --locked --profile dist --target "$target"
program=target/$target/dist/glidelint
if ! file -b "$program" | grep -q 'static'; then
  echo "release: $program is not static" >&2
  exit 1
fi

install -m 755 "$program" "$out/$name/glidelint"
install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$out/$name/"
"$program" man "$out/$name/man"
for shell in bash elvish fish powershell zsh; do
  "$program" completions "$shell" >"$out/$name/completions/glidelint.$shell"
done

bom=$name.cdx
cargo cyclonedx --format json --spec-version 1.5 --target "$target" --no-build-deps --override-filename "$bom"
# It names the program by the folder it was built in.
sed "s,path+file://$PWD#,path+file:///glidelint#," "$bom.json" >"$out/$bom.json"
rm "$bom.json"

tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  --format=gnu -C "$out" -cf - "$name" | gzip -n9 >"$out/$name.tar.gz"
rm -r "${out:?}/$name"

maturin build --locked --profile dist --target "$target" --sbom-include "$out/$bom.json" --out "$out"
if grep -rlF "$PWD" "$out"; then
  echo "release: these files name the folder they were made in" >&2
  exit 1
fi

(cd "$out" && sha256sum -- * >SHA256SUMS && sha256sum --check --quiet SHA256SUMS)
ls -l "$out"
