#!/usr/bin/env bash
# unpack_packages.sh DEST PACKAGE...: Debian packages, unpacked into DEST without being installed: what would conflict with an
# installed package, or start a service.
set -euo pipefail

unpack_packages() {
  local dest=$1 work
  shift
  mkdir -p "$dest"
  dest=$(cd "$dest" && pwd)
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of this call
  trap "rm -rf '$work'" EXIT
  chmod 755 "$work"
  (cd "$work" && apt-get download -q "$@" && for package in *.deb; do dpkg-deb -x "$package" "$dest"; done)
}

[ $# -gt 1 ] || { echo "usage: $0 DEST PACKAGE..." >&2; exit 2; }
unpack_packages "$@"
