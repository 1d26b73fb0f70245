"""The container and the job of a role on Windows: the calls in their order, with a stand-in for the system."""

# ruff: noqa: N802, PLR0917 - the stand-in's functions are named and called as those of Windows
from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

import runtime.seal.windows as facade
from runtime.seal import windows_api as api
from runtime.seal.report import SealFailed
from runtime.seal.windows_container import container, container_name
from runtime.seal.windows_job import make_job
from runtime.seal.windows_start import Start, run_contained

SID = 7000
SID_TEXT = "S-1-15-2-77"
ALL_PACKAGES = 8000
PROCESS, THREAD, JOB = 501, 502, 601
SIZES = {
    "StartupInfo": 104, "StartupInfoEx": 112, "ProcessInformation": 24, "SecurityCapabilities": 24, "BasicLimits": 64,
    "ExtendedLimits": 144, "Trustee": 32, "ExplicitAccess": 48,
}  # fmt: skip
"""Of the structures of 64-bit Windows, in bytes."""


class Fake:
    """A Windows that keeps what is asked of it, in order, and does what its tests need."""

    def __init__(self, **answers) -> None:
        self.asked: list[tuple] = []
        self.answers = answers
        self.mutexes: dict[int, str] = {}
        self.others: set[str] = set()
        """Names that another process holds."""
        self.lists: dict[str, set[str]] = {}
        """Who is in the access list of each file."""
        self.started: dict[str, object] = {}
        self.kept: list[object] = []
        self.windows = api.Windows(self, self, self)

    def __getattr__(self, name: str):
        def ask(*arguments):
            self.asked.append((name, *arguments))
            if name in self.answers:
                return self.answers[name]
            return getattr(self, f"do_{name}", lambda *_: 1)(*arguments)

        if name.startswith(("do_", "__")):
            raise AttributeError(name)
        return ask

    def names(self) -> list[str]:
        return [name for name, *_ in self.asked]

    def do_CreateMutexW(self, _security, _own, name):
        self.mutexes[len(self.mutexes) + 100] = name
        return len(self.mutexes) + 99

    def do_OpenMutexW(self, _rights, _inherit, name):
        return 99 if name in self.others else 0

    def do_CreateAppContainerProfile(self, _name, _shown, _text, capabilities, count, sid):
        assert (capabilities, count) == (None, 0)
        return self._give(sid)

    def do_DeriveAppContainerSidFromAppContainerName(self, _name, sid):
        return self._give(sid)

    def _give(self, place, value=SID):
        ctypes.cast(place, ctypes.POINTER(ctypes.c_void_p))[0] = value
        return 0

    def _give_text(self, place, text):
        self.kept.append(ctypes.create_unicode_buffer(text))
        self._give(place, ctypes.addressof(self.kept[-1]))

    def do_ConvertSidToStringSidW(self, sid, text):
        self._give_text(text, SID_TEXT if sid == SID else "AC")
        return 1

    def do_ConvertStringSidToSidW(self, text, sid):
        assert text == "S-1-15-2-1"
        self._give(sid, ALL_PACKAGES)
        return 1

    def do_GetNamedSecurityInfoW(self, path, kind, what, *rest):
        assert (kind, what) == (1, 4)
        self.reading = path
        return 0

    def do_ConvertSecurityDescriptorToStringSecurityDescriptorW(self, _d, _revision, _what, text, _length):
        entries = "".join(f"(A;OICI;0x1200a9;;;{who})" for who in sorted(self.lists.get(self.reading, set())))
        self._give_text(text, f"D:{entries}(A;;FA;;;BA)")
        return 1

    def do_SetEntriesInAclW(self, count, entry, _old, _new):
        entry = ctypes.cast(entry, ctypes.POINTER(api.ExplicitAccess)).contents
        assert (count, entry.Trustee.TrusteeForm) == (1, 0)
        self.entry = (entry.grfAccessMode, entry.grfAccessPermissions, entry.grfInheritance, entry.Trustee.ptstrName)
        return 0

    def do_SetNamedSecurityInfoW(self, path, *_):
        mode, _rights, _below, sid = self.entry
        who = "AC" if sid == ALL_PACKAGES else SID_TEXT
        (self.lists.setdefault(path, set()).add if mode == api.GRANT_ACCESS else self.lists[path].discard)(who)
        return 0

    def do_CreateJobObjectW(self, *_):
        return JOB

    def do_SetInformationJobObject(self, _job, kind, what, size):
        self.started[f"job {kind}"] = ctypes.string_at(ctypes.cast(what, ctypes.c_void_p), size)
        return 1

    def do_InitializeProcThreadAttributeList(self, attributes, count, _flags, size):
        ctypes.cast(size, ctypes.POINTER(ctypes.c_size_t))[0] = 96
        return int(attributes is not None)

    def do_UpdateProcThreadAttribute(self, _list, _flags, which, value, size, *_):
        self.started[f"attribute {which:#x}"] = ctypes.string_at(ctypes.cast(value, ctypes.c_void_p), size)
        return 1

    def do_CreateProcessW(self, program, line, _p, _t, inherit, flags, environment, folder, info, made):
        startup = ctypes.cast(info, ctypes.POINTER(api.StartupInfoEx)).contents.StartupInfo
        self.started |= {
            "line": line.value, "inherit": inherit, "flags": flags, "folder": folder, "program": program,
            "streams": (startup.hStdInput, startup.hStdOutput, startup.hStdError),
            "environment": ctypes.wstring_at(environment, 9),
        }  # fmt: skip
        information = ctypes.cast(made, ctypes.POINTER(api.ProcessInformation)).contents
        information.hProcess, information.hThread = PROCESS, THREAD
        return 1

    def do_GetExitCodeProcess(self, _process, code):
        ctypes.cast(code, ctypes.POINTER(ctypes.c_uint32))[0] = 3
        return 1

    def do_GetTokenInformation(self, _token, kind, answer, _size, _length):
        assert kind == 29
        ctypes.cast(answer, ctypes.POINTER(ctypes.c_uint32))[0] = int(self.answers.get("contained", False))
        return 1

    def do_IsProcessInJob(self, _process, _job, answer):
        ctypes.cast(answer, ctypes.POINTER(ctypes.c_int32))[0] = 1
        return 1


