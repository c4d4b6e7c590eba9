# Sourced by ./pipeline: what the product needs from the machine, found or installed.

# One line a Debian package: name|probe|why. A probe is a path pattern, or cmd:NAME.
requirements() {
  cat <<'LIST'
g++|cmd:g++|compiles the native tensor layer
cmake|cmd:cmake|builds the native tensor layer
libtorch-dev|/usr/lib/*/libtorch_cpu.so|tensors and automatic differentiation (CPU)
libopenblas0-pthread|/usr/lib/*/openblas-pthread/libopenblas.so.0|fast fp32 matrix products (without it about 20 times slower)
LIST
}

present() {
  case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    *) for path in $1; do [ -e "$path" ] && return 0; done; return 1 ;;
  esac
}

missing_packages() {
  requirements | while IFS='|' read -r name probe why; do
    if [ "$name" = libtorch-dev ] && [ -n "${LIBTORCH:-}" ] && [ -d "${LIBTORCH:-}" ]; then continue; fi
    present "$probe" || printf '%s|%s\n' "$name" "$why"
  done
}

require_toolchain() {
  if ! command -v dotnet >/dev/null 2>&1; then
    stop 8 'the .NET 10 SDK is missing: install it so that `dotnet --version` prints 10.x, then run this again'
  fi
  case $(cd "$PIPELINE_ROOT" && dotnet --version 2>/dev/null) in
    10.*) ;;
    *) stop 8 "this project needs the .NET 10 SDK; found: $(dotnet --list-sdks 2>/dev/null | tr '\n' ';')" ;;
  esac
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    stop 8 'Node.js 20 with npm is missing (Temporal'"'"'s core and the Web UI come as npm packages): install it, then run this again'
  fi
  node_major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$node_major" -lt 20 ]; then stop 8 "Node.js 20 or newer is needed; found $(node --version)"; fi
}

list_missing() {
  missing=$(missing_packages)
  if [ -z "$missing" ]; then say 'nothing is missing'; return 0; fi
  say 'missing Debian packages:'
  printf '%s\n' "$missing" | while IFS='|' read -r name why; do say "  $name: $why"; done
  return 8
}

install_missing() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  names=$(printf '%s\n' "$missing" | cut -d'|' -f1 | tr '\n' ' ')
  if ! command -v apt-get >/dev/null 2>&1; then
    list_missing || true
    stop 8 'no apt-get here; install these with your package manager, then run this again'
  fi
  as_root=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { list_missing || true; stop 8 "run as root once: apt-get install $names"; }
    sudo -n true 2>/dev/null </dev/null || {
      list_missing || true
      stop 8 "sudo asks for a password here; run this once, then ./pipeline again: sudo apt-get install $names"
    }
    as_root='sudo -n'
  fi
  say 'about to install with apt-get:'
  printf '%s\n' "$missing" | while IFS='|' read -r name why; do say "  $name: $why"; done
  quiet 'reading package lists' "$PIPELINE_BUILT/logs/apt-update.log" $as_root apt-get update \
    || stop 4 "the package lists could not be read, so these cannot be installed: $names
check the network, http_proxy and the sources of apt (/etc/apt), then run this again; what is there already is kept"
  # shellcheck disable=SC2086
  size=$(LC_ALL=C apt-get install -s -y --no-install-recommends -o Debug::NoLocking=1 --print-uris $names 2>/dev/null \
    | awk '/^'"'"'/ { total += $3 } END { printf "%.0f MB", total / 1e6 }')
  say "download size: $size"
  # shellcheck disable=SC2086
  quiet "installing $names" "$PIPELINE_BUILT/logs/apt-install.log" \
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $names \
    || stop 4 "apt-get could not install: $names
check the network and the free space, then run this again; by hand: apt-get install --no-install-recommends $names"
}

# Decides once per machine whether the official TorchSharp can be used: it must restore and its native library must load.
# Builds only read the answer.
probe_feed() {
  answer=$PIPELINE_BUILT/cache/feed.props
  if [ "${1:-}" != force ] && [ -f "$answer" ]; then return 0; fi
  probe=$PIPELINE_BUILT/cache/feed-probe
  mkdir -p "$probe"
  version=$(sed -n 's/.*Include="TorchSharp" Version="\([^"]*\)".*/\1/p' "$PIPELINE_ROOT/Directory.Packages.props")
  cat > "$probe/probe.csproj" <<PROBE
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="TorchSharp" Version="[$version]" /></ItemGroup>
</Project>
PROBE
  for name in Directory.Build.props Directory.Build.targets Directory.Packages.props; do echo '<Project />' > "$probe/$name"; done
  official=false
  if dotnet restore "$probe/probe.csproj" -v q >"$PIPELINE_BUILT/logs/feed-probe.log" 2>&1 </dev/null; then
    native=$NUGET_PACKAGES/torchsharp/$version/runtimes/linux-x64/native/libLibTorchSharp.so
    wanted=$(grep -ao 'GLIBCXX_3\.4\.[0-9]*' "$native" 2>/dev/null | sort -uV | tail -n 1)
    runtime=$(ls /usr/lib/*/libstdc++.so.6 2>/dev/null | head -n 1)
    if [ -n "$wanted" ] && [ -n "$runtime" ] && grep -aqF "$wanted" "$runtime"; then official=true; fi
    echo "TorchSharp $version restores; it needs $wanted; found in ${runtime:-no libstdc++}: $official" >>"$PIPELINE_BUILT/logs/feed-probe.log"
  fi
  printf '<Project><PropertyGroup><OfficialPackages Condition="'"'"'$(OfficialPackages)'"'"' == '"'"''"'"'">%s</OfficialPackages></PropertyGroup></Project>\n' "$official" > "$answer.part"
  mv "$answer.part" "$answer"
  rm -rf "$probe"
}

. "$PIPELINE_ROOT/infra/bootstrap/doctor.sh"
