"""The profile of each role on macOS, and the calls by which it is put in force, with a stand-in for the system."""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path

import pytest

from runtime import seal
from runtime.seal import macos
from runtime.seal.macos_profile import profile
from runtime.seal.report import Grants, SealFailed

PROGRAM = (Path("/opt/llama-desk"),)
GRANTS = {
    "desk": Grants(read=(Path("/models"),), write=(Path("/data"),), listed=(Path("/"),)),
    "engine": Grants(read=(Path("/models/a.gguf"),)),
    "extractor": Grants(read=(Path('/papers/with "quotes" and \\ and ü'),)),
    "fetcher": Grants(write=(Path("/models"),), hosts=(("hub.example", 443), ("*.hub.example", 8443))),
    "keyring": Grants(),
}
TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|#"(?P<regex>[^"]*)"|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"]+))'
)


def read(text: str) -> list:
    """The forms of a profile: lists of words and strings, a string as ("", what it says)."""
    stack, place = [[]], 0
    while place < len(text.rstrip()):
        found = TOKEN.match(text, place)
        assert found is not None, text[place : place + 40]
        place = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            done = stack.pop()
            stack[-1].append(done)
        elif found["word"]:
            stack[-1].append(found["word"])
        else:
            said = found["regex"] if found["regex"] is not None else re.sub(r"\\(.)", r"\1", found["text"])
            stack[-1].append(("", said))
    assert len(stack) == 1, "a form is not closed"
    return stack[0]


def rules(role: str) -> list:
    return read(profile(role, GRANTS[role], PROGRAM))


def allowed(role: str, operation: str, verb: str = "allow") -> list:
    """The conditions of every rule of this operation; [] stands for one without a condition."""
    found = []
    for rule in rules(role):
        if rule[0] == verb:
            names = [part for part in rule[1:] if isinstance(part, str)]
            if operation in names:
                found.append([part for part in rule[1:] if not isinstance(part, str)])
    return found


def below(role: str, operation: str) -> set[str]:
    return {one[1][1] for rule in allowed(role, operation) for one in rule if one[0] in {"subpath", "literal"}}


@pytest.mark.parametrize("role", GRANTS)
def test_nothing_is_allowed_but_what_is_said(role):
    forms = rules(role)
    assert forms[:2] == [["version", "1"], ["deny", "default"]]
    assert {form[0] for form in forms} == {"version", "deny", "allow"}
    assert not allowed(role, "default") and not allowed(role, "network*") and not allowed(role, "mach-lookup*")
    unconditional = {
        name for form in forms if form[0] == "allow" and all(isinstance(x, str) for x in form) for name in form[1:]
    }
    assert unconditional <= {"process-fork", "file-read-metadata", "ipc-posix-sem", "iokit-get-properties"}


@pytest.mark.parametrize("role", ["desk", "engine", "extractor", "keyring"])
def test_no_network_is_left_to_those_that_see_what_is_the_users(role):
    assert rules(role)[-2:] == [["deny", "network*"], ["deny", "system-socket"]]
    for operation in ("network-outbound", "network-bind", "network-inbound", "system-socket"):
        assert allowed(role, operation) == []
    services = {one[1][1] for rule in allowed(role, "mach-lookup") for one in rule}
    assert not [name for name in services if re.search("dns|mDNS|network|trustd|pasteboard|SystemConfiguration", name)]


def test_the_fetcher_connects_to_the_ports_of_its_hosts():
    [[*places]] = allowed("fetcher", "network-outbound")
    assert places == [
        ["remote", "tcp", ("", "*:443")],
        ["remote", "tcp", ("", "*:8443")],
        ["literal", ("", "/private/var/run/mDNSResponder")],
    ]
    assert allowed("fetcher", "process-exec") == []
    assert below("fetcher", "file-write*") == {"/models"}


def test_the_keychain_is_open_to_the_process_that_keeps_the_key_alone():
    for role in GRANTS:
        services = {one[1][1] for rule in allowed(role, "mach-lookup") for one in rule}
        assert ("com.apple.secd" in services) == (role == "keyring")
    assert below("keyring", "file-write*") == {os.path.realpath(Path.home() / "Library/Keychains")}


def test_each_role_opens_its_own_files():
    assert below("desk", "file-read*") >= {"/data", "/models"} and below("desk", "file-write*") >= {"/data"}
    assert "/models/a.gguf" in below("engine", "file-read*")
    assert '/papers/with "quotes" and \\ and ü' in below("extractor", "file-read*")
    for role in ("engine", "extractor"):
        assert below(role, "file-write*") == set()
    for role in ("desk", "engine", "extractor"):
        users = [
            one for one in below(role, "file-read*") if one.startswith(("/Users", "/home", "/private/var/folders"))
        ]
        assert users == []
        assert allowed(role, "process-exec") == []
        assert allowed(role, "signal") == [[["target", "self"]]]


