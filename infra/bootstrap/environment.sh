# Sourced by ./pipeline: everything that a command writes stays under .pipeline/.
PIPELINE_BUILT=$PIPELINE_ROOT/.pipeline
mkdir -p "$PIPELINE_BUILT/cache" "$PIPELINE_BUILT/home" "$PIPELINE_BUILT/logs"
[ -n "${HOME:-}" ] && [ -d "${HOME:-}" ] || export HOME="$PIPELINE_BUILT/home"
export DOTNET_CLI_HOME="$PIPELINE_BUILT/home"
export NUGET_PACKAGES="${NUGET_PACKAGES:-$PIPELINE_BUILT/nuget/packages}"
export NUGET_HTTP_CACHE_PATH="$PIPELINE_BUILT/nuget/http"
export NUGET_SCRATCH="$PIPELINE_BUILT/nuget/scratch"
export npm_config_cache="$PIPELINE_BUILT/npm"
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_UI_LANGUAGE=en
# Text is UTF-8 whatever the caller's locale is.
export LC_ALL=C.UTF-8
umask 022

say() { printf '%s\n' "$*" >&2; }

# With --json one document has standard output to itself.
json=
json_text() { printf '%s' "$*" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g; s/.*/"&"/'; }

# stop CODE MESSAGE: says what went wrong, for people and, where JSON was asked for, for programs.
stop() {
  code=$1; shift
  say "error: $*"
  [ -z "$json" ] || printf '{"error":{"code":%s,"message":%s}}\n' "$code" "$(json_text "$*")"
  exit "$code"
}

# What setup, build and --no-install answer to programs.
answer() {
  [ -z "$json" ] || printf '{"missing":[%s]}\n' "$(missing_packages | while IFS='|' read -r name why; do
    printf '%s{"name":%s,"why":%s}' "${comma:-}" "$(json_text "$name")" "$(json_text "$why")"; comma=,; done)"
}

# The list of verbs, as text or as JSON.
help() {
  if [ -z "$json" ]; then cat "$PIPELINE_ROOT/infra/bootstrap/help.txt"; return 0; fi
  # A line is: names, two spaces or more, what they do.
  printf '{"verbs":[%s]}\n' "$(awk -F '  +' '/^    [a-z]/ { print $2 "|" $3 }' "$PIPELINE_ROOT/infra/bootstrap/help.txt" \
    | while IFS='|' read -r names what; do
      for name in $(printf '%s' "$names" | tr ',' ' '); do
        case $name in [a-z]*) ;; *) continue ;; esac
        printf '%s{"name":%s,"what":%s}' "${comma:-}" "$(json_text "$name")" "$(json_text "$what")"; comma=,
      done
    done)"
}

# quiet LABEL LOG COMMAND...: runs a long step with its output in a log; shows the end of it when it fails.
quiet() {
  label=$1 log=$2; shift 2
  printf '%s … ' "$label" >&2
  started=$(date +%s)
  if "$@" >"$log" 2>&1 </dev/null; then
    say "done in $(( $(date +%s) - started )) s"
  else
    status=$?
    say "failed (log: $log)"
    grep -E 'error|^E:|npm ERR' "$log" | sort -u | head -n 20 >&2 || true
    tail -n 5 "$log" >&2
    return $status
  fi
}

# stale STAMP: true when a source file is newer than the stamp.
stale() {
  [ -f "$1" ] || return 0
  [ -n "$(cd "$PIPELINE_ROOT" && find . \( -name .git -o -name .pipeline -o -name node_modules -o -name fixtures \) -prune -o \
    -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.json' -o -name '*.cpp' -o -name '*.h' \
    -o -name 'CMakeLists.txt' -o -name '*.txt' -o -name '*.sh' -o -name '*.mjs' -o -name '*.cjs' -o -name '*.js' -o -name '*.sln' -o -name .editorconfig \) \
    -newer "$1" -print 2>/dev/null | head -n 1)" ]
}

build_cli() {
  stamp=$PIPELINE_BUILT/cache/cli.stamp
  stale "$stamp" && stale "$PIPELINE_BUILT/cache/solution.stamp" || return 0
  touch "$stamp.next"
  quiet 'building the command line' "$PIPELINE_BUILT/logs/build-cli.log" \
    dotnet build "$PIPELINE_ROOT/workers/Pipeline.Cli/Pipeline.Cli.csproj" -c Release -v q -nologo -p:RunAnalyzers=false \
    || stop 1 "the command line does not build; the log is $PIPELINE_BUILT/logs/build-cli.log"
  mv "$stamp.next" "$stamp"
}

build_solution() {
  stamp=$PIPELINE_BUILT/cache/solution.stamp
  stale "$stamp" || { say 'build is up to date'; return 0; }
  touch "$stamp.next"
  quiet 'building the solution' "$PIPELINE_BUILT/logs/build.log" \
    dotnet build "$PIPELINE_ROOT/Pipeline.sln" -c Release -v q -nologo \
    || stop 1 "the solution does not build; the log is $PIPELINE_BUILT/logs/build.log"
  mv "$stamp.next" "$stamp"
}
