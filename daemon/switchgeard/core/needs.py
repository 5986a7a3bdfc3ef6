"""Needs: what one request asks of an offer, so that the gate can compare it with what the offer can do.

A value and its tables. `estimate.needs` makes one from a canonical request, a dialect's `glimpse` from a
client's own body; `routing` reads it.

Rules for editing: USES are features a wire may be unable to say at all. Only where a request is translated
do they matter: what a client says in a wire's own words, that wire carries. What single models refuse of what
their wire carries is in `unsaid`. What may be dropped without a
word (metadata, user, cache_control, service_tier, verbosity, store) is no use and has no code.
"""

from msgspec import Struct

from .unsaid import unsaid

USES: dict[str, str] = {
    "hosted_tools": "tools the provider runs itself (web search, code execution, ...)",
    "server_state": "a conversation kept by the provider (previous_response_id, cached content)",
    "many_answers": "more than one answer",
    "logprobs": "log probabilities",
    "logit_bias": "a token bias",
    "prediction": "a predicted output",
    "audio": "audio or video in, audio out",
    "images_out": "pictures in the answer",
    "files": "files kept by the provider",
    "seed": "a seed",
    "penalties": "frequency or presence penalties",
    "top_k": "top_k",
    "stop": "stop sequences",
    "many_stops": "more than four stop sequences",
    "prefill": "the beginning of the answer given",
    "sequential_tools": "one tool call at a time",
    "image_urls": "images by URL",
}
"""Feature code -> what it is, for people."""

CARRIES: dict[str, frozenset[str]] = {
    "openai.chat": frozenset({"seed", "penalties", "stop", "sequential_tools", "image_urls"}),
    "openai.responses": frozenset({"sequential_tools", "image_urls"}),
    "anthropic.messages": frozenset({"stop", "many_stops", "top_k", "prefill", "sequential_tools", "image_urls"}),
    "google.generate": frozenset({"seed", "penalties", "stop", "top_k"}),
    "bedrock.converse": frozenset({"stop", "many_stops", "prefill"}),
}
"""Wire -> the uses that survive translation into it."""


MOST_STOPS = 4
"""Stop sequences that every wire takes which takes any: chat's limit. Google's is five."""


def stops(count: int) -> str:
    """The use that so many stop sequences are."""
    return "many_stops" if count > MOST_STOPS else "stop"


class Needs(Struct, frozen=True):
    """`input_tokens` is an estimate; `output_tokens` is the caller's own limit, None when it set none."""

    tools: bool = False
    images: bool = False
    pdf: bool = False
    json_schema: bool = False
    reasoning: bool = False
    input_tokens: int = 0
    output_tokens: int | None = None
    dialect: str = "switchgear"  # the one the request is written in
    uses: frozenset[str] = frozenset()  # of USES
    brings: bool = False  # whoever asks brings a credential of its own, for a provider of its own dialect
    spares: frozenset[str] = frozenset()  # of USES: offered beside what does the work, so done without, but named

    def beyond(self, wire: str, model: str) -> tuple[str, ...]:
        """The uses that would be lost on this wire, on the way to this model, in the order of USES."""
        return self._lost(self.uses, wire, model)

    def refused(self, lacks: frozenset[str]) -> tuple[str, ...]:
        """The uses of this request among those a kind of provider never carries, in the order of USES."""
        return tuple(use for use in USES if use in self.uses and use in lacks) if lacks and self.uses else ()

    def spared(self, wire: str, model: str) -> tuple[str, ...]:
        """What is lost there without anybody being kept from it."""
        return self._lost(self.spares - self.uses, wire, model)

    def _lost(self, of: frozenset[str], wire: str, model: str) -> tuple[str, ...]:
        if not of or wire == self.dialect:
            return ()
        carried = CARRIES.get(wire, frozenset()) - unsaid(wire, model)
        return tuple(use for use in USES if use in of and use not in carried)
