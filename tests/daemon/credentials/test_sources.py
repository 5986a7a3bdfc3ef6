"""sources: what each way to name a credential answers."""

import os
import sys
from pathlib import Path

from switchgeard.core.provider import Command, Env, File, NoCredential, Passthrough, Systemd
from switchgeard.credentials.secret import Broken, Missing, Ready, Secret
from switchgeard.credentials.sources import read_source, without_keys


def private(path: Path, text: str = "sk-1\n", mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


async def test_a_variable_is_read_from_the_environment_of_the_start() -> None:
    """Only the one named; unset and empty are missing."""
    environ = {"MINE": "sk-1", "OPENAI_API_KEY": "stray", "EMPTY": ""}
    assert await read_source(Env("MINE"), environ) == Ready(Secret("sk-1"))
    for name in ("OTHER", "EMPTY"):
        found = await read_source(Env(name), environ)
        assert isinstance(found, Missing)
        assert name in found.reason


async def test_a_file_is_read_and_its_home_expanded(tmp_path: Path) -> None:
    """A private one; another is refused."""
    path = private(tmp_path / "key")
    assert await read_source(File(str(path)), {}) == Ready(Secret("sk-1"))
    path.chmod(0o644)
    assert isinstance(await read_source(File(str(path)), {}), Broken)
    assert isinstance(await read_source(File("~/no/such/key"), {}), Missing)


async def test_a_systemd_credential_is_read_from_its_directory(tmp_path: Path) -> None:
    """systemd may open it to our group; without a unit there is none."""
    private(tmp_path / "openai", mode=0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert await read_source(Systemd("openai"), environ) == Ready(Secret("sk-1"))
    assert isinstance(await read_source(Systemd("other"), environ), Missing)
    found = await read_source(Systemd("openai"), {})
    assert isinstance(found, Missing)
    assert "LoadCredential=openai" in found.hint


async def test_a_program_does_not_see_the_credentials_of_others() -> None:
    """Neither variables the config names nor what is plainly an API key."""
    script = "import os; print(','.join(sorted(os.environ)))"
    environ = {"PATH": os.environ["PATH"], "LC_CTYPE": "C.UTF-8", "MINE": "a", "OPENAI_API_KEY": "b", "HOME": "/"}
    found = await read_source(Command((sys.executable, "-c", script)), environ, hidden=["MINE"])
    assert found == Ready(Secret("HOME,LC_CTYPE,PATH"))


async def test_an_open_endpoint_needs_nothing() -> None:
    """`none` and `passthrough` are ready without a secret."""
    assert await read_source(NoCredential(), {}) == Ready(None)
    assert await read_source(Passthrough(), {}) == Ready(None)


def test_keys_are_taken_out_of_an_environment_and_nothing_else() -> None:
    """What password managers need stays."""
    environ = {"OP_SERVICE_ACCOUNT_TOKEN": "x", "GROQ_API_KEY": "y", "MINE": "z", "DISPLAY": ":0"}
    assert without_keys(environ, ["MINE"]) == {"OP_SERVICE_ACCOUNT_TOKEN": "x", "DISPLAY": ":0"}
