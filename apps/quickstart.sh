#!/usr/bin/env bash
# From a fresh Debian 12 machine to a dataset: installs what is missing, builds, generates, draws a contact sheet.
# The last two lines on stdout are "dataset: PATH" and "picture: PATH".
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

apps/install_packages.sh
cmake --preset release -DDIORAMA_TESTS=OFF >&2
cmake --build --preset release --target diorama diorama_python >&2

out=build/quickstart
build/release/bin/diorama generate scenes/library/clutter.textproto --out "$out/clutter" --episodes 4 --force --progress log >&2 ||
  [ $? -eq 6 ] # 6: finished, some draws were rejected and are listed in the dataset
build/release/bin/diorama preview "$out/clutter" --out "$out/contact_sheet.png" >&2
echo "dataset: $root/$out/clutter"
echo "picture: $root/$out/contact_sheet.png"
