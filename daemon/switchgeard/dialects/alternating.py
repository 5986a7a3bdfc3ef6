"""A transcript on the wires where user and assistant take turns, and where signed thinking goes back to its issuer.

Those of Anthropic's models: their own API and Amazon's.
"""

from switchgear_protocol.content import Block, Message, Thinking, ToolCall, ToolResult
from switchgeard.core.issuer import Issuer

from .turns import Turn, kept, loop_start, turns


def alternating(messages: list[Message]) -> list[Turn]:
    """Turns of alternating roles, tool results first in theirs."""
    out: list[Turn] = []
    for turn in turns(messages):
        role = "assistant" if turn.role == "assistant" else "user"
        if out and out[-1].role == role:
            out[-1] = Turn(role, out[-1].blocks + turn.blocks)
        else:
            out.append(Turn(role, turn.blocks))
    return [Turn(turn.role, sorted(turn.blocks, key=lambda block: not isinstance(block, ToolResult))) for turn in out]


def goes_back(block: Block, dialect: str, issuer: Issuer) -> bool:
    """Whether it is thinking that this issuer may be shown: its own, and signed."""
    return kept(block, dialect, issuer) and isinstance(block, Thinking) and bool(block.signature or block.redacted)


def broken(transcript: list[Turn], dialect: str, issuer: Issuer) -> bool:
    """Whether a tool loop is under way whose thinking this issuer cannot be shown."""
    loop = [turn for turn in transcript[loop_start(transcript) :] if turn.role == "assistant"]
    calls = [turn for turn in loop if any(isinstance(block, ToolCall) for block in turn.blocks)]
    return any(not goes_back(turn.blocks[0], dialect, issuer) for turn in calls)
