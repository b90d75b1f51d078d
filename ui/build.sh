#!/usr/bin/env bash
# Builds GraphiQL and puts the files, gzipped, where the server embeds them (src/server/ui/graphiql).
# Run it after a change in ui/ and commit what it writes: `cargo build` never needs Node.
set -euo pipefail

ui=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$ui/../src/server/ui/graphiql
# shellcheck source=ui/hashes.sh
. "$ui/hashes.sh"

cd "$ui"
npm ci --ignore-scripts --no-audit --no-fund
npx vite build --emptyOutDir --logLevel warn
# -n leaves name and time out, so that the same build gives the same bytes.
find dist -type f -exec gzip -9n {} +

rm -rf "$out"
mkdir -p "$out"
cp -R dist/. "$out"
rm -rf dist
printf 'inputs %s\noutputs %s\n' "$(inputs_digest "$ui")" "$(outputs_digest "$out")" >"$out/BUILD"

printf 'wrote %s files, %s KiB gzipped\n' \
    "$(find "$out" -name '*.gz' | wc -l)" \
    "$(find "$out" -name '*.gz' -printf '%s\n' | awk '{ bytes += $1 } END { printf "%d", bytes / 1024 }')"