@pytest.fixture
def last_error(monkeypatch):
    monkeypatch.setattr(api.Windows, "last_error", lambda self: OSError(5, "Access is denied"))


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_structures_have_the_layout_of_windows(name, size):
    assert ctypes.sizeof(getattr(api, name)) == size


def test_a_job_lets_one_process_run_with_so_much_memory():
    fake = Fake()
    assert make_job(fake.windows, 5 * 2**20) == JOB
    limits = api.ExtendedLimits.from_buffer_copy(fake.started["job 9"])
    assert limits.BasicLimitInformation.LimitFlags == 0x8 | 0x100 | 0x400 | 0x2000
    assert limits.BasicLimitInformation.ActiveProcessLimit == 1
    assert limits.ProcessMemoryLimit == 5 * 2**20
    assert int.from_bytes(fake.started["job 4"], "little") == 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x80
    unlimited = Fake()
    make_job(unlimited.windows, None)
    assert not api.ExtendedLimits.from_buffer_copy(unlimited.started["job 9"]).BasicLimitInformation.LimitFlags & 0x100


def test_a_process_is_in_its_job_before_it_does_anything():
    fake = Fake()
    start = Start(["C:\\a b\\python.exe", "-m", "app"], {"B": "2", "A": "1"}, Path("C:\\a b"), (11, 12, 12))
    assert run_contained(fake.windows, start, SID, JOB) == 3
    names = fake.names()
    order = ["CreateProcessW", "AssignProcessToJobObject", "ResumeThread", "WaitForSingleObject", "GetExitCodeProcess"]
    assert sorted(order, key=names.index) == order
    assert fake.started["flags"] == 0x80000 | 0x4 | 0x400 | 0x08000000
    assert (fake.started["line"], fake.started["program"]) == ('"C:\\a b\\python.exe" -m app', "C:\\a b\\python.exe")
    assert fake.started["environment"] == "A=1\0B=2\0\0"
    assert fake.started["streams"] == (11, 12, 12)
    capabilities = api.SecurityCapabilities.from_buffer_copy(fake.started["attribute 0x20009"])
    assert (capabilities.AppContainerSid, capabilities.Capabilities, capabilities.CapabilityCount) == (SID, None, 0)
    handles = (ctypes.c_void_p * 2).from_buffer_copy(fake.started["attribute 0x20002"])
    assert list(handles) == [11, 12]  # each once, or Windows refuses the list


@pytest.mark.parametrize(("fails", "answer"), [("AssignProcessToJobObject", 0), ("ResumeThread", 0xFFFFFFFF)])
def test_a_process_that_cannot_be_held_never_runs(fails, answer, last_error):
    fake = Fake(**{fails: answer})
    with pytest.raises(OSError, match="denied"):
        run_contained(fake.windows, Start(["x"], {"A": "1", "B": "2"}, Path(), (1, 2, 3)), SID, JOB)
    assert "WaitForSingleObject" not in fake.names()
    assert fake.asked[-3:] == [("TerminateProcess", PROCESS, 1), ("CloseHandle", THREAD), ("CloseHandle", PROCESS)]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "papers").mkdir()
    (tmp_path / "program").mkdir()
    return tmp_path


