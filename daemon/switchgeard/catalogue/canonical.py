"""Canonical: what a provider calls a model, as the name it has everywhere.

Rules for editing: the order of the steps matters. A suffix that may mean other weights (-mini, -fast, -preview, a size)
is never dropped: a name too many costs a proposal, a name too few costs a wrong answer. What is dropped and may matter
is told in the Name (tags, release, quantised, active). Spellings no rule can know are in ALIASES; a name that is one
provider's alone is a shipped fact. The rules are measured against names that people mapped by hand
(tests/daemon/catalogue): no row here may be taken from that map.
"""

import re
from functools import lru_cache

from msgspec import Struct

REGION = re.compile(r"(us|eu|jp|au|apac|ca|sa|me|af|global|us-gov|in|kr|mx)\.(?=[a-z0-9]+\.)")
VENDORS = (
    "ai21 amazon anthropic cohere deepseek google meta minimax mistral moonshot moonshotai nvidia openai qwen writer"
    " xai zai"
)
VENDOR = re.compile(rf"({'|'.join(VENDORS.split())})\.(?=[a-z])")
REVISION = re.compile(r"-v\d+:\d+(:\d+k)?$|-v1$")
DATE = re.compile(r"-(20\d\d-\d\d-\d\d|20\d\d[01]\d[0-3]\d)$")
CLAUDE = re.compile(r"claude-(\d(?:-\d)?)-(opus|sonnet|haiku)\b")
ZERO = re.compile(r"(?<=\d)-0$")  # claude-opus-4-0 is what Anthropic calls the first 4 where it says the minor
NEMOTRON = re.compile(r"nemotron-(nano|super|ultra)-(\d(?:-\d)?)(?=-|$)")  # its maker counts before it sizes
ACTIVE = re.compile(r"(?<=\db)-(a\d+(?:-\d+)?b)(?=-|$)")  # what runs of a sparse model: some leave it out
QUANTISED = re.compile(r"-(fp8|fp4|nvfp4|mxfp4|int8|int4|awq|gptq|gguf|i?q\d(?:-[a-z0-9]+)*)$|(?<=-instruct)-turbo$")
SIZE = re.compile(r"(e?\d+(?:\.\d+)?(?:x\d+)?[bm])(-.+)?")
MODES = frozenset({"free", "thinking", "online", "extended", "batch", "beta", "nitro", "floor", "exacto", "cloud"})
MANY_RELEASES = frozenset({"gpt-4o", "gpt-4o-mini", "gpt-4-turbo", "claude-sonnet-3-5", "o1-preview"})
WRAPPED = re.compile(r"^(databricks-|cohere-(?=command)|snowflake-|bedrock-|nvidia-(?=nemotron))")
WHOLE = re.compile(r"-bf16$")  # as it was trained
BARE = re.compile(r"[rv]\d")  # deepseek.r1, deepseek.v3.2: the maker is part of the name
LLAMA = re.compile(r"^(llama|gemma|phi)-?(\d)")
VERSION = re.compile(r"(?<!\d)(?<!\d-)(\d{1,2})-(\d{1,2})(?=-|$)")  # two small numbers, and no date
ALIASES = {
    "llama-3-3-70b-versatile": "llama-3-3-70b-instruct",
    "llama-3-1-8b-instant": "llama-3-1-8b-instruct",
}
"""Other spellings, as the steps leave them -> the usual one."""

MOVING = frozenset({"deepseek-chat", "deepseek-reasoner", "auto"})
"""Ids whose weights change without notice, beside those that end in -latest."""

