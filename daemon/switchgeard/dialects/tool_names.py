"""Tool names that are legal where they go: Anthropic takes 128 characters, OpenAI and Google 64, nobody any at all.

Names of tools from MCP servers grow long. One that is legal stays as it is; any other gets a name derived from it
alone, in the tool, in the calls of the transcript and in the choice, and what the provider calls is named back.
"""

from msgspec.structs import replace

from switchgear_protocol.content import Message, NamedTool, Request, ToolCall

from .tool_ids import safe

LIMITS = {"anthropic.messages": 128}
LIMIT = 64  # characters, of a wire that is not in the table


def legal(request: Request, wire: str) -> tuple[Request, dict[str, str]]:
    """The request with names this wire takes, and for each that changed: the new name -> the old one."""
    limit = LIMITS.get(wire, LIMIT)
    new = {name: safe(name, limit) for name in _names(request)}
    if all(name == other for name, other in new.items()):
        return request, {}
    renamed = replace(
        request,
        tools=[replace(tool, name=new[tool.name]) for tool in request.tools],
        tool_choice=_choice(request, new),
        messages=[_message(message, new) for message in request.messages],
    )
    return renamed, {other: name for name, other in new.items() if name != other}


def _names(request: Request) -> set[str]:
    chosen = {request.tool_choice.name} if isinstance(request.tool_choice, NamedTool) else set()
    told = [message.content for message in request.messages if not isinstance(message.content, str)]
    called = {block.name for blocks in told for block in blocks if isinstance(block, ToolCall)}
    return {tool.name for tool in request.tools} | chosen | called


def _choice(request: Request, new: dict[str, str]) -> object:
    choice = request.tool_choice
    return NamedTool(new[choice.name]) if isinstance(choice, NamedTool) else choice


def _message(message: Message, new: dict[str, str]) -> Message:
    if isinstance(message.content, str):
        return message
    blocks = [replace(b, name=new[b.name]) if isinstance(b, ToolCall) else b for b in message.content]
    return replace(message, content=blocks)
