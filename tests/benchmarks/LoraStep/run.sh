#!/bin/sh
# A LoRA step beside the same loop in PyTorch (Debian's python3-torch), one thread each, interleaved, then what surrounds a step:
# run.sh [STEPS] [step|around]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
most=${1:-8}
parts=${2:-step around}
if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  echo "error: python3-torch was not found; apt-get install python3-torch gives the peer" >&2
  exit 2
fi
dotnet build "$here" -c Release -v q -nologo >&2
program="dotnet $root/.pipeline/build/bin/LoraStep/release/LoraStep.dll"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
for shape in 256x6 640x10; do
  $program make $shape "$work/$shape"
done

step() {
  for shape in 256x6 640x10; do
    # A step of the larger model takes the peer tens of seconds.
    steps=$most; [ $shape = 256x6 ] || steps=$((most / 2))
    for type in fp32 bf16; do
      for round in 1 2; do
        printf '%s %s ours   ' $shape $type; $program run $shape "$work/$shape" $type "$steps"
        printf '%s %s pytorch ' $shape $type; /usr/bin/python3 "$here/peer.py" "$work/$shape" $type "$steps"
      done
      # Debian's OpenBLAS does not know newer processors; the peer again with the kernels that it has for the nearest one.
      printf '%s %s pytorch, OPENBLAS_CORETYPE=SkylakeX ' $shape $type
      OPENBLAS_CORETYPE=SkylakeX /usr/bin/python3 "$here/peer.py" "$work/$shape" $type "$steps"
      printf '%s %s composed ' $shape $type; $program run $shape "$work/$shape" $type "$steps" composed
    done
  done
}

around() {
  printf 'variants '; $program variants "$work/640x10" "$most"
  printf 'packing  '; $program packing "$work/256x6" "$most"
  printf 'stall    '; $program stall "$work/640x10" "$((2 * most))"
  printf 'load     '; $program load "$work/640x10"
  for type in fp32 bf16; do
    for round in 1 2; do
      printf 'generate %s ours    ' $type; $program generate "$work/640x10" $type 1
      printf 'generate %s pytorch ' $type; /usr/bin/python3 "$here/peer_generate.py" "$work/640x10" $type 1
    done
  done
}

for part in $parts; do
  $part
done
