#!/usr/bin/env bash
# Downloads from a loopback versitygw, beside s5cmd, s3cmd and curl, interleaved; VERSITYGW and S5CMD name the executables, the others
# are Debian's. 'ours,worker' is the fifth download of one process, as a worker makes it. Prints medians: MB/s, processor seconds per GB, peak memory. 'none' lists an empty prefix: the start-up inside every figure.
# usage: ./pipeline bench ObjectDownload [ROUNDS] [MIB of the large set]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3} mib=${2:-1024}
work=$(mktemp -d); data=$work/s3; mkdir -p "$data" "$work/in" "$work/out"
export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=benchsecret AWS_REGION=us-east-1
port=$(( 20000 + RANDOM % 20000 )); endpoint=http://127.0.0.1:$port
"${VERSITYGW:?}" --port "127.0.0.1:$port" --access bench --secret benchsecret posix "$data" >/dev/null 2>&1 & server=$!
trap 'kill $server; rm -rf "$work"' EXIT
dotnet build "$here" -c Release -v q -nologo >/dev/null
ours="dotnet ${PIPELINE_ROOT:-$here/../../..}/.pipeline/build/bin/ObjectDownload/release/ObjectDownload.dll $endpoint bench"
sleep 1; "${S5CMD:?}" --endpoint-url "$endpoint" mb s3://bench >/dev/null
for set in one many small; do
  rm -rf "$work/in"; mkdir "$work/in"
  case $set in
    one) head -c $((mib << 20)) /dev/urandom > "$work/in/f0" ;;
    many) for i in $(seq 64); do head -c $((mib << 14)) /dev/urandom > "$work/in/f$i"; done ;;
    small) head -c $((mib * 10000 << 6)) /dev/urandom | split -b $((mib << 6)) -d -a 5 - "$work/in/f" ;;
  esac
  $ours "$set" "$work/in" 16 up
done
rm -rf "$work/in"
measure() { # SET TOOL COMMAND...
  rm -rf "$work/out"; mkdir "$work/out"; sync
  /usr/bin/python3 - "$@" >> "$work/results" <<'RUN'
import resource, subprocess, sys, time
started = time.time()
subprocess.run(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(sys.argv[1], sys.argv[2], time.time() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
RUN
}
for round in $(seq "$rounds"); do
  measure none ours $ours none "$work/out" 16 copy
  for set in one many small; do
    measure $set ours $ours $set "$work/out" 16 copy
    [ "$(find "$work/out" -type f | wc -l)" -gt 0 ] || { echo 'nothing was downloaded' >&2; exit 1; }
    measure $set ours+sha256 $ours $set "$work/out" 16 sha256
    rm -rf "$work/out"; mkdir "$work/out"; sync
    echo "$set ours,worker $($ours $set "$work/out" 16 copy 5)" >> "$work/results"
    measure $set s5cmd "$S5CMD" --endpoint-url "$endpoint" --numworkers 16 cp --concurrency 16 "s3://bench/$set/*" "$work/out/"
    [ $set = small ] && continue
    if command -v s3cmd >/dev/null; then
      measure $set s3cmd s3cmd --no-ssl --host="127.0.0.1:$port" --host-bucket="127.0.0.1:$port" --access_key=bench --secret_key=benchsecret \
        get --recursive --force "s3://bench/$set/" "$work/out/"
    fi
    if [ $set = one ]; then
      measure $set curl curl -sf --aws-sigv4 aws:amz:us-east-1:s3 --user bench:benchsecret -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
        "$endpoint/bench/one/f0" -o "$work/out/f0"
    fi
  done
done
/usr/bin/python3 - "$work/results" "$mib" <<'REPORT'
import collections, statistics, sys
rows = collections.defaultdict(list)
for line in open(sys.argv[1]):
    name, tool, *figures = line.split()
    rows[name, tool].append([float(figure) for figure in figures])
gb = {"none": 0, "one": int(sys.argv[2]) * 1048576 / 1e9, "many": int(sys.argv[2]) * 1048576 / 1e9, "small": 10000 * (int(sys.argv[2]) << 6) / 1e9}
for (name, tool), figures in sorted(rows.items()):
    wall, cpu, peak = (statistics.median(column) for column in zip(*figures))
    size = gb[name]
    print(f"{name:6} {tool:12} {wall:7.2f} s {cpu:7.2f} s cpu" + (f" {size * 1e3 / wall:6.0f} MB/s {cpu / size:6.2f} cpu-s/GB" if size else "") + f" {peak:6.0f} MiB")
REPORT
