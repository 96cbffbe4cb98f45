#!/bin/sh
# Installs Atmosphere for this user:
#
#   curl -fsSL https://github.com/atmosphere/atmosphere/releases/latest/download/install.sh | sh
#   curl -fsSL ... | sh -s -- --dir "$HOME/bin" --no-modify-path
#
# Everything is in functions and the last line runs them, so that a download which was cut short
# does nothing. Needs no root; asks nothing; removes nothing of yours.

set -e

# zsh otherwise doesn't split words as sh does.
if [ -n "${ZSH_VERSION:-}" ]; then emulate sh; fi

usage() {
  cat <<'TEXT'
Usage: install.sh [flags]

  --version VERSION   Install this version (default the latest)
  --dir DIR           Folder of the executable (default ~/.local/bin)
  --no-modify-path    Leave the shell's start-up files alone
  --offline FILE      Install from this archive; checksums.txt must lie beside it
  --dry-run           Say what would be done and do nothing
  --uninstall         Remove the executable, what it unpacked, and its line in the start-up files;
                      data stays
  --help              Print this

Environment: ATMOSPHERE_RELEASES_URL for a mirror of the releases
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

wrong_usage() {
  printf 'install.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

parse_flags() {
  version=latest
  dir="${HOME:?HOME is not set}/.local/bin"
  modify_path=yes
  offline=
  dry_run=no
  uninstall=no
  while [ $# -gt 0 ]; do
    case "$1" in
      --version | --dir | --offline)
        if [ $# -lt 2 ] || [ -z "$2" ]; then wrong_usage "$1 needs a value"; fi
        case "$1" in
          --version) version="${2#v}" ;;
          --dir) dir="$2" ;;
          --offline) offline="$2" ;;
        esac
        shift 2
        ;;
      --version=*) version="${1#*=}" version="${version#v}" && shift ;;
      --dir=*) dir="${1#*=}" && shift ;;
      --offline=*) offline="${1#*=}" && shift ;;
      --no-modify-path) modify_path=no && shift ;;
      --dry-run) dry_run=yes && shift ;;
      --uninstall) uninstall=yes && shift ;;
      --help | -h) usage && exit 0 ;;
      *) wrong_usage "unknown flag $1" ;;
    esac
  done
  case "$version" in
    latest) ;;
    *[!0-9A-Za-z.+-]* | '' | .*) wrong_usage "\"$version\" is no version" ;;
  esac
  # A folder named from here stays the same one whatever happens next.
  case "$dir" in
    '') wrong_usage "--dir needs a value" ;;
    /*) ;;
    *) dir="$PWD/$dir" ;;
  esac
}

# Sets target, or says plainly why there is no executable for this machine.
find_target() {
  machine="$(uname -m)"
  case "$(uname -s)" in
    Linux)
      case "$machine" in
        x86_64 | amd64) target=x86_64-unknown-linux-gnu ;;
        aarch64 | arm64) target=aarch64-unknown-linux-gnu ;;
        *) fail "there is no executable for Linux on $machine, only for x86_64 and aarch64" ;;
      esac
      check_libc
      ;;
    Darwin)
      # A shell under Rosetta says x86_64 on an Apple processor.
      if [ "$machine" = x86_64 ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || :)" = 1 ]; then
        machine=arm64
      fi
      case "$machine" in
        arm64 | aarch64) target=aarch64-apple-darwin ;;
        x86_64) target=x86_64-apple-darwin ;;
        *) fail "there is no executable for macOS on $machine, only for arm64 and x86_64" ;;
      esac
      ;;
    MINGW* | MSYS* | CYGWIN*) fail "this script is not for Windows: take the archive from the releases" ;;
    *) fail "there is no executable for $(uname -s)" ;;
  esac
}

# The executable needs glibc 2.28: the native engines are linked to it.
check_libc() {
  libc="$(getconf GNU_LIBC_VERSION 2>/dev/null || :)"
  case "$libc" in
    "glibc "*) ;;
    *)
      case "$(ldd --version 2>&1 || :)" in
        *musl*) fail "this system has musl; the executable needs glibc 2.28 or later" ;;
      esac
      fail "no glibc was found; the executable needs glibc 2.28 or later"
      ;;
  esac
  libc="${libc#glibc }"
  major="${libc%%.*}"
  minor="${libc#*.}"
  minor="${minor%%.*}"
  if [ "$major" -lt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -lt 28 ]; }; then
    fail "this system has glibc $libc; the executable needs 2.28 or later"
  fi
}

# download URL FILE
download() {
  # Redirects may not lead to anything less protected either.
  case "$1" in
    https://*) protocol="=https" ;;
    http://127.0.0.1:*) protocol="=http,https" ;;
    *) fail "refusing to download over an unprotected connection: $1" ;;
  esac
  if has curl; then
    curl --proto "$protocol" --fail --silent --show-error --location --retry 2 --connect-timeout 15 \
      --speed-limit 1024 --speed-time "${ATMOSPHERE_STALL_SECONDS:-30}" --output "$2" "$1" ||
      fail "downloading $1 failed"
  elif has wget; then
    wget -q -T "${ATMOSPHERE_STALL_SECONDS:-30}" -O "$2" "$1" || fail "downloading $1 failed"
  else
    fail "curl or wget is needed to download"
  fi
}

sha256_of() {
  if has sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 -r <"$1" | cut -d ' ' -f 1
  else
    fail "sha256sum, shasum or openssl is needed to check the download"
  fi
}

# check_sum FILE NAME CHECKSUMS: anything but one matching line refuses the file.
check_sum() {
  wanted=
  while read -r sum name || [ -n "${sum:-}" ]; do
    if [ "${name#\*}" = "$2" ]; then wanted="$wanted$sum"; fi
  done <"$3"
  case "$wanted" in
    *[!0-9a-f]* | '') fail "checksums.txt has no checksum of $2" ;;
  esac
  if [ "${#wanted}" -ne 64 ]; then fail "checksums.txt has no whole checksum of $2"; fi
  got="$(sha256_of "$1")"
  if [ "$got" != "$wanted" ]; then
    fail "the checksum of $2 is $got instead of $wanted: nothing was installed"
  fi
}

# The start-up file of the user's shell, and the line for it.
find_profile() {
  case "${SHELL:-}" in
    */zsh) profile="${ZDOTDIR:-$HOME}/.zshrc" ;;
    */bash)
      # A terminal of macOS runs a login shell, which reads the other one alone.
      case "$(uname -s)" in
        Darwin) profile="$HOME/.bash_profile" ;;
        *) profile="$HOME/.bashrc" ;;
      esac
      ;;
    */fish) profile="${XDG_CONFIG_HOME:-$HOME/.config}/fish/conf.d/atmosphere.fish" ;;
    *) profile="$HOME/.profile" ;;
  esac
  quoted="$(printf '%s' "$dir" | sed "s/'/'\\\\''/g")"
  case "$profile" in
    *.fish) path_line="fish_add_path '$quoted' # atmosphere" ;;
    *) path_line="export PATH='$quoted':\"\$PATH\" # atmosphere" ;;
  esac
}

