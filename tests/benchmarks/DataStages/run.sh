#!/usr/bin/env bash
# Data stages beside their peers, one thread each, processor time: RE2 (libre2-dev), Python's re, sort -u, MinHash-LSH in NumPy.
# usage: ./pipeline bench DataStages [MB]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../../.." && pwd)
size=${1:-100}; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
[ -e /usr/include/re2/re2.h ] || { echo 'error: libre2-dev was not found; apt-get install libre2-dev gives the peer' >&2; exit 2; }
dotnet build "$here" -c Release -v q -nologo >&2
g++ -O2 "$here/peer.cc" -lre2 -o "$work/re2"
ours="dotnet $root/.pipeline/build/bin/DataStages/release/DataStages.dll"
export DOTNET_gcConcurrent=0 OPENBLAS_NUM_THREADS=1
words=$root/infra/sample-data/debian_bookworm_Translation-en
/usr/bin/python3 "$here/make.py" "$words" "$size" "$work/large"
head -c 2000000 "$work/large/texts.txt" > "$work/short.txt"
echo '== personal data, the same text for all'
for round in 1 2; do
  $ours scan "$work/large/texts.txt" 2 | tail -n 1
  "$work/re2" "$here/patterns.txt" "$work/large/texts.txt" 1 | tail -n 1
done
/usr/bin/python3 "$here/peer.py" re "$here/patterns.txt" "$work/short.txt"
for part in 0.01 0.1 1; do
  mkdir -p "$work/p$part"; head -c "$(awk "BEGIN { printf \"%d\", $size * 1e6 * $part }")" "$work/large/rows.jsonl" | sed '$d' > "$work/p$part/rows.jsonl"
  echo "== $part of $size MB"
  for stage in clean whole filter exact near; do $ours $stage "$work/p$part/rows.jsonl" "$work/out"; done
  $ours decontaminate "$work/p$part/rows.jsonl" "$work/out" 1 "$work/large/items.txt"
done
echo '== least of twelve warm rounds, 0.1 of the rows'
for stage in clean whole exact near; do $ours $stage "$work/p0.1/rows.jsonl" "$work/out" 12; done
echo '== exact: sha256 of every text, sort -u'
TIMEFORMAT='sort -u over sha256 lines: %U s user, %S s system'
time /usr/bin/python3 -c '
import hashlib, json, sys
for line in open(sys.argv[1]): print(hashlib.sha256(json.loads(line)["text"].lower().encode()).hexdigest())' "$work/p1/rows.jsonl" > "$work/lines"
time LC_ALL=C sort -u -S 256M --parallel=1 "$work/lines" | wc -l
$ours group "$work/lines" | tail -n 1
echo '== near: 0.1 of the rows'
/usr/bin/python3 "$here/peer.py" minhash "$work/p0.1/rows.jsonl"