MAKERS = (
    ("claude", "anthropic"),
    ("gpt", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("gemini", "google"),
    ("gemma", "google"),
    ("llama", "meta"),
    ("deepseek", "deepseek"),
    ("mistral", "mistral"),
    ("qwen", "qwen"),
    ("grok", "xai"),
)
"""How a name begins -> whose models are called so."""

SPELLINGS = {
    "x-ai": "xai",
    "meta-llama": "meta",
    "mistralai": "mistral",
    "deepseek-ai": "deepseek",
    "alibaba": "qwen",
    "z-ai": "zai",
    "zhipuai": "zai",
    "zai-org": "zai",
    "moonshot": "moonshotai",
    "minimaxai": "minimax",
}
"""Vendors as some spell them -> as here."""


class Name(Struct, frozen=True):
    """`base`: the name everywhere. `vendor`: as the id says it, or as its name tells. `tags`: modes (":free") that make
    it another thing to choose. `release`: the date it carried. `moving`: its weights may change unannounced. `active`:
    how much of a sparse model runs, where the id says so ("a3b"): two ids that say different are two models."""

    base: str
    vendor: str | None = None
    tags: tuple[str, ...] = ()
    release: str | None = None
    quantised: bool = False
    moving: bool = False
    active: str | None = None

    @property
    def merges(self) -> bool:
        """Whether rules alone may say that it is the same model as another."""
        return bool(self.base) and not self.tags and not self.moving


@lru_cache(maxsize=4096)  # a list is read again and again, 20 us a name
def canonical(id: str) -> Name:
    """The name behind a provider's id. Never fails: an id that nothing is known of is its own name."""
    text = id.strip().lower().lstrip("~")
    text = REVISION.sub("", text)  # Bedrock counts revisions: -v1:0, -v1:0:200k
    head, _, text = text.rpartition("/")
    text, size, tags = _tagged(text)
    text, vendor = _without_vendor(text)
    text = text.partition("@")[0] + size
    moving = text.endswith("-latest") or text in MOVING
    text = text.removesuffix("-maas").removesuffix("-latest")
    text, release = _undated(text)
    text, quantised = _unquantised(text.replace(".", "-").replace("_", "-"))
    text, active = _inactive(WHOLE.sub("", text))
    base = _usual(text)
    said = vendor or head.rpartition("/")[2] or None
    return Name(base, SPELLINGS.get(said or "", said) or maker(base), tags, release, quantised, moving, active)


def maker(base: str) -> str | None:
    """Whose model a bare name is, where the name tells."""
    return next((vendor for start, vendor in MAKERS if base.startswith(start)), None)


def spelt(base: str) -> str:
    """The name as its maker writes it, which tools know: "gpt-5.5", but "claude-opus-4-6"."""
    return base if base.startswith("claude-") else VERSION.sub(r"\1.\2", base)


def _tagged(text: str) -> tuple[str, str, tuple[str, ...]]:
    """What stands before the first colon; the size a local server tags; the modes."""
    text, colon, rest = text.partition(":")
    if not colon or rest == "latest":
        return text, "", ()
    if SIZE.fullmatch(rest):
        return text, f"-{rest}", ()
    return text, "", tuple(rest.split(":"))


def _without_vendor(text: str) -> tuple[str, str | None]:
    text = REGION.sub("", text, count=1) if REGION.match(text) else text
    found = VENDOR.match(text)
    if found is None:
        return text, None
    rest = text[found.end() :]
    return (f"{found[1]}-{rest}" if BARE.match(rest) else rest), found[1]


def _undated(text: str) -> tuple[str, str | None]:
    found = DATE.search(text)
    if found is None:
        return text, None
    stem = text[: found.start()]
    plain = _usual(stem.replace(".", "-"))
    return (text if plain in MANY_RELEASES else stem), found[1].replace("-", "")


def _unquantised(text: str) -> tuple[str, bool]:
    cut = QUANTISED.sub("", text)
    return cut, cut != text


def _inactive(text: str) -> tuple[str, str | None]:
    found = ACTIVE.search(text)
    return (text, None) if found is None else (text[: found.start()] + text[found.end() :], found[1])


def _usual(text: str) -> str:
    text = WRAPPED.sub("", text)
    if text.startswith("claude-"):
        text = ZERO.sub("", CLAUDE.sub(r"claude-\2-\1", text))
    if "nemotron-" in text:
        text = NEMOTRON.sub(r"nemotron-\2-\1", text)
    if LLAMA.match(text):
        text = LLAMA.sub(r"\1-\2", text)
    return ALIASES.get(text, text)
