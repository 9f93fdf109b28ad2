#!/bin/sh
# Installs Debian packages where that can be done without asking; else says what to ask for.
set -eu
if [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as="sudo"
else
    echo "Missing on this machine: $*. Ask its administrator for: apt-get install $*" >&2
    exit 1
fi
command -v apt-get >/dev/null || { echo "Missing on this machine: $*" >&2; exit 1; }
$as apt-get update -qq >&2
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
