#!/bin/sh
# The C# worker beside the official TypeScript worker on one server: run.sh [ROUNDS]. TEMPORAL_CLI chooses the server.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
peer="$root/.pipeline/test-tools/temporal-bench"
mkdir -p "$peer"
cp "$here/peer.mjs" "$here/workflows.cjs" "$root/tests/conformance/package.json" "$root/tests/conformance/package-lock.json" "$peer/"
if [ ! -d "$peer/node_modules/@temporalio/worker" ]; then
  (cd "$peer" && npm install --no-save --no-audit --no-fund >&2)
fi
dotnet build "$here" -c Release -v q -nologo >&2
PIPELINE_ROOT=$root exec dotnet "$root/.pipeline/build/bin/Benchmarks.Temporal/release/Benchmarks.Temporal.dll" "$@"