def test_a_container_reads_what_it_was_made_for_and_leaves_nothing(files):
    fake = Fake()
    papers, program = str(files / "papers"), str(files / "program")
    with container(fake.windows, "extractor", [files / "papers", files / "gone"], [files / "program"]) as sid:
        assert sid == SID
        assert fake.lists == {papers: {SID_TEXT}, program: {"AC"}}
        assert fake.entry == (api.GRANT_ACCESS, 0xA0000000, 3, SID)  # read and run, for all below
        assert "DeleteAppContainerProfile" not in fake.names()
    assert fake.lists == {papers: set(), program: {"AC"}}
    assert "DeleteAppContainerProfile" in fake.names()


def test_what_another_process_uses_is_left_to_it(files):
    fake = Fake()
    name = container_name("extractor", [files / "papers"])
    with container(fake.windows, "extractor", [files / "papers"], []):
        fake.others = {f"Local\\{name}"}
    assert fake.lists == {str(files / "papers"): {SID_TEXT}}
    assert "DeleteAppContainerProfile" not in fake.names()


def test_a_container_that_was_left_behind_is_taken_up(files):
    fake = Fake(CreateAppContainerProfile=api.ALREADY_EXISTS - 2**32)  # as a signed number
    fake.lists = {str(files / "papers"): {SID_TEXT}, str(files / "program"): {"AC"}}
    with container(fake.windows, "engine", [files / "papers"], [files / "program"]):
        assert "SetNamedSecurityInfoW" not in fake.names()  # a tree of files takes Windows seconds
    assert fake.lists[str(files / "papers")] == set()


def test_no_two_sets_of_files_share_a_container():
    names = {
        container_name("engine", [Path("/a")]),
        container_name("engine", [Path("/b")]),
        container_name("engine", [Path("/a"), Path("/b")]),
        container_name("engine", []),
        container_name("extractor", [Path("/a")]),
    }
    assert len(names) == 5
    assert max(map(len, names)) <= 64
    assert container_name("engine", [Path("/b"), Path("/A")]) == container_name("engine", [Path("/a"), Path("/B")])


@pytest.fixture
def on_windows(monkeypatch):
    def put(fake):
        monkeypatch.setattr(facade, "load_windows", lambda: fake.windows)
        monkeypatch.setattr(facade, "_standard_streams", lambda: (11, 12, 13))
        monkeypatch.setattr(facade, "program_files", lambda: ())
        return fake

    return put


def test_a_role_is_started_again_in_a_container(on_windows, files, monkeypatch):
    fake = on_windows(Fake())
    monkeypatch.setattr(facade.sys, "_base_executable", "C:\\Python\\python.exe", raising=False)
    command = [facade.sys.executable, "-m", "app", "--role=extractor"]
    assert facade.run_in_container("extractor", [files / "papers"], command) == 3
    assert fake.started["line"] == "C:\\Python\\python.exe -m app --role=extractor"  # one process, not a redirector
    assert api.ExtendedLimits.from_buffer_copy(fake.started["job 9"]).ProcessMemoryLimit == 2**30
    assert fake.asked[-1] == ("CloseHandle", JOB)


def test_inside_it_goes_on_and_says_what_holds(on_windows):
    fake = on_windows(Fake(contained=True))
    assert facade.run_in_container("engine", [], ["x"]) is None
    assert facade.seal_by_kernel("engine", fake.windows) == [
        "network by the kernel (AppContainer)",
        "files by the kernel (AppContainer)",
        "no other program, no clipboard, no desktop (job)",
    ]


@pytest.mark.parametrize("role", ["desk", "fetcher"])
def test_other_roles_have_none_and_say_so(on_windows, role):
    fake = on_windows(Fake())
    assert facade.run_in_container(role, [], ["x"]) is None
    assert facade.seal_by_kernel(role, fake.windows) == []


def test_a_role_without_its_container_does_not_start(on_windows, monkeypatch):
    on_windows(Fake(CreateAppContainerProfile=0x80070005 - 2**32))
    with pytest.raises(SealFailed, match=r"into a container of Windows \(no container can be made, 0x80070005\)"):
        facade.run_in_container("engine", [], ["x"])
    monkeypatch.setenv("LLAMA_DESK_CONTAINED", "1")
    with pytest.raises(SealFailed, match="started without its container"):
        facade.run_in_container("engine", [], ["x"])
