"""What is installed, and what importing it costs: thinness is a test, not a promise."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from switchgeard import __version__

ROOT = Path(__file__).parent.parent
ROOTS = os.pathsep.join(str(ROOT / folder) for folder in ("protocol", "client", "daemon"))

UNITS = ("switchgeard.service", "switchgeard.socket", "dev.switchgear.daemon.plist")

HEAVY = {
    "trio",
    "httpx",
    "h11",
    "keyring",
    "structlog",
    "platformdirs",
    "tomlkit",
    "asyncio",
    "sqlite3",
    "ssl",
    "email",
}


def run(*argv: str) -> str:
    """Standard output of a fresh interpreter that knows our three roots and nothing of this one's."""
    environment = {"PYTHONPATH": ROOTS, "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *argv], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """Top-level names of everything this import loads, beyond what a bare interpreter has."""
    script = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    return {name.partition(".")[0] for name in run("-c", script).split()}


def test_the_client_library_needs_only_msgspec() -> None:
    """Plugin authors pay for one package."""
    foreign = loaded_by("import switchgear") - set(sys.stdlib_module_names)
    assert foreign <= {"switchgear", "switchgear_protocol", "msgspec"}


def test_the_client_library_loads_nothing_heavy() -> None:
    """No event loop, no TLS, and nothing of the daemon."""
    assert loaded_by("import switchgear") & (HEAVY | {"switchgeard"}) == set()


def test_the_command_starts_without_msgspec() -> None:
    """`switchgear --help` and a typo must answer at once."""
    assert loaded_by("import switchgear.cli") & (HEAVY | {"msgspec", "switchgeard"}) == set()


def test_the_daemons_arguments_are_read_before_anything_is_loaded() -> None:
    """`switchgeard --version` is instant."""
    assert loaded_by("import switchgeard.__main__") & (HEAVY | {"msgspec"}) == set()


def test_the_demo_ships_only_what_it_runs() -> None:
    """What only tests script is theirs: each of its modules is loaded by the command."""
    script = "import sys, switchgeard.demo.__main__; print(*sys.modules)"
    loaded = {name.rpartition(".")[2] for name in run("-c", script).split() if "switchgeard.demo." in name}
    assert loaded == {path.stem for path in (ROOT / "daemon/switchgeard/demo").glob("*.py")} - {"__init__"}


def test_the_daemon_serves_without_httpx() -> None:
    """What only logins and model lists need is loaded with them."""
    loaded = loaded_by("import switchgeard.app")
    assert "h11" in loaded
    assert loaded & {"httpx", "httpcore", "keyring"} == set()


def test_the_daemon_says_its_version() -> None:
    """The same as the package's."""
    assert run("-m", "switchgeard", "--version") == f"switchgeard {__version__}\n"
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()


def test_without_the_daemons_extra_the_cure_is_named() -> None:
    """Somebody installed the client only and starts the daemon."""
    script = "import sys; sys.modules['trio'] = None; from switchgeard.__main__ import main; sys.exit(main([]))"
    environment = {"PYTHONPATH": ROOTS, "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "trio is not installed" in done.stderr
    assert "hint: pip install 'switchgear[daemon]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_argument_is_a_usage_error() -> None:
    """Exit code 2 and the flag's name."""
    environment = {"PYTHONPATH": ROOTS, "PATH": os.environ["PATH"]}
    argv = [sys.executable, "-m", "switchgeard", "--idle-exit", "-3"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--idle-exit" in done.stderr


def test_the_folders_are_not_importable_by_their_plain_names() -> None:
    """Nothing named plain `daemon`, `client` or `protocol` may shadow somebody's module."""
    script = "import importlib.util as u; print([u.find_spec(n) for n in ('daemon', 'client', 'protocol')])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={"PYTHONPATH": ROOTS, "PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "[None, None, None]\n"


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed here")
def test_the_wheel_holds_our_three_packages_and_nothing_else(tmp_path: Path) -> None:
    """No .pth (code that runs in every interpreter), no tests, no stray file; licence and type marks are in."""
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    info = f"switchgear-{__version__}.dist-info"
    data = f"switchgear-{__version__}.data"
    assert tops - {data} == {"switchgear", "switchgear_protocol", "switchgeard", info}
    assert not [name for name in names if name.endswith((".pth", ".pyc"))]
    assert {f"{package}/py.typed" for package in ("switchgear", "switchgear_protocol", "switchgeard")} <= set(names)
    assert f"{info}/licenses/LICENSE" in names
    facts = {"switchgeard/catalogue/facts.msgpack.gz", "switchgeard/catalogue/NOTICE"}  # and whose they are
    units = {f"switchgear/cli/service/units/{unit}" for unit in UNITS}
    assert facts | units | {f"{data}/data/share/man/man1/switchgear.1"} <= set(names)
    ours = (name for name in names if not name.startswith((info, data)) and name not in facts | units)
    folders = ("switchgear/cli/prompt_hooks/", "switchgear/cli/completion/")
    shells = {name for name in names if name.startswith(folders) and not name.endswith(".py")}
    texts = {f"{text}.{shell}" for text in ("prompt", "completion") for shell in ("bash", "zsh", "fish")}
    assert texts | {"statusline.sh"} <= {Path(name).name for name in shells}
    assert {name.rpartition(".")[2] for name in ours if name not in shells} <= {"py", "typed"}
    assert zipfile.ZipFile(wheel).getinfo("switchgeard/catalogue/facts.msgpack.gz").file_size <= 300 * 1024
