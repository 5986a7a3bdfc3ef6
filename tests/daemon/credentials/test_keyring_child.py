"""keyring_child: the real child process, over a keyring library made up for the test.

The made-up one keeps its items in a file and tells what it sees; no developer's own keyring is touched.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from switchgeard.credentials.keyring_backend import ALLOWED, ITEM, SERVICE
from switchgeard.credentials.keyring_child import LIFETIME
from switchgeard.credentials.keyring_program import environment
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.keyring_wire import LONGEST_MESSAGE, Request, decode_answer, encode
from switchgeard.credentials.secret import LONGEST, Answer, Broken, Locked, Missing, Ready, Secret

BACKEND = """
import ctypes, json, os, pathlib, resource, signal, sys
FOLDER = pathlib.Path(__file__).parents[2]

class Keyring:
    priority = 5

    def get_password(self, service, username):
        print("noise of a library"); os.write(1, b"more noise"); sys.stdout.flush()
        self.tell()
        exec((FOLDER / "fault.py").read_text())
        items = FOLDER / "items.json"
        return json.loads(items.read_text()).get(service + username) if items.exists() else None

    def set_password(self, service, username, password):
        (FOLDER / "items.json").write_text(json.dumps({service + username: password}))

    def tell(self):
        dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
        (FOLDER / "seen.json").write_text(json.dumps({
            "environ": dict(os.environ), "argv": sys.orig_argv, "core": resource.getrlimit(resource.RLIMIT_CORE),
            "dumpable": dumpable, "alarm": signal.alarm(10), "trio": "trio" in sys.modules,
        }))
"""
ERRORS = "class InitError(Exception): pass\nclass KeyringLocked(Exception): pass\n"
START = "import sys; sys.path.insert(0, {!r}); from switchgeard.credentials.keyring_child import main; sys.exit(main())"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder holding a package `keyring`; `fault.py` there is run in every read."""
    backends = tmp_path / "keyring" / "backends"
    backends.mkdir(parents=True)
    for package in (backends, backends.parent):
        (package / "__init__.py").write_text("")
    (backends.parent / "errors.py").write_text(ERRORS)
    for name in ("macOS", "SecretService"):
        assert f"keyring.backends.{name}" in ALLOWED
        (backends / f"{name}.py").write_text(BACKEND)
    (tmp_path / "fault.py").write_text("")
    return tmp_path


def child(library: Path) -> tuple[str, ...]:
    return (sys.executable, "-P", "-c", START.format(str(library)))


def asked(library: Path, request: bytes) -> Answer:
    """What the child answers; its stdout holds nothing else."""
    done = run(child(library), request)
    assert done.returncode == 0, done.stderr
    return decode_answer(done.stdout)


def run(argv: Sequence[str], request: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(argv, input=request, env=environment(os.environ), capture_output=True, timeout=60)


async def test_what_is_written_through_children_is_read_back(library: Path) -> None:
    """Each call a process of its own; the longest secret there can be fits."""
    store = KeyringStore(argv=child(library))
    long = Secret('"' * LONGEST)
    assert await store.write("a", Secret("sk-a")) == Ready(Secret("sk-a"))
    assert await store.write("b", long) == Ready(long)
    assert await store.read("a") == Ready(Secret("sk-a"))
    assert await store.read("b") == Ready(long)
    assert isinstance(await store.delete("a"), Missing)
    assert isinstance(await store.read("a"), Missing)
    bundle = json.loads(json.loads((library / "items.json").read_text())[SERVICE + ITEM])
    assert set(bundle) == {"b"}


async def test_the_secret_is_only_in_the_pipe(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the child's arguments or environment, where the daemon's keys are not either; no core, no trio."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-CANARY-env")
    await KeyringStore(argv=child(library)).write("a", Secret("sk-CANARY-1"))
    text = (library / "seen.json").read_text()
    assert "CANARY" not in text
    seen = json.loads(text)
    assert (seen["core"], seen["dumpable"], seen["trio"]) == ([0, 0], 0, False)


def test_the_child_ends_by_itself_when_nobody_ends_it(library: Path) -> None:
    """The daemon may be killed while a secret store hangs."""
    asked(library, encode(Request("read", "a")))
    assert 0 < json.loads((library / "seen.json").read_text())["alarm"] <= LIFETIME
    (library / "fault.py").write_text("signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()")
    assert run(child(library), encode(Request("read", "a"))).returncode == -14


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("from keyring.errors import KeyringLocked; raise KeyringLocked('sk-CANARY0123456789abcdef')", Locked),
        ("raise OSError('sk-CANARY0123456789abcdef')", Broken),
    ],
)
def test_a_fault_of_the_store_is_an_answer(library: Path, fault: str, kind: type[Answer]) -> None:
    """It is judged in the child; no traceback, no secret."""
    (library / "fault.py").write_text(fault)
    done = run(child(library), encode(Request("read", "a")))
    assert isinstance(decode_answer(done.stdout), kind)
    assert b"CANARY" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("request_", [b"", b"{}", b"\xff", b'"' + b"x" * (LONGEST_MESSAGE + 10) + b'"'])
def test_what_is_no_request_touches_no_keyring(library: Path, request_: bytes) -> None:
    """Answered, and bounded."""
    found = asked(library, request_)
    assert isinstance(found, Broken)
    assert not (library / "seen.json").exists()


def test_without_the_keyring_library_the_other_sources_are_named(library: Path) -> None:
    """Also when it is there and damaged."""
    for file in (library / "keyring").rglob("*.py"):
        file.write_text("raise RuntimeError('damaged')")
    found = asked(library, encode(Request("read", "a")))
    assert isinstance(found, Broken)
    assert "no OS keyring works here" in found.reason
    assert msgspec.json.decode(encode(found))["type"] == "Broken"
