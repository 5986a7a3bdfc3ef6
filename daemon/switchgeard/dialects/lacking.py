"""A request cut down to what an offer can do.

Routing sends a request to an offer that lacks a feature it uses only when the user allowed the
downgrade; then what is lacking is said in words, so that the model knows something was there.
"""

from msgspec.structs import replace

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Message,
    Request,
    ResponseFormat,
    Text,
    ToolCall,
    ToolResult,
)
from switchgeard.core.offer import Features

NO_IMAGE = "[an image was left out: this model takes none]"
NO_DOCUMENT = "[a document was left out: this model takes none]"


def without(request: Request, features: Features) -> Request:
    """The request with every feature the offer lacks left out or put in words."""
    if not features.reasoning:
        request = replace(request, reasoning=None)
    if not features.tools:
        request = replace(request, tools=[], tool_choice=None, parallel_tool_calls=None)
    if not features.json_schema and request.response_format and request.response_format.type == "json_schema":
        request = replace(request, response_format=ResponseFormat("json"))
    if features.images and features.pdf and features.tools:
        return request
    return replace(request, messages=[_message(message, features) for message in request.messages])


def max_tokens(asked: int | None, features: Features) -> int | None:
    """What was asked, at most what the offer can put out."""
    return min(asked, features.max_output) if asked and features.max_output else asked


def parts(result: ToolResult) -> list[Text | Image]:
    """A tool result's content as parts."""
    if isinstance(result.content, str):
        return [Text(result.content)] if result.content else []
    return result.content


def _message(message: Message, features: Features) -> Message:
    if isinstance(message.content, str):
        return message
    return replace(message, content=[_block(block, features) for block in message.content])


def _block(block: Block, features: Features) -> Block:
    match block:
        case Image() if not features.images:
            return Text(NO_IMAGE)
        case Document() if not features.pdf:
            return Text(NO_DOCUMENT)
        case ToolCall(name=name, arguments=arguments) if not features.tools:
            return Text(f"[called the tool {name} with {arguments or '{}'}]")
        case ToolResult() if not features.tools:
            words = [part.text if isinstance(part, Text) else NO_IMAGE for part in parts(block)]
            return Text("[the tool answered: " + "\n".join(words) + "]")
        case ToolResult() if not features.images:
            return replace(block, content=[Text(NO_IMAGE) if isinstance(p, Image) else p for p in parts(block)])
        case _:
            return block
