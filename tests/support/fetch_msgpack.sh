#!/usr/bin/env bash
# fetch_msgpack.sh DEST: unpacks Debian's header-only libmsgpack-cxx-dev into DEST (headers in DEST/usr/include).
# It cannot be installed: the package conflicts with libboost1.81-dev. We use it without Boost (MSGPACK_NO_BOOST).
set -euo pipefail

fetch_msgpack() {
  local dest=$1 work
  mkdir -p "$dest"
  dest=$(cd "$dest" && pwd)
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of this call
  trap "rm -rf '$work'" EXIT
  chmod 755 "$work"
  (cd "$work" && apt-get download -q libmsgpack-cxx-dev && dpkg-deb -x libmsgpack-cxx-dev_*.deb "$dest")
}

[ $# = 1 ] || { echo "usage: $0 DEST" >&2; exit 2; }
fetch_msgpack "$1"
