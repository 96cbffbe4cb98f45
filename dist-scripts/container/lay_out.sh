#!/bin/sh
# Lays out what the container image holds, in the folder $1: system/ with Debian's C and C++ runtime
# libraries, and program/ with the executable from dist/, which is built where it is missing.
# Runs on Debian as root, in a folder that holds the sources.
set -eu
image="$1"
uid=65532
machine="$(uname -m)"
executable="dist/atmosphere-$machine-unknown-linux-gnu"
if [ ! -f "$executable" ]; then
  npx --yes deno@2.9.4 task build
fi
install -D --mode=0755 "$executable" "$image/program/usr/bin/atmosphere"

system="$image/system"
libraries="lib/$machine-linux-gnu"
mkdir -p "$system/$libraries" "$system/etc" "$system/var/lib/dpkg/status.d"
# What the executable needs, and the addons that it lays out.
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6; do
  cp -L "/usr/$libraries/$name" "$system/$libraries/$name"
done
case "$machine" in
  x86_64) loader=/lib64/ld-linux-x86-64.so.2 ;;
  aarch64) loader=/lib/ld-linux-aarch64.so.1 ;;
  *)
    echo "There is no image for $machine" >&2
    exit 1
    ;;
esac
mkdir -p "$system${loader%/*}"
cp -L "$loader" "$system$loader"
# Licences, and what scanners for known holes look at.
for package in libc6 libgcc-s1 libstdc++6; do
  install -D --mode=0644 "/usr/share/doc/$package/copyright" \
    "$system/usr/share/doc/$package/copyright"
  dpkg-query --status "$package" >"$system/var/lib/dpkg/status.d/$package"
done
cp -L /etc/os-release "$system/etc/os-release"
echo "hosts: files dns" >"$system/etc/nsswitch.conf"
printf '%s\n' "root:x:0:0:root:/:/nonexistent" \
  "atmosphere:x:$uid:$uid:Atmosphere:/var/lib/atmosphere:/nonexistent" >"$system/etc/passwd"
printf '%s\n' "root:x:0:" "atmosphere:x:$uid:" >"$system/etc/group"
mkdir -m 1777 "$system/tmp"
for folder in var/lib/atmosphere var/cache/atmosphere; do
  mkdir -p "$system/$folder"
  chmod 0700 "$system/$folder"
  chown "$uid:$uid" "$system/$folder"
done
