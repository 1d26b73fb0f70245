"""What each role may do on macOS, in the language of the system's sandbox.

Nothing is allowed but what stands here; of two rules that fit, the later one holds. What Python and Metal need is known
from Chromium's profiles (sandbox/policy/mac: common.sb, network.sb, on_device_model_execution.sb) and Codex's
(codex-rs/sandboxing: seatbelt_base_policy.sbpl, restricted_read_only_platform_defaults.sbpl).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from runtime.seal.report import Grants, Role

_SYSTEM = (
    *("/System", "/Library/Apple", "/Library/Frameworks", "/usr/lib", "/usr/share", "/usr/libexec", "/usr/bin", "/bin"),
    *("/usr/local", "/opt/homebrew", "/opt/local", "/private/etc", "/private/var/db/timezone", "/private/var/db/dyld"),
)
"""Programs, libraries and settings, without any user's files."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/dtracehelper", "/dev/autofs_nowait")
_FACTS = (
    *("hw.activecpu", "hw.byteorder", "hw.cacheconfig", "hw.cpufamily", "hw.cpusubtype", "hw.cputype", "hw.machine"),
    *("hw.memsize", "hw.model", "hw.ncpu", "hw.nperflevels", "hw.packages", "hw.pagesize", "hw.physicalcpu"),
    *("hw.physicalcpu_max", "hw.logicalcpu", "hw.logicalcpu_max", "hw.cpufrequency", "hw.vectorunit", "kern.argmax"),
    *("kern.boottime", "kern.hostname", "kern.maxfilesperproc", "kern.maxproc", "kern.osproductversion"),
    *("kern.osrelease", "kern.ostype", "kern.osvariant_status", "kern.osversion", "kern.secure_kernel"),
    *("kern.usrstack64", "kern.version", "sysctl.proc_cputype", "vm.loadavg", "vm.swapusage"),
)
_FACTS_THAT_BEGIN = ("hw.cachelinesize", "hw.l", "hw.optional.", "hw.pagesize", "hw.perflevel", "hw.tbfrequency")
_MORE_FACTS_THAT_BEGIN = ("kern.proc.pid.", "machdep.cpu.")
_SERVICES = (
    *("com.apple.logd", "com.apple.system.logger", "com.apple.system.opendirectoryd.libinfo"),
    "com.apple.system.opendirectoryd.membership",
)
"""Which user this is, and the log. None of them resolves a host's name."""
_TRUST = (
    *("com.apple.SecurityServer", "com.apple.trustd", "com.apple.trustd.agent", "com.apple.ocspd"),
    *("com.apple.networkd", "com.apple.SystemConfiguration.configd"),
    "com.apple.SystemConfiguration.DNSConfiguration",
)
"""Which certificates this system trusts, and how it reaches the network."""
_CERTIFICATES = ("/Library/Keychains", "/System/Library/Keychains", "/System/Library/Security", "/private/var/db/mds")
_KEYCHAIN = ("com.apple.SecurityServer", "com.apple.securityd.xpc", "com.apple.secd")
_KEYCHAINS_OF_THE_USER = Path("Library/Keychains")
_RESOLVER = "/private/var/run/mDNSResponder"
_METAL_CONNECTIONS = ("IOAccelerator",)
_METAL_CLIENTS = (
    *("AGPMClient", "AppleGraphicsControlClient", "AppleGraphicsPolicyClient", "AppleMGPUPowerControlClient"),
    *("IOAccelerationUserClient", "IOSurfaceRootUserClient", "AGXDeviceUserClient", "AGXSharedUserClient"),
)


def profile(role: Role, grants: Grants, program: Iterable[Path]) -> str:
    """The profile of `role`, which may open `grants`; `program` is where this program and its Python lie.

    Paths are resolved, for the sandbox sees /private/var where a path says /var. Raises ValueError for a path with a
    character that ends a line.
    """
    own = _below(program)
    lines = ["(version 1)", "(deny default)", *_to_run_at_all(own), *_files(grants)]
    if role == "engine":
        lines += _metal()
    if role == "keyring":
        lines += _to_the_keychain()
    if role == "desk":
        lines += _of_the_desk()
    lines.append("(allow signal (target self))")
    lines += _to_download(grants) if role == "fetcher" else ["(deny network*)", "(deny system-socket)"]
    return "\n".join(lines) + "\n"


