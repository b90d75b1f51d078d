#!/usr/bin/env bash
# Says whether the embedded GraphiQL was built from what ui/ holds now. Needs neither Node nor a network.
set -euo pipefail

ui=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$ui/../src/server/ui/graphiql
# shellcheck source=ui/hashes.sh
. "$ui/hashes.sh"

if [[ ! -f $out/BUILD ]]; then
    echo 'error: src/server/ui/graphiql/BUILD is missing; run ui/build.sh' >&2
    exit 1
fi
if [[ $(sed -n 's/^inputs //p' "$out/BUILD") != "$(inputs_digest "$ui")" ]]; then
    echo 'error: ui/ has changed since the embedded GraphiQL was built; run ui/build.sh and commit src/server/ui/graphiql' >&2
    exit 1
fi
if [[ $(sed -n 's/^outputs //p' "$out/BUILD") != "$(outputs_digest "$out")" ]]; then
    echo 'error: src/server/ui/graphiql is not what ui/build.sh wrote; run it again and commit the whole folder' >&2
    exit 1
fi
echo 'the embedded GraphiQL is up to date'
