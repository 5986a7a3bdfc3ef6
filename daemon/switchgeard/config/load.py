"""The text of config.toml into a Config, or into every problem found in it. Pure.

Rules for editing: a check belongs beside what it checks (`accounts`, `groups`, `destination`);
here is only the order of things and what spans several tables.
"""

import re
import tomllib
from typing import Any

from msgspec.structs import replace

from switchgear_protocol.words import StickyMode
from switchgeard.core.harmless import harmless
from switchgeard.core.offer import Catalog, FailoverPolicy, MergedModel, RoutingPolicy
from switchgeard.core.prompt_format import FIELDS, unknown_field

from .accounts import read_providers
from .advice import advice
from .destination import listener
from .explain import Fault, read_table
from .groups import Known, read_models
from .overlay import failover, overlaid
from .place import Path, Span, nearest_line, spans
from .problem import EDIT, Problem, meant
from .schema import DefaultsTable, Document, GroupingTable, HTTPTable, PromptTable, SpendTable
from .settled import Config, HTTPDoor, PromptStyle

LARGEST = 256 * 1024  # bytes; a hundred providers take thirty thousand, and a mistake on every line takes time
DEEPEST = 32  # steps of a dotted key: ours have three, and the TOML parser takes quadratic time over them


def load(text: str, path: str, revision: int) -> Config | list[Problem]:
    """The config a text stands for, or its problems in the order of the file. Never raises."""
    raw = parse(text)
    if isinstance(raw, Problem):
        return [raw]
    faults: list[Fault] = []
    config = _config(raw, path, revision, faults)
    if faults or config is None:
        return located(faults, text, raw)
    return config


def parse(text: str) -> dict[str, Any] | Problem:
    """The TOML as dicts and lists, or what is wrong with it as TOML, with line and column."""
    if problem := _absurd(text):
        return problem
    try:
        return tomllib.loads(text)
    except RecursionError:
        return Problem("lists or tables are nested too deep", hint=EDIT)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        return Problem(f"not valid TOML: {error}", hint=EDIT, line=line)
    except ValueError:
        return Problem("not valid TOML: a number has too many digits", hint=EDIT)


def _absurd(text: str) -> Problem | None:
    """What no config is, and what would keep the parser busy for minutes."""
    if len(text) > LARGEST:
        return Problem(f"is larger than {LARGEST >> 10} KiB, so it is not a config")
    for number, line in enumerate(text.split("\n"), 1):
        key = line.partition("=")[0].lstrip()
        if key.count(".") >= DEEPEST and not key.startswith("#"):
            return Problem(f"a key has more than {DEEPEST} steps", hint=EDIT, line=number)
    return None


def _config(raw: dict[str, Any], path: str, revision: int, faults: list[Fault]) -> Config | None:
    document = read_table(raw, Document, (), faults)
    if document is None:
        return None
    defaults = read_table(document.defaults, DefaultsTable, ("defaults",), faults) or DefaultsTable()
    providers = read_providers(document.providers, defaults.timeouts, faults)
    models = read_models(document.models, Known(providers, _ids(document.providers), defaults), faults)
    _check_default_window(defaults, models, faults)
    grouping = read_table(document.grouping, GroupingTable, ("grouping",), faults) or GroupingTable()
    spend = read_table(document.spend, SpendTable, ("spend",), faults) or SpendTable()
    config = Config(
        path=path,
        revision=revision,
        providers=providers,
        catalog=Catalog(models, revision),
        routing=overlaid(RoutingPolicy(), defaults.routing),
        failover=failover(FailoverPolicy(), defaults.failover),
        grouping=grouping.auto,
        metered=spend.metered,
        usd_per_day=spend.usd_per_day,
        usd_per_session=spend.usd_per_session,
        http=_door(document.http, faults),
        prompt=_prompt(document.prompt, faults),
    )
    return replace(config, warnings=advice(config))


def _ids(raw: list[Any]) -> frozenset[str]:
    """The ids of all providers written down, the faulty ones too."""
    names = (entry.get("id") for entry in raw if isinstance(entry, dict))
    return frozenset(name for name in names if isinstance(name, str))


def _check_default_window(defaults: DefaultsTable, models: dict[str, MergedModel], faults: list[Fault]) -> None:
    modes = {defaults.routing.sticky_mode, *(model.routing.sticky_mode for model in models.values())}
    if defaults.routing.window is not None and StickyMode.TIME_WINDOW not in modes:
        path = ("defaults", "routing", "window")
        faults.append(Fault(path, 'has a meaning only with sticky_mode = "time_window"'))


def _door(raw: dict[str, Any], faults: list[Fault]) -> HTTPDoor:
    table = read_table(raw, HTTPTable, ("http",), faults) or HTTPTable()
    try:
        return HTTPDoor(listener(table.listen) if table.listen else None, table.unix)
    except ValueError as fault:
        faults.append(Fault(("http", "listen"), str(fault)))
        return HTTPDoor()


def _prompt(raw: dict[str, Any], faults: list[Fault]) -> PromptStyle:
    table = read_table(raw, PromptTable, ("prompt",), faults) or PromptTable()
    style = PromptStyle(table.format, table.show)
    if wrong := unknown_field(style.format):
        said = f"names no field of the prompt; they are {', '.join(FIELDS)}"
        faults.append(Fault(("prompt", "format"), said, meant(wrong, FIELDS)))
    elif (plain := style.format.replace("{", "").replace("}", "")) != harmless(plain, len(plain)):
        faults.append(Fault(("prompt", "format"), "has characters that a shell's prompt would not show as they are"))
    return style


def located(faults: list[Fault], text: str, raw: dict[str, Any]) -> list[Problem]:
    """Faults as problems, with the key path as people read it and its line, in the order of the file."""
    places = _places(text)
    problems = [
        Problem(fault.message, spelled(fault.path, raw), fault.hint, nearest_line(text, places, fault.path))
        for fault in faults
    ]
    return sorted(problems, key=lambda problem: problem.line or 0)


def _places(text: str) -> dict[Path, Span]:
    try:
        return spans(text)
    except (ValueError, IndexError, RecursionError):
        return {}  # a problem without its line is better than none


def spelled(path: Path, raw: dict[str, Any]) -> str:
    """`("models", 0, "group", 2)` -> `models["opus-4.6"].group[2]`"""
    text = ""
    node: Any = raw
    for depth, step in enumerate(path):
        node = _inside(node, step)
        if isinstance(step, int):
            alias = node.get("alias") if depth == 1 and path[0] == "models" and isinstance(node, dict) else None
            text += f'["{alias}"]' if isinstance(alias, str) and alias.isprintable() else f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def _inside(node: Any, step: str | int) -> Any:
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return node.get(step) if isinstance(node, dict) else None
