"""Needs: what one request asks of an offer, so that the gate can compare it with the offer's features.

A value and nothing else; `estimate.needs` makes it from a request, `routing` reads it.
"""

from msgspec import Struct


class Needs(Struct, frozen=True):
    """`input_tokens` is an estimate; `output_tokens` is the caller's own limit, None when it set none."""

    tools: bool = False
    images: bool = False
    pdf: bool = False
    json_schema: bool = False
    reasoning: bool = False
    input_tokens: int = 0
    output_tokens: int | None = None
