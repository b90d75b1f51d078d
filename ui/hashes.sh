# Sourced by build.sh and check.sh: the two digests of the BUILD file. Not a program of its own.
#
# A digest is the SHA-256 of the lines that `sha256sum` prints for the files ("<sha256>  <path>\n"),
# paths sorted bytewise and relative to the folder.
# shellcheck shell=bash

# What the build depends on, relative to ui/. package.json is not in it: the lock file says what is installed.
inputs_digest() {
    (cd "$1" && find index.html package-lock.json vite.config.js questions src -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
}

# What the build wrote, relative to src/server/ui/graphiql/: all but the BUILD file.
outputs_digest() {
    (cd "$1" && find . -type f ! -name BUILD -printf '%P\0' |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
}