def test_the_desk_lists_every_folder_and_reads_no_file_by_that():
    anywhere = [
        ["require-all", ["vnode-type", "DIRECTORY"], ["require-any", ["subpath", ("", "/")]]],
    ]
    assert allowed("desk", "file-read-data") == [anywhere]
    for role in GRANTS.keys() - {"desk"}:
        assert allowed(role, "file-read-data") == []


def test_the_gpu_is_for_those_that_compute():
    assert [role for role in GRANTS if allowed(role, "iokit-open")] == ["engine"]


def test_links_are_resolved_for_the_sandbox_does_not_follow_them(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    text = profile("extractor", Grants(read=(tmp_path / "link",)), ())
    assert f'(subpath "{tmp_path.resolve()}/real")' in text
    assert "/link" not in text


def test_a_path_cannot_end_its_string():
    evil = Grants(read=(Path('/a")) (allow network* (subpath "'),))
    assert not [form for form in read(profile("extractor", evil, ())) if form[:2] == ["allow", "network*"]]
    with pytest.raises(ValueError):
        profile("extractor", Grants(read=(Path("/a\nb"),)), ())


class System:
    """Answers as libSystem does, and keeps what was asked."""

    def __init__(self, *, refuses: bool = False, sandboxed: bool = False, denies: bool = True) -> None:
        self.asked: list[tuple] = []
        self.refuses, self.sandboxed, self.denies = refuses, sandboxed, denies
        self.sandbox_init = Function(self._init)
        self.sandbox_check = Function(self._check)
        self.sandbox_free_error = Function(lambda _: self.asked.append(("free",)))

    def _init(self, text, flags, problem):
        self.asked.append(("init", text, flags))
        if self.refuses:
            ctypes.cast(problem, ctypes.POINTER(ctypes.c_char_p))[0] = b"line 3: unbound variable"
            return -1
        self.sandboxed = True
        return 0

    def _check(self, pid, operation, kind):
        assert (pid > 0, kind) == (True, 0)
        self.asked.append(("check", operation))
        return int(self.sandboxed and (operation is None or self.denies))


class Function:
    def __init__(self, does) -> None:
        self.does = does

    def __call__(self, *arguments):
        return self.does(*arguments)


@pytest.fixture(autouse=True)
def no_sockets_are_closed(monkeypatch):
    """Those of this process are the test's own."""
    monkeypatch.setattr(macos, "_close_sockets", lambda **_: None)


def test_a_role_is_sealed_and_the_kernel_asked_whether_it_is():
    system = System()
    assert macos.seal_by_kernel("engine", GRANTS["engine"], system) == [
        "network by the kernel (sandbox)",
        "files by the kernel (sandbox)",
    ]
    [before, (name, text, flags), *after] = system.asked
    assert (before, name, flags, after) == (
        ("check", None),
        "init",
        0,
        [("check", None), ("check", b"network-outbound")],
    )
    assert b"/models/a.gguf" in text


def test_what_a_sealed_process_started_keeps_its_seal_and_says_so():
    system = System(sandboxed=True)
    held = macos.seal_by_kernel("extractor", GRANTS["extractor"], system)
    assert held == ["network by the kernel (sandbox)", "no file that is closed to what started it (sandbox)"]
    assert not [one for one in system.asked if one[0] == "init"]


@pytest.mark.parametrize(
    ("system", "sentence"),
    [
        (
            System(refuses=True),
            r"could not be cut off from the network \(line 3: unbound variable\), so it does not start",
        ),
        (System(denies=False), "was not cut off from the network, so it does not start"),
        (System(sandboxed=True, denies=False), "is in a sandbox that lets it connect, so it does not start"),
    ],
)
def test_it_is_never_silently_weaker(system, sentence):
    with pytest.raises(SealFailed, match=sentence):
        macos.seal_by_kernel("engine", GRANTS["engine"], system)


def test_the_report_of_macos_says_what_is_not_held(monkeypatch):
    for held, missing in (
        ([macos.NETWORK, macos.FILES], ()),
        ([macos.NETWORK, macos.INHERITED], ("files by the kernel",)),
    ):
        monkeypatch.setattr(seal, "_seal_by_kernel", lambda role, grants, held=held: held)
        monkeypatch.setattr(seal, "refuse_connections", lambda note, local: None)
        monkeypatch.setattr(seal, "_no_core_dumps", lambda: True)
        monkeypatch.setattr("os.umask", lambda mode: 0)
        monkeypatch.setattr(seal, "_held", [])
        report = seal.seal("engine", Grants())
        assert report.missing == missing
        assert seal.is_cut_off()
