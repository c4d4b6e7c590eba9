#!/bin/sh
# Builds libtorch_shim.so once per libtorch and source state: build.sh CACHE_FOLDER
# Prints the path of the library. LIBTORCH names an unpacked libtorch (or the torch folder of a Python wheel); without it the
# system's is used, then that of `python3 -c "import torch"`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?usage: build.sh CACHE_FOLDER}

system=""
if [ -n "${LIBTORCH:-}" ]; then
  root=$LIBTORCH
elif [ -e /usr/include/ATen/ATen.h ]; then
  root=/usr system=1
else
  root=$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null || true)
fi

if [ -n "$system" ]; then
  lib=$(dirname "$(ls /usr/lib/*/libtorch_cpu.so 2>/dev/null | head -n 1)")
  # /usr/include must not be named again: it is already the compiler's own.
  include="/usr/include/torch/csrc/api/include"
else
  include="$root/include;$root/include/torch/csrc/api/include"
  lib=$root/lib
fi

if [ -z "$root" ] || [ ! -e "$lib/libtorch_cpu.so" ]; then
  echo "error: libtorch was not found. Install Debian's package 'libtorch-dev' (apt-get install libtorch-dev libopenblas0-pthread cmake g++), or set LIBTORCH to an unpacked libtorch or to the torch folder of a Python wheel." >&2
  exit 1
fi
for tool in cmake c++; do
  if ! command -v $tool >/dev/null; then
    echo "error: $tool was not found. Install Debian's packages 'cmake' and 'g++' to build the native part of TorchSharp." >&2
    exit 1
  fi
done

hash=$( (cd "$here" && cat CMakeLists.txt build.sh src/*.* src/kernels/*; echo "$lib"; stat -L -c '%s %Y' "$lib/libtorch_cpu.so"; c++ -dumpfullversion) | sha256sum | cut -c1-16)
out=$cache/$hash
if [ ! -e "$out/libtorch_shim.so" ]; then
  mkdir -p "$out"
  # One builder at a time; the others wait and find the result.
  exec 9>"$out/lock"
  flock 9
  if [ ! -e "$out/libtorch_shim.so" ]; then
    # A build folder that outlives source changes keeps rebuilds incremental.
    build=$cache/build
    standard=17
    version="$root/include/torch/csrc/api/include/torch/version.h"
    [ -n "$system" ] && version=/usr/include/torch/csrc/api/include/torch/version.h
    major=$(sed -n 's/^#define TORCH_VERSION_MAJOR \([0-9]*\).*/\1/p' "$version")
    [ "${major:-1}" -ge 2 ] && standard=20
    exec 8>"$cache/build.lock"
    flock 8
    # CMake refuses the cache of a checkout that was moved or copied.
    grep -qsx "CMAKE_HOME_DIRECTORY:INTERNAL=$here" "$build/CMakeCache.txt" || rm -rf "$build"
    jobs=${SHIM_JOBS:-$(nproc)}
    log=$out/build.log
    if ! { nice cmake -S "$here" -B "$build" -DTORCH_INCLUDE="$include" -DTORCH_LIB="$lib" -DTORCH_SYSTEM="$system" -DCMAKE_CXX_STANDARD=$standard &&
           nice cmake --build "$build" -j "$jobs"; } >"$log" 2>&1; then
      echo "error: the native part of TorchSharp did not build; the log is $log" >&2
      grep -iE 'error|fatal' "$log" | head -n 10 >&2 || tail -n 20 "$log" >&2
      exit 1
    fi
    cp "$build/libtorch_shim.so" "$out/libtorch_shim.so.tmp"
    mv "$out/libtorch_shim.so.tmp" "$out/libtorch_shim.so"
  fi
fi
echo "$out/libtorch_shim.so"
