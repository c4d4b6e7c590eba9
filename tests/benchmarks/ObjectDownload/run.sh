#!/usr/bin/env bash
# Downloads from a loopback versitygw, beside s5cmd and s3cmd, interleaved: VERSITYGW and S5CMD name the executables; s3cmd is Debian's.
# Prints medians of wall and CPU seconds. usage: ./pipeline bench ObjectDownload [ROUNDS] [MIB]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3} mib=${2:-1024}
work=$(mktemp -d); data=$work/s3; mkdir -p "$data" "$work/in"
export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=benchsecret AWS_REGION=us-east-1
port=$(( 20000 + RANDOM % 20000 )); endpoint=http://127.0.0.1:$port
"${VERSITYGW:?}" --port "127.0.0.1:$port" --access bench --secret benchsecret posix "$data" >/dev/null 2>&1 & server=$!
trap 'kill $server; rm -rf "$work"' EXIT
dotnet build "$here" -c Release -v q -nologo >/dev/null
ours=${PIPELINE_ROOT:-$here/../../..}/.pipeline/build/bin/ObjectDownload/release/ObjectDownload.dll
sleep 1; "${S5CMD:?}" --endpoint-url "$endpoint" mb s3://bench >/dev/null
for set in one many small; do
  rm -rf "$work/in"; mkdir "$work/in"
  case $set in
    one) head -c $((mib << 20)) /dev/urandom > "$work/in/f0" ;;
    many) for i in $(seq 64); do head -c $((mib << 14)) /dev/urandom > "$work/in/f$i"; done ;;
    small) head -c $((mib * 10000 << 6)) /dev/urandom | split -b $((mib << 6)) -d -a 5 - "$work/in/f" ;;
  esac
  dotnet "$ours" "$endpoint" bench "$set" "$work/in" 16 up
done
measure() { # NAME COMMAND...
  rm -rf "$work/out"; mkdir "$work/out"; local name=$1; shift
  { TIMEFORMAT='%R %U %S'; time "$@" >/dev/null 2>&1; } 2> "$work/time"
  awk -v name="$name" '{ printf "%s %.3f %.3f\n", name, $1, $2 + $3 }' "$work/time" >> "$work/results"
}
for round in $(seq "$rounds"); do
  for set in one many small; do
    measure "$set ours" dotnet "$ours" "$endpoint" bench "$set" "$work/out" 16
    [ "$(find "$work/out" -type f | wc -l)" -gt 0 ] || { echo 'nothing was downloaded' >&2; exit 1; }
    measure "$set s5cmd" "$S5CMD" --endpoint-url "$endpoint" --numworkers 16 cp "s3://bench/$set/*" "$work/out/"
    if command -v s3cmd >/dev/null && [ "$set" != small ]; then
      measure "$set s3cmd" s3cmd --no-ssl --host="127.0.0.1:$port" --host-bucket="127.0.0.1:$port" --access_key=bench --secret_key=benchsecret get --recursive --force "s3://bench/$set/" "$work/out/"
    fi
  done
done
sort "$work/results" | awk '{ key = $1 " " $2; wall[key] = wall[key] " " $3; cpu[key] = cpu[key] " " $4 }
  function median(text,   n, v, i, j, t) { n = split(text, v, " "); for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] + 0 < v[i] + 0) { t = v[i]; v[i] = v[j]; v[j] = t } return v[int((n + 1) / 2)] }
  END { for (key in wall) printf "%-12s wall %s s, cpu %s s\n", key, median(wall[key]), median(cpu[key]) }' | sort
