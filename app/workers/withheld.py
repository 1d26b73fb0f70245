"""Places that hold keys and passwords: the launcher opens no file there, and lets no worker read them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_KEYS = (".ssh", ".gnupg", ".pki", ".password-store", ".age", ".config/sops", ".local/share/gnupg")
_KEYRINGS = (
    *(".local/share/keyrings", ".local/share/kwalletd", ".kde/share/apps/kwallet", "Library/Keychains"),
    *(".config/keepassxc", ".config/1Password", ".config/Bitwarden", ".config/op", ".config/Enpass"),
    *("Library/Application Support/1Password", "Library/Application Support/Bitwarden"),
    *("Library/Group Containers/2BUA8C4S2C.com.1password", "Library/Application Support/KeePassXC"),
)
_BROWSERS = (
    *(".mozilla", ".librewolf", ".waterfox", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware"),
    *(".config/microsoft-edge", ".config/vivaldi", ".config/opera", "snap/firefox", "snap/chromium"),
    *(".var/app/org.mozilla.firefox", ".var/app/com.google.Chrome", ".var/app/org.chromium.Chromium"),
    *(".var/app/com.brave.Browser", ".var/app/com.microsoft.Edge", "Library/Safari", "Library/Cookies"),
    *(f"Library/Application Support/{name}" for name in ("Firefox", "Google/Chrome", "Chromium", "BraveSoftware")),
    *(
        f"Library/Application Support/{name}"
        for name in ("Microsoft Edge", "Vivaldi", "Arc", "com.operasoftware.Opera")
    ),
    "Library/Containers/com.apple.Safari",
)
_SERVICES = (
    *(".aws", ".azure", ".config/gcloud", ".kube", ".oci", ".docker/config.json", ".config/containers/auth.json"),
    *(".netrc", ".git-credentials", ".config/git/credentials", ".config/gh", ".config/hub", ".config/rclone"),
    *(".npmrc", ".pypirc", ".cargo/credentials", ".cargo/credentials.toml", ".terraform.d/credentials.tfrc.json"),
    *(".vault-token", ".pgpass", ".my.cnf", ".cache/huggingface/token", ".cache/huggingface/stored_tokens"),
)
_VARIABLES = ("GNUPGHOME", "PASSWORD_STORE_DIR")
_NAMES = frozenset(
    {
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
        *("key3.db", "key4.db", "logins.json", "logins-backup.json", "signons.sqlite", "cookies.sqlite"),
        *("login.keychain", "login.keychain-db"),
    }
)
"""Files that hold such things wherever they lie: keys of ssh, and what Thunderbird and Firefox keep in a profile."""
_SUFFIXES = (".kdbx", ".keychain-db")
SENTENCE, WORDS = "holds keys or passwords, so llama-desk does not read it.", "it holds keys or passwords"
"""What follows the name of such a place, and what is said where a reason is asked for."""


def is_withheld(path: str) -> bool:
    """Whether the file or folder at this whole path, links resolved, is such a place or lies in one."""
    name = path.rpartition("/")[2]
    if name in _NAMES or name.endswith(_SUFFIXES):
        return True
    places = _here()
    while path:
        if path in places:
            return True
        path = path.rpartition("/")[0]
    return False


def without_withheld(root: Path, private: Path | None = None) -> list[Path]:
    """`root`, links resolved, or, if there are such places or `private` below it, what lies beside them."""
    places = _here() | ({os.path.realpath(private)} if private else set())
    below = [place for place in places if place.startswith(f"{str(root).rstrip('/')}/") and os.path.lexists(place)]
    return _beside(root, below) if below else [root]


def _beside(folder: Path, places: list[str]) -> list[Path]:
    found: list[Path] = []
    try:
        children = sorted(folder.iterdir())
    except OSError:
        return found
    for child in children:
        if str(child) in places or child.is_symlink():
            continue
        below = [place for place in places if place.startswith(f"{child}/")]
        found += _beside(child, below) if below else [child]
    return found


@cache
def _here() -> frozenset[str]:
    return withheld_places(Path.home(), os.environ)


def withheld_places(home: Path, environ: Mapping[str, str]) -> frozenset[str]:
    """The whole paths of these places, as they are named and with links resolved."""
    named = [home / name for name in (*_KEYS, *_KEYRINGS, *_BROWSERS, *_SERVICES)]
    named += [Path(environ[name]).absolute() for name in _VARIABLES if environ.get(name)]
    return frozenset({str(path) for path in named} | {os.path.realpath(path) for path in named})
