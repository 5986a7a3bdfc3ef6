"""What a stand-in says, free of any wire, and how it is cut for streaming."""

from msgspec import Struct

CREATED = 1_763_870_400


class Said(Struct, frozen=True):
    """What a stand-in answers. `text` in the pieces it is streamed in; `arguments` is JSON text."""

    text: tuple[str, ...] = ("Hello", " from", " a stand-in", " provider.")
    thinking: str = ""
    signature: str = "c3RhbmQtaW4="  # of the thinking, where a wire has one
    tool: str | None = None
    arguments: str = '{"city":"Lisbon","unit":"celsius"}'
    tool_id: str = "toolu_01StandIn000000000001"
    finish: str = "stop"  # OpenAI's word
    input_tokens: int = 12
    output_tokens: int = 8
    usage: bool = True
    pace: float = 0.0  # seconds between two events


def says(text: str, pace: float = 0.0) -> Said:
    """Plain text, streamed word by word."""
    words = text.split(" ")
    return Said(text=(words[0], *(f" {word}" for word in words[1:])), output_tokens=len(words), pace=pace)


def halves(text: str) -> tuple[str, str]:
    """How thinking and tool arguments are cut for streaming."""
    middle = len(text) // 2
    return text[:middle], text[middle:]
