"""Every kind there is, by the name used in the config. Adding one is a module with its row, and a line here."""

from . import anthropic, google, openai, openai_compatible
from .kind import Kind

KINDS: dict[str, Kind] = {
    row.name: row
    for row in (
        openai.KIND,
        openai_compatible.KIND,
        anthropic.KIND,
        google.KIND,
    )
}
