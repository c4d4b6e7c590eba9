# Sourced by requirements.sh: prints each requirement, what was found, and what its absence costs.
row() {
  if [ -z "$json" ]; then printf '%-9s %-24s %s\n' "$1" "$2" "$3"; return 0; fi
  printf '%s{"state":%s,"name":%s,"found":%s}' "${row_comma:-}" "$(json_text "$1")" "$(json_text "$2")" "$(json_text "$3")"
  row_comma=','
}

doctor() {
  if [ -z "$json" ]; then doctor_rows "$@"; return; fi
  printf '{"checks":['
  doctor_rows "$@" && status=0 || status=$?
  printf ']}\n'
  return $status
}

doctor_rows() {
  problems=0
  dotnet_version=$(cd "$PIPELINE_ROOT" && dotnet --version 2>/dev/null || true)
  case $dotnet_version in
    10.*) row ok '.NET SDK' "$dotnet_version" ;;
    *) row MISSING '.NET SDK' "found '${dotnet_version:-none}'; version 10 is needed: nothing builds without it"; problems=1 ;;
  esac
  if command -v node >/dev/null 2>&1; then row ok 'Node.js' "$(node --version)"; else
    row MISSING 'Node.js' 'version 20 is needed: no Temporal core, no Web UI'; problems=1; fi
  requirements > "$PIPELINE_BUILT/cache/requirements.txt"
  while IFS='|' read -r name probe why; do
    if present "$probe"; then
      row ok "$name" "$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null || echo found)"
    else
      row MISSING "$name" "$why (./pipeline setup installs it)"; problems=1
    fi
  done < "$PIPELINE_BUILT/cache/requirements.txt"
  doctor_machine
  if [ -f "$PIPELINE_BUILT/cache/feed.props" ]; then
    if grep -q '>true<' "$PIPELINE_BUILT/cache/feed.props"; then row ok packages 'all official, TorchSharp included'
    else row ok packages 'official, except TorchSharp: its native library does not load here; infra/packages/TorchSharp is used'; fi
  else
    row note packages 'not probed yet; ./pipeline setup asks the feed'
  fi
  if [ -n "${TEMPORAL_ADDRESS:-}" ]; then row ok engine "Temporal at $TEMPORAL_ADDRESS (TEMPORAL_ADDRESS)"
  elif [ -n "${TEMPORAL_CLI:-}" ]; then row ok engine "$TEMPORAL_CLI server start-dev (TEMPORAL_CLI)"
  elif command -v temporal >/dev/null 2>&1; then row ok engine "$(command -v temporal) server start-dev (PATH)"
  else row ok engine 'embedded (one machine; set TEMPORAL_ADDRESS for a cluster)'; fi
  [ $problems -eq 0 ] || return 8
}

doctor_machine() {
  cores=$(nproc 2>/dev/null || echo 1)
  if [ "$cores" -gt 1 ]; then row ok cores "$cores"; else row note cores '1: stages run one after another, training about half as fast as on 2'; fi
  memory=$(awk '/MemAvailable/ { printf "%.1f", $2 / 1048576 }' /proc/meminfo 2>/dev/null || echo 0)
  if awk "BEGIN { exit !($memory >= 3) }"; then row ok memory "$memory GiB available"; else
    row note memory "$memory GiB available: stages spill to disk, training needs a smaller micro-batch"; fi
  if grep -qm1 avx512_bf16 /proc/cpuinfo 2>/dev/null; then row ok 'bf16 instructions' 'AVX512-BF16'; else
    row note 'bf16 instructions' 'none: training falls back to fp32, about 4 times slower'; fi
  if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then row ok GPU "$(nvidia-smi -L | head -n 1)"; else
    row note GPU 'none: the gpu pool runs on the CPU; fit for models below about 100 M parameters'; fi
  free=$(df -Pk "$PIPELINE_ROOT" | awk 'NR == 2 { printf "%.1f", $4 / 1048576 }')
  if awk "BEGIN { exit !($free >= 4) }"; then row ok disk "$free GiB free"; else row note disk "$free GiB free: builds and checkpoints want 4"; fi
}
