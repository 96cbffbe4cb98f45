#!/bin/sh
# Runs the executable $1 in a root file system that holds nothing but it and the C and C++ runtime
# libraries, without a network: it embeds, remembers and serves there. Needs root on Linux.
set -eu
binary="$1"
root="$(mktemp -d)"
trap 'umount "$root/proc" 2>/dev/null || :; rm -rf "$root"' EXIT
mkdir -p "$root/tmp" "$root/proc" "$root/home" "$root/lib64" "$root/lib"
cp "$binary" "$root/atmosphere"
for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6; do
  path="$(ldconfig -p | sed -n "s|.*$library (libc6,x86-64.*) => ||p" | head -n 1)"
  cp -L "$path" "$root/lib/$library"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
mount -t proc proc "$root/proc"
inside() { env -i HOME=/home NO_COLOR=1 LD_LIBRARY_PATH=/lib "$(command -v chroot)" "$root" /atmosphere "$@"; }
inside --version
inside embed "hello" --json | grep -q '"embedding"'
inside memory add --text "the sky is blue today" >/dev/null
inside memory search "colour of the heavens" | grep "the sky is blue"
inside serve --port 11999 --no-discovery >/dev/null 2>&1 &
node=$!
for _ in $(seq 100); do
  if inside health --url http://127.0.0.1:11999 >/dev/null 2>&1 || inside health >/dev/null 2>&1; then
    echo "serves"
    kill "$node"
    wait "$node" || :
    exit 0
  fi
  sleep 0.1
done
kill "$node"
echo "does not serve" >&2
exit 1
