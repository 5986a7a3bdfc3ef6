"""Bundle: an archive to attach to a report: what was found, seen and believed, without secrets.

Rules for editing: everything in it goes through `redaction`. Nobody else may read it; an existing file is never
replaced. Each part is bounded, and one that cannot be had is a line that says so.
"""

from __future__ import annotations

import errno
import io
import json
import os
import platform
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from switchgear.cli.failed import CommandError
from switchgear_protocol.paths import config_path, state_dir

from .finding import Finding
from .redaction import config, masked, without_secrets

if TYPE_CHECKING:
    from .daemon import Answer

LOG_TAIL = 256 * 1024  # bytes
LARGEST = 4 * 1024 * 1024  # bytes of one part
ASKED = {
    "status.json": ("status", {}),
    "providers.json": ("providers/list", {}),
    "quota.json": ("quota/list", {}),
    "sessions.json": ("sessions/list", {}),
    "usage.json": ("usage/query", {"by": ["provider", "day"]}),
}
"""Parts that are a reply of the daemon: name -> method and params."""


def parts(findings: Sequence[Finding], version: str, ask: Answer | None) -> dict[str, str]:
    """File name -> text, everything redacted."""
    made = {
        "doctor.json": _json([one._asdict() for one in findings]),
        "machine.json": _json(machine(version)),
        "config.json": _config(),
        "daemon.log": _log(),
    }
    for name, (method, params) in ASKED.items():
        made[name] = _reply(ask, method, params)
    return {name: text[:LARGEST] for name, text in made.items()}


def machine(version: str) -> dict[str, str]:
    """Names of versions and systems, and none of this machine."""
    return {
        "switchgear": version,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "encoding": sys.getfilesystemencoding(),
        "terminal": os.environ.get("TERM", ""),
        "language": os.environ.get("LC_ALL") or os.environ.get("LANG", ""),
    }


def write(path: str, made: Mapping[str, str], wall: float) -> int:
    """The archive, mode 0600; its size in bytes. CommandError where it cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = "it is there already and is not overwritten" if error.errno == errno.EEXIST else str(error.strerror)
        raise CommandError(f"cannot write {path}", why, "switchgear doctor --bundle ANOTHER.tar.gz") from None
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in made.items():
            _add(archive, name, text.encode("utf-8", "replace"), wall)
    return os.stat(path).st_size


def _add(archive: tarfile.TarFile, name: str, data: bytes, wall: float) -> None:
    about = tarfile.TarInfo(f"switchgear-doctor/{name}")
    about.size, about.mode, about.mtime = len(data), 0o600, int(wall)
    archive.addfile(about, io.BytesIO(data))


def _json(value: object) -> str:
    return json.dumps(without_secrets(value), indent=2, ensure_ascii=False) + "\n"


def _reply(ask: Callable[[str, dict[str, Any]], Any] | None, method: str, params: dict[str, Any]) -> str:
    if ask is None:
        return _json({"absent": "no daemon runs"})
    try:
        return _json(ask(method, params))
    except CommandError as error:
        return _json({"absent": error.what})


def _config() -> str:
    try:
        with open(config_path(), "rb") as file:
            return json.dumps(config(tomllib.loads(file.read(LARGEST).decode())), indent=2, ensure_ascii=False) + "\n"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return _json({"absent": type(error).__name__})


def _log() -> str:
    """Its last lines. The daemon masks what it writes; this is the second net."""
    try:
        with open(f"{state_dir()}/daemon.log", "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - LOG_TAIL, 0))
            return "\n".join(_lines(file.read().decode("utf-8", "replace").splitlines()))
    except OSError as error:
        return f"absent: {error.strerror}\n"


def _lines(found: Iterable[str]) -> Iterable[str]:
    return (masked(line) for line in found)
