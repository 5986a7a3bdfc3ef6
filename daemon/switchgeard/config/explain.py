"""One table of the file into its struct, with every fault in it named in the user's words.

msgspec stops at the first fault, so the faulty key is taken out and the rest read again. Values
are repeated only where they are one of our own words misspelt: people paste keys into this file.
"""

import re
from itertools import takewhile
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, inspect
from msgspec.structs import fields

from .place import Path
from .problem import listed, meant
from .schema import decode

T = TypeVar("T", bound=Struct)


class Fault(Struct, frozen=True):
    """A problem whose place in the text is not known yet."""

    path: Path
    message: str
    hint: str | None = None


MISPLACED_SECRETS = ("api_key", "apikey", "api-key", "key", "token", "secret", "password", "access_token")
KEEP_OUT = "does not belong in this file: switchgear login PROVIDER"
SOURCES = '{env = "NAME"}, {file = "PATH"}, {command = ["PROGRAM", ...]}, {systemd = "NAME"}'
TYPE_WORDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false",
    "array": "a list", "object": "a table", "null": "nothing", "datetime": "a date", "date": "a date", "time": "a time",
}  # fmt: skip
BOUNDS = (
    (re.compile(r"Expected `(?:str|array)` of length >= 1$"), "must not be empty"),
    (re.compile(r"Expected `str` of length <= (\d+)"), r"must be at most \1 characters long"),
    (re.compile(r"Expected `array` of length <= (\d+)"), r"must have at most \1 entries"),
    (re.compile(r"Expected `(?:int|float)` >= ([\d.]+)"), r"must be \1 or more"),
    (re.compile(r"Expected `(?:int|float)` <= ([\d.]+)"), r"must be \1 or less"),
)
"""msgspec's words for a bound, and ours."""


def read_table(raw: object, shape: type[T], path: Path, faults: list[Fault]) -> T | None:
    """The struct in `raw`, or what is left of it without its faulty optional keys; faults are added.

    None when nothing usable is left: not a table, or a required key missing or faulty.
    """
    while True:
        try:
            return msgspec.convert(raw, shape, dec_hook=decode)
        except msgspec.ValidationError as error:
            fault, culprit = _fault(str(error), shape, path)
        faults.append(fault)
        smaller = _without(raw, culprit)
        if smaller is None or _required(shape, culprit):
            return None
        raw = smaller


def _fault(text: str, shape: type[Struct], base: Path) -> tuple[Fault, Path]:
    """The fault msgspec describes, and the path (from the table) of the key to take out."""
    what, _, at = text.partition(" - at `$")
    local = _steps(at.rstrip("`"))
    if found := re.match(r"Object (contains unknown|missing required) field `(.*)`$", what, re.DOTALL):
        place, key = _at(shape, local), found[2]
        if found[1].startswith("missing"):
            return Fault((*base, *local, key), "is missing, and needed"), ()
        return _unknown(base + local, key, place), (*local, key)
    return Fault(base + local, *_words(what, base + local, _at(shape, local))), local


def _unknown(table: Path, key: str, place: list[inspect.Type]) -> Fault:
    known = [field.name for node in place if isinstance(node, inspect.StructType) for field in node.fields]
    hint = meant(key, known) or f"known here: {', '.join(known)}"
    if key.lower() in MISPLACED_SECRETS:
        hint = "a secret " + KEEP_OUT
    return Fault((*table, key), "unknown key", hint)


def _words(what: str, path: Path, place: list[inspect.Type]) -> tuple[str, str | None]:
    """(message, hint) for a wrong value."""
    if words := _choices(place):
        return _choice(what, words, secret="credential" in path)
    for pattern, ours in BOUNDS:
        if found := pattern.match(what):
            return found.expand(ours), None
    if found := re.match(r"Expected `(.*)`, got `(.*)`$", what):
        wanted = [TYPE_WORDS.get(name, name) for name in found[1].split(" | ") if name != "null"]
        return f"must be {' or '.join(wanted)}, not {TYPE_WORDS.get(found[2], found[2])}", None
    return what, None


def _choice(what: str, words: list[str], secret: bool) -> tuple[str, str | None]:
    if secret:
        return f"must be {listed(words)}, or one of {SOURCES}", "a secret itself " + KEEP_OUT
    found = re.match(r"Invalid enum value '(\w{1,40})'", what)
    return f"must be {listed(words)}", meant(found[1], words) if found else None


def _steps(at: str) -> Path:
    """`.group[2].provider` -> ("group", 2, "provider")"""
    found = re.findall(r"\.([^.\[]+)|\[(\d+)\]", at)
    return tuple(name or int(index) for name, index in found)


def _at(shape: type[Struct], path: Path) -> list[inspect.Type]:
    """What may stand at a path in a struct: the arms of its type."""
    arms = _arms(inspect.type_info(shape))
    for step in path:
        arms = [arm for node in arms for arm in _inside(node, step)]
    return arms


def _arms(node: inspect.Type) -> list[inspect.Type]:
    return list(node.types) if isinstance(node, inspect.UnionType) else [node]


def _inside(node: inspect.Type, step: str | int) -> list[inspect.Type]:
    if isinstance(node, inspect.ListType):
        return _arms(node.item_type)
    fields = node.fields if isinstance(node, inspect.StructType) else ()
    return next((_arms(field.type) for field in fields if field.name == step), [])


def _choices(place: list[inspect.Type]) -> list[str]:
    """The words allowed at a place, when it takes words."""
    enums = [[str(word.value) for word in node.cls] for node in place if isinstance(node, inspect.EnumType)]
    literals = [[str(word) for word in node.values] for node in place if isinstance(node, inspect.LiteralType)]
    return [word for words in (*enums, *literals) for word in words]


def _required(shape: type[Struct], culprit: Path) -> bool:
    """Whether the table is no use without its faulty key."""
    return culprit[:1] in [(field.name,) for field in fields(shape) if field.required]


def _without(raw: object, culprit: Path) -> dict[str, Any] | None:
    """The table without the key at `culprit` (a list goes as a whole); None when there is no such key."""
    names = tuple(str(step) for step in takewhile(lambda step: isinstance(step, str), culprit))
    if not names or not isinstance(raw, dict):
        return None
    if len(names) == 1:
        return {key: value for key, value in raw.items() if key != names[0]}
    return {**raw, names[0]: _without(raw[names[0]], names[1:])}
