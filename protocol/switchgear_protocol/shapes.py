"""Params and Result: what every method's params and every result have in common."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(max_length=256)]
"""What people or clients call something: kept, compared and told to others, so never long."""


class Params(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    """Base of all params."""


class Result(Struct, frozen=True):
    """Base of all results. Every field is always there, so scripts can rely on it."""


class Nothing(Params, frozen=True):
    """A method without params."""


class Done(Result, frozen=True):
    ok: bool = True
