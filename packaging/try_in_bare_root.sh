#!/usr/bin/env bash
# Try the built file in a Debian 11 that has nothing but its base: without Python, without a network, by a user whose home
# is read-only but for the data folder. It takes root, debootstrap, tmux and Python; the first time the network too.
#
#   packaging/try_in_bare_root.sh dist/llama-desk-0.1.0-linux-x86_64 [build/bare-root]
#
# The screens that it came to are left beside the root, with their colours: `cat build/bare-root.screen`.
set -euo pipefail

if [ "$1" = --inside ]; then # ROOT ARGUMENTS...: run the program there
  root="$2"
  shift 2
  exec unshare --net --mount --pid --fork --mount-proc="$root/proc" sh -ec '
    root="$1" home="$1/home/user"
    shift
    mount --bind "$home" "$home"
    mount --bind "$root/data" "$home/.local/share/llama-desk"
    mount -o remount,bind,ro "$home"
    exec chroot --userspec=1000:1000 "$root" /usr/bin/env -i HOME=/home/user TERM=xterm-256color LANG=C.UTF-8 \
      /llama-desk "$@"' sh "$root" "$@"
fi

file="$(realpath "$1")" root="$(realpath -m "${2:-build/bare-root}")"
here="$(cd "$(dirname "$0")" && pwd)"
[ -x "$root/usr/bin/env" ] || debootstrap --variant=minbase bullseye "$root"
rm -rf "$root/data" "$root/papers" "$root/home/user"
mkdir -p "$root/data" "$root/home/user/.local/share/llama-desk"
chown 1000:1000 "$root/data"
install -m 755 "$file" "$root/llama-desk"
PYTHONPATH="$here" python3 - "$root/papers" << 'END'
import sys
from pathlib import Path

from binary.papers import write_papers

write_papers(Path(sys.argv[1]))
END

inside() { # ARGUMENTS...: run it as that user
  "$0" --inside "$root" "$@"
}
title() { printf '\n== %s\n' "$*"; }

title "no Python, $(chroot "$root" ldd --version | head -1)"
if find "$root/usr/bin" "$root/usr/local/bin" -name 'python*' | grep .; then exit 1; fi
for arguments in --version doctor "summarise /papers"; do
  title "$arguments"
  inside $arguments
done
title "ask"
inside ask "Schedule a budget review with Ana tomorrow at 3pm" --yes-to calendar_create
inside calendar list tomorrow | grep -i "budget review"

title "the screen"
screen() { tmux -L bare-root "$@"; }
shows() { # WORDS: wait until the screen shows them, and keep it
  for _ in $(seq 240); do
    if screen capture-pane -p | grep -qF "$1"; then
      screen capture-pane -e -p >> "$root.screen"
      return
    fi
    sleep 0.5
  done
  screen capture-pane -p
  echo "The screen never showed: $1"
  exit 1
}
trap 'screen kill-server 2> /dev/null || true' EXIT
rm -f "$root.screen"
screen new-session -d -x 120 -y 36 "'$0' --inside '$root'"
shows "or type the path of a folder"
screen send-keys "Schedule lunch with Ben tomorrow at noon" Enter
shows "y do it"
screen send-keys y
shows "undoes it"
screen capture-pane -p
screen send-keys C-q
title "Everything works there; the program takes $(du -sh "$root/data/program" | cut -f1) in the data folder."
