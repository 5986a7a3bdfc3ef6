"""`[[providers]]`: each table into a Provider, its destination and credential source checked.

The only place where a destination is decided: from the user's own file, else from the kind's row.
"""

import re

from switchgeard.core.offer import Caps
from switchgeard.core.provider import (
    Command,
    CredentialSource,
    Env,
    File,
    Keyring,
    NoCredential,
    Passthrough,
    Provider,
    Systemd,
)
from switchgeard.core.scrub import scrub
from switchgeard.kinds.calls import home
from switchgeard.kinds.kind import Kind, Option
from switchgeard.kinds.known import KINDS

from .destination import destination
from .explain import Fault, read_table
from .label import label
from .overlay import overlaid
from .place import Path
from .problem import listed, meant, shown
from .schema import OPTIONS, CredentialTable, ProviderTable, TimeoutsTable

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
NAMED = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[a-z]+([_.-][a-z]+)*")  # as variables are, however little it reads
SYSTEMD_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
WORDS: dict[str, CredentialSource] = {"keyring": Keyring(), "none": NoCredential(), "passthrough": Passthrough()}
WHOLE_CREDENTIAL = 'must have exactly one of env, file, command, systemd, such as {env = "ANTHROPIC_API_KEY"}'


def read_providers(raw: list[object], defaults: TimeoutsTable, faults: list[Fault]) -> dict[str, Provider]:
    """Every usable provider by id, in the order of the file; faults are added."""
    providers: dict[str, Provider] = {}
    for index, entry in enumerate(raw):
        path: Path = ("providers", index)
        table = read_table(entry, ProviderTable, path, faults)
        if table is None or not _new_id(table.id, path, providers, faults):
            continue
        if provider := _provider(table, defaults, path, faults):
            providers[provider.id] = provider
    return providers


def _new_id(id: str, path: Path, known: dict[str, Provider], faults: list[Fault]) -> bool:
    if not ID.fullmatch(id):
        faults.append(Fault((*path, "id"), "must be letters, digits, dot, dash and underscore, at most 64"))
    elif id in known:
        faults.append(Fault((*path, "id"), f'"{id}" is already the id of another provider', "give each its own id"))
    else:
        return True
    return False


def _provider(table: ProviderTable, defaults: TimeoutsTable, path: Path, faults: list[Fault]) -> Provider | None:
    kind = _kind(table, path, faults)
    credential = _credential(table.credential, kind, (*path, "credential"), faults)
    options = _options(table, kind, path, faults)
    base_url = None if options is None else _base_url(table, kind, options, path, faults)
    if kind is None or credential is None or options is None or base_url is None:
        return None
    return Provider(
        id=table.id,
        kind=kind.name,
        label=table.label or label(table.id),
        base_url=base_url,
        billing=table.billing or kind.billing,
        credential=credential,
        wire=checked_wire(table.wire, kind, path, faults),
        timeouts=overlaid(kind.timeouts, defaults, table.timeouts),
        caps=overlaid(Caps(), table.limits),
        options=options,
        thresholds=tuple(table.thresholds.items()),
    )


def _kind(table: ProviderTable, path: Path, faults: list[Fault]) -> Kind | None:
    if table.kind not in KINDS:
        hint = meant(table.kind, KINDS)
        faults.append(Fault((*path, "kind"), f"kind {shown(table.kind)}is not known; must be {listed(KINDS)}", hint))
    return KINDS.get(table.kind)


def checked_wire(wire: str | None, kind: Kind, path: Path, faults: list[Fault]) -> str | None:
    """The wire as written, if the kind speaks it."""
    if wire is None or wire in kind.wires:
        return wire
    faults.append(Fault((*path, "wire"), f"not spoken by kind {kind.name}, must be {listed(kind.wires)}"))
    return None


def _options(table: ProviderTable, kind: Kind | None, path: Path, faults: list[Fault]) -> dict[str, str] | None:
    """The kind's own keys; None when one is missing, unreadable or another kind's."""
    if kind is None:
        return None
    before, own = len(faults), {option.name: option for option in kind.options}
    for name in OPTIONS:
        if getattr(table, name) is not None and name not in own:
            takes = f"; it takes {listed(own)}" if own else ""
            faults.append(Fault((*path, name), f"is no key of kind {kind.name}{takes}"))
    found = {name: _option(table, option, path, faults) for name, option in own.items()}
    return None if len(faults) > before else {name: value for name, value in found.items() if value is not None}


def _option(table: ProviderTable, option: Option, path: Path, faults: list[Fault]) -> str | None:
    written: str | None = getattr(table, option.name)
    if written is None and option.default is None and option.required:
        faults.append(Fault((*path, option.name), f"is missing: {option.words}"))
    elif written is not None and not re.fullmatch(option.pattern, written):
        faults.append(Fault((*path, option.name), f"is not {option.words}"))
    return written or option.default


def _base_url(
    table: ProviderTable, kind: Kind | None, options: dict[str, str], path: Path, faults: list[Fault]
) -> str | None:
    if kind is not None and kind.program:
        return _program(table, kind, options, path, faults)
    written = table.base_url or (home(kind, options) if kind else None)
    try:
        if written is not None:
            return destination(written, table.insecure_http)
        if kind is not None:
            faults.append(Fault((*path, "base_url"), f"is missing, and kind {kind.name} has no default"))
    except ValueError as fault:
        faults.append(Fault((*path, "base_url"), str(fault)))
    return None


def _program(table: ProviderTable, kind: Kind, options: dict[str, str], path: Path, faults: list[Fault]) -> str | None:
    """What stands for a program where others have an address."""
    if table.base_url is not None:
        faults.append(Fault((*path, "base_url"), f"is no key of kind {kind.name}: it is a program of this machine"))
        return None
    return home(kind, options)


def _credential(
    written: str | CredentialTable | None, kind: Kind | None, path: Path, faults: list[Fault]
) -> CredentialSource | None:
    if written is None:
        return kind.credential if kind else Keyring()
    if isinstance(written, str):
        return WORDS[written]
    match (written.env, written.file, written.command, written.systemd):
        case (str(name), None, None, None):
            return Env(name) if _matches(VARIABLE, name, (*path, "env"), faults) else None
        case (None, str(file), None, None):
            return File(file) if _absolute(file, (*path, "file"), faults) else None
        case (None, None, list(argv), None):
            return Command(tuple(argv)) if _runnable(argv, (*path, "command"), faults) else None
        case (None, None, None, str(name)):
            return Systemd(name) if _matches(SYSTEMD_NAME, name, (*path, "systemd"), faults) else None
    faults.append(Fault(path, WHOLE_CREDENTIAL))
    return None


def _matches(pattern: re.Pattern[str], name: str, path: Path, faults: list[Fault]) -> bool:
    if pattern.fullmatch(name) and (NAMED.fullmatch(name) or scrub(name) == name):  # people paste keys here
        return True
    faults.append(Fault(path, "must be a name of letters, digits and underscores, not the secret itself"))
    return False


def _absolute(file: str, path: Path, faults: list[Fault]) -> bool:
    if file.startswith(("/", "~/")) and "\0" not in file:
        return True
    faults.append(Fault(path, "must be a full path, starting with / or ~/"))
    return False


def _runnable(argv: list[str], path: Path, faults: list[Fault]) -> bool:
    if argv[0] and not any("\0" in part for part in argv):
        return True
    faults.append(Fault(path, "must start with the name of a program"))
    return False
