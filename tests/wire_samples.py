"""Strategies that build any wire struct from its own type, so a new field is tested the day it is added."""

from typing import Any

import msgspec
import msgspec.inspect as look
from hypothesis import strategies as st

NUMBERS = st.integers(-(2**53), 2**53)
WORDS = st.text(max_size=8)
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(WORDS, JSON_VALUES, max_size=3)
RAWS = OBJECTS.map(lambda value: msgspec.Raw(msgspec.json.encode(value)))


def any_of(type: Any) -> st.SearchStrategy[Any]:
    """Any value of `type`."""
    return _strategy(look.type_info(type))


def _strategy(node: look.Type) -> st.SearchStrategy[Any]:
    match node:
        case look.StructType(cls=cls, fields=fields):
            return _struct(cls, fields)
        case look.UnionType(types=types):
            return st.one_of([_strategy(member) for member in types if not isinstance(member, look.CustomType)])
        case look.ListType(item_type=inner):
            return st.lists(_strategy(inner), max_size=2)
        case look.DictType(value_type=inner):
            return st.dictionaries(WORDS, _strategy(inner), max_size=2)
        case look.EnumType(cls=enum):
            return st.sampled_from(list(enum))
        case look.LiteralType(values=values):
            return st.sampled_from(list(values))
        case _:
            return PLAIN[type(node)]


def _struct(cls: type[Any], fields: tuple[look.Field, ...]) -> st.SearchStrategy[Any]:
    required = {field.name: _strategy(field.type) for field in fields if field.required}
    optional = {field.name: _strategy(field.type) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: cls(**values))


PLAIN: dict[type[look.Type], st.SearchStrategy[Any]] = {
    look.NoneType: st.none(),
    look.BoolType: st.booleans(),
    look.IntType: NUMBERS,
    look.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    look.StrType: WORDS,
    look.AnyType: JSON_VALUES,
    look.RawType: RAWS,
}