is_on_path() {
  case ":$PATH:" in
    *":$dir:"*) return 0 ;;
    *) return 1 ;;
  esac
}

add_to_path() {
  if is_on_path; then return 0; fi
  if [ "$modify_path" = no ]; then
    say "$dir is not on your PATH"
    return 0
  fi
  find_profile
  if [ -f "$profile" ] && grep -qxF "$path_line" "$profile"; then return 0; fi
  mkdir -p "$(dirname "$profile")"
  printf '%s\n' "$path_line" >>"$profile"
  say "Added $dir to the PATH in $profile: open a new terminal, or run: $path_line"
}

# Another one that the shell would find before this one, such as a package's.
warn_of_another() {
  case ":$PATH:" in
    *":$dir:"*) ;;
    # The folder is put in front, where nothing comes before it.
    *) return 0 ;;
  esac
  found="$(command -v atmosphere || :)"
  case "$found" in
    "$dir/atmosphere" | '') ;;
    *) say "Beware: your shell finds $found first, not this one" ;;
  esac
}

# Where the executable unpacks its engines and its model; a folder that the user named stays.
find_cache() {
  case "$(uname -s)" in
    Darwin) cache="$HOME/Library/Caches/atmosphere" ;;
    *) cache="${XDG_CACHE_HOME:-$HOME/.cache}/atmosphere" ;;
  esac
}

