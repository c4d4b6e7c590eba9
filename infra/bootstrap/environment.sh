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
    dotnet build "$PIPELINE_ROOT/workers/Pipeline.Cli/Pipeline.Cli.csproj" -c Release -v q -nologo -p:RunAnalyzers=false || exit 1
  mv "$stamp.next" "$stamp"
}

build_solution() {
  stamp=$PIPELINE_BUILT/cache/solution.stamp
  stale "$stamp" || { say 'build is up to date'; return 0; }
  touch "$stamp.next"
  quiet 'building the solution' "$PIPELINE_BUILT/logs/build.log" \
    dotnet build "$PIPELINE_ROOT/Pipeline.sln" -c Release -v q -nologo || exit 1
  mv "$stamp.next" "$stamp"
}
