"""Reading: a client's JSON into typed values, or Unreadable with the place in the client's own words.

A glimpse looks at raw values and does not build them; what it needs of a raw text is here too. Rules for
editing: nothing but Unreadable leaves, and nothing of what was said is quoted in it.
"""

import re
import sys
from typing import Annotated, TypeVar, get_args

import msgspec

from switchgear_protocol.content import Effort
from switchgear_protocol.depth import exceeds
from switchgear_protocol.limits import DEFAULT
from switchgeard.core.estimate import BYTES_PER_TOKEN

from . import splice
from .glimpse import Unreadable

T = TypeVar("T")

Tokens = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A client's own limit: no provider takes a negative one, and none a number that no machine counts to."""

FEW = 16  # one escape in so many bytes is not worth a second, slower look
NOT_JSON = "the body is not JSON"
NO_OBJECT = "the body is no JSON object"
EFFORTS: dict[str, Effort] = {word: word for word in get_args(Effort)}
NOTHING = (b"", b"null")  # what is raw of a member that is not there, or says nothing
QUOTED = 200  # characters of what is wrong: a decoder may quote a word it does not know
TOO_DEEP = "the body is nested too deep"
DEEPEST = 1000  # levels of what passes unread: where Python's own count stops every decoder before 3.14
STOPS_ITSELF = sys.version_info < (3, 14)  # since then a decoder goes as deep as the stack is large

_PLACE = re.compile(r"(.*) - at `(?:key in )?\$(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")


def parsed(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw, at: str = "") -> T:
    """`data` decoded. Raises Unreadable; `at` is the dotted path where `data` stood in the body."""
    try:
        return decoder.decode(data)
    except RecursionError:
        raise Unreadable(TOO_DEEP, at or None) from None
    except msgspec.ValidationError as problem:
        raise _mistyped(str(problem), at) from None
    except ValueError as problem:  # also UnicodeDecodeError
        raise Unreadable(f"{NOT_JSON}: {problem}", at or None) from None


def members(body: bytes) -> dict[str, splice.Span]:
    """Where each member's value of the body begins and ends. Raises Unreadable.

    Names that differ in capitals only are one given twice: servers written in Go read them as the same.
    """
    try:
        spans = splice.members(body)
        if len({name.casefold() for name in spans}) < len(spans):
            raise ValueError("a member is given twice")
    except ValueError as problem:
        raise Unreadable(f"{NO_OBJECT}: {problem}") from None
    return spans


def bounded(data: bytes, at: str = "") -> None:
    """What is built, and encoded again, may not be deeper than a stack. Raises Unreadable."""
    if exceeds(data, DEFAULT.depth, binary=False):
        raise Unreadable(TOO_DEEP, at or None)


def glimpsed(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """A body that may pass on as it came, decoded as far as must be. Raises Unreadable.

    What is not looked at is no deeper either: others read it, with stacks of their own. Where the decoder has stopped
    by itself the slow look is spared.
    """
    seen = parsed(decoder, body)
    if not STOPS_ITSELF and exceeds(body, DEEPEST, binary=False):
        raise Unreadable(TOO_DEEP)
    return seen


def effort(word: str, at: str) -> Effort:
    """The word, if it is one for effort. Raises Unreadable."""
    if word not in EFFORTS:
        raise Unreadable(f"{at}: expected one of {', '.join(EFFORTS)}", at)
    return EFFORTS[word]


def opens(raw: msgspec.Raw, mark: bytes) -> bool:
    """Whether the JSON begins with this character, which tells what it is: a text, a list, an object."""
    return bytes(memoryview(raw)[:1]) == mark


def size(raw: msgspec.Raw | bytes) -> int:
    """About the bytes of UTF-8 behind a JSON text, rather too many: what a few escapes add is left in."""
    data = bytes(raw)
    if data.count(b"\\") * FEW < len(data):
        return len(data)
    return len(data) - 3 * data.count(b"\\u")


def tokens(raw: msgspec.Raw | bytes) -> float:
    """About how many tokens a JSON text is."""
    return size(raw) / BYTES_PER_TOKEN


def _mistyped(problem: str, at: str) -> Unreadable:
    place = _PLACE.fullmatch(problem)
    what, path = (place[1], place[2]) if place else (problem, "")
    missing = _MISSING.fullmatch(what)
    parameter = ".".join(part for part in (at, _dotted(path), missing[1] if missing else "") if part)
    what = "is missing" if missing else what[:1].lower() + what[1:QUOTED].replace("`", "")
    return Unreadable(f"{parameter or 'the body'}: {what}", parameter or None)


def _dotted(path: str) -> str:
    """`.messages[3].role` as `messages.3.role`."""
    return re.sub(r"\[([^\]]*)\]", r".\1", path).strip(".")