remove() {
  find_profile
  find_cache
  if [ "$dry_run" = yes ]; then
    say "Would remove $dir/atmosphere, $cache, and the line in $profile"
    return 0
  fi
  if [ ! -e "$dir/atmosphere" ]; then fail "there is no $dir/atmosphere to remove"; fi
  # The second is what "atmosphere update" keeps of the one before.
  rm -f "$dir/atmosphere" "$dir/atmosphere.previous"
  rm -rf "$cache"
  if [ -f "$profile" ] && grep -qxF "$path_line" "$profile"; then
    # Written in place: the file may be a link into somebody's own repository.
    rest="$(grep -vxF "$path_line" "$profile" || :)"
    if [ -n "$rest" ]; then printf '%s\n' "$rest" >"$profile"; else : >"$profile"; fi
  fi
  say "Removed $dir/atmosphere; your data in ${ATMOSPHERE_DATA_DIR:-$HOME/.atmosphere} is still there"
}

clean_up() {
  if [ -n "${work:-}" ]; then rm -rf "$work"; fi
  if [ -n "${staged:-}" ]; then rm -f "$staged"; fi
}

# list_has NAME CHECKSUMS
list_has() {
  while read -r sum name || [ -n "${sum:-}" ]; do
    if [ "${name#\*}" = "$1" ]; then return 0; fi
  done <"$2"
  return 1
}

install() {
  archive="atmosphere-$target.tar.gz"
  # A tenth less to download, where it can be unpacked.
  smaller="atmosphere-$target.tar.xz"
  if has xz; then archive="$smaller"; fi
  releases="${ATMOSPHERE_RELEASES_URL:-https://github.com/atmosphere/atmosphere/releases}"
  if [ "$version" = latest ]; then
    base="$releases/latest/download"
  else
    base="$releases/download/v$version"
  fi
  if [ "$dry_run" = yes ]; then
    say "Would install ${offline:-$base/$archive} as $dir/atmosphere"
    return 0
  fi
  work="$(mktemp -d)"
  if [ -n "$offline" ]; then
    if [ ! -f "$offline" ]; then fail "there is no file $offline"; fi
    sums="$(dirname "$offline")/checksums.txt"
    if [ ! -f "$sums" ]; then fail "there is no checksums.txt beside $offline to check it by"; fi
    check_sum "$offline" "$(basename "$offline")" "$sums"
    packed="$offline"
  else
    download "$base/checksums.txt" "$work/checksums.txt"
    if [ "$archive" = "$smaller" ] && ! list_has "$smaller" "$work/checksums.txt"; then
      archive="atmosphere-$target.tar.gz"
    fi
    download "$base/$archive" "$work/$archive"
    check_sum "$work/$archive" "$archive" "$work/checksums.txt"
    packed="$work/$archive"
  fi
  mkdir "$work/unpacked"
  unpack="gzip -dc"
  case "$packed" in
    *.xz) unpack="xz -dc" ;;
  esac
  $unpack <"$packed" | (cd "$work/unpacked" && tar -xf -) || fail "unpacking $packed failed"
  if [ ! -f "$work/unpacked/atmosphere" ]; then fail "$packed holds no executable"; fi
  mkdir -p "$dir" || fail "$dir can't be made"
  # Beside its place, so that the last step is one rename: there is never half an executable.
  staged="$dir/.atmosphere.$$"
  cp "$work/unpacked/atmosphere" "$staged" || fail "$dir can't be written to; try --dir"
  chmod 755 "$staged"
  printed="$("$staged" --version)" || fail "the new executable does not run here: nothing was installed"
  if [ -d "$dir/atmosphere" ]; then fail "$dir/atmosphere is a folder"; fi
  mv -f "$staged" "$dir/atmosphere"
  staged=
  say "Installed $printed as $dir/atmosphere"
  add_to_path
  warn_of_another
  say "Next: atmosphere init"
}

main() {
  parse_flags "$@"
  # Not before: posh takes "$@" without arguments for unset.
  set -u
  work=
  staged=
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if [ "$uninstall" = yes ]; then
    remove
  else
    find_target
    install
  fi
}

{ main "$@"; }