def _to_run_at_all(own: list[str]) -> list[str]:
    everything = [*_below(map(Path, _SYSTEM)), *own]
    facts = [f"(sysctl-name {_quoted(name)})" for name in _FACTS]
    facts += [f"(sysctl-name-prefix {_quoted(name)})" for name in (*_FACTS_THAT_BEGIN, *_MORE_FACTS_THAT_BEGIN)]
    return [
        "(allow process-fork)",
        "(allow process-info* (target same-sandbox))",
        "(allow file-read-metadata)",  # of any path: without it no path is resolved
        '(allow file-read* (literal "/"))',
        _rule("file-read*", everything),
        _rule("file-map-executable", everything),
        _rule("file-read* file-write-data file-ioctl", [f"(literal {_quoted(path)})" for path in _DEVICES]),
        _rule("sysctl-read", facts),
        _rule("mach-lookup", [f"(global-name {_quoted(name)})" for name in _SERVICES]),
        "(allow ipc-posix-sem)",  # threads of Python wait by it
    ]


def _files(grants: Grants) -> list[str]:
    read, write = _below(grants.read), _below(grants.write)
    listed = _below(grants.listed)
    return [
        *([f"(allow file-read-data {_folders(listed)})"] if listed else []),
        *([_rule("file-read*", read)] if read else []),
        *([_rule("file-read* file-write*", write)] if write else []),
    ]


def _folders(paths: list[str]) -> str:
    """Folders themselves, of which the names of what is in them are read, and no file in them."""
    return f"(require-all (vnode-type DIRECTORY) (require-any {' '.join(paths)}))"


def _of_the_desk() -> list[str]:
    """It draws on its terminal, and sees how much memory the reader of documents takes, to end it in time."""
    return [
        "(allow process-info-pidinfo (target others))",
        '(allow file-read* file-write* file-ioctl (literal "/dev/tty") (regex #"^/dev/ttys[0-9]+$"))',
    ]


def _metal() -> list[str]:
    """The GPU, and the service that compiles what runs on it."""
    connections = [f"(iokit-connection {_quoted(name)})" for name in _METAL_CONNECTIONS]
    clients = [f"(iokit-user-client-class {_quoted(name)})" for name in _METAL_CLIENTS]
    return [
        '(allow mach-lookup (xpc-service-name "com.apple.MTLCompilerService"))',
        _rule("iokit-open", [*connections, *clients]),
        "(allow iokit-get-properties)",
        _rule("file-read*", _below([Path("/Library/GPUBundles")])),
    ]


def _to_the_keychain() -> list[str]:
    """The services that keep the user's keychains, and these themselves."""
    own = _below([Path.home() / _KEYCHAINS_OF_THE_USER])
    return [
        _rule("mach-lookup", [f"(global-name {_quoted(name)})" for name in _KEYCHAIN]),
        _rule("file-read* file-write*", own),
        _rule("file-read*", _below(map(Path, _CERTIFICATES))),
    ]


def _to_download(grants: Grants) -> list[str]:
    """TCP to the ports of the hosts, and the system's resolver, which asks about names for it."""
    ports = sorted({port for _, port in grants.hosts})
    places = [f"(remote tcp {_quoted(f'*:{port}')})" for port in ports]
    return [
        "(deny network*)",
        _rule("network-outbound", [*places, f"(literal {_quoted(_RESOLVER)})"]),
        "(allow system-socket (require-all (socket-domain AF_SYSTEM) (socket-protocol 2)) (socket-domain AF_ROUTE))",
        _rule("mach-lookup", [f"(global-name {_quoted(name)})" for name in _TRUST]),
        _rule("file-read*", _below(map(Path, _CERTIFICATES))),
    ]


def _rule(operations: str, what: Iterable[str]) -> str:
    return f"(allow {operations} {' '.join(what)})"


def _below(paths: Iterable[Path]) -> list[str]:
    """Each path and all that lies below it."""
    return [f"(subpath {_quoted(os.path.realpath(path))})" for path in paths]


def _quoted(text: str) -> str:
    """A string of the profile's language, which reads a backslash and a quotation mark as C does."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("a path with a control character")
    return json.dumps(text, ensure_ascii=False)
