#!/bin/sh
# Makes the sample that stands in for Debian's package indexes on machines without apt: every 200th package of the real ones, with its description.
# usage: make.sh LISTS_DIR   (the folder that `./pipeline run` fills: .pipeline/debian/lists)
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
packages=$(ls "$1"/*_dists_bookworm_main_binary-*_Packages | head -n 1)
translations=$(ls "$1"/*_dists_bookworm_main_i18n_Translation-en | head -n 1)
awk 'BEGIN { RS = ""; ORS = "\n\n" } NR % 200 == 0' "$packages" > "$here/debian_bookworm_Packages"
awk 'BEGIN { RS = ""; ORS = "\n\n"; FS = "\n" }
  FNR == NR { for (i = 1; i <= NF; i++) if ($i ~ /^Description-md5: /) wanted[substr($i, 18)] = 1; next }
  { for (i = 1; i <= NF; i++) if ($i ~ /^Description-md5: / && substr($i, 18) in wanted) { print; break } }' \
  "$here/debian_bookworm_Packages" "$translations" > "$here/debian_bookworm_Translation-en"
