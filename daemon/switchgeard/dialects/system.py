"""The system prompt, on wires that have a place of their own for it."""

from switchgear_protocol.content import Message, Request, Text

JSON_ONLY = "Answer with one JSON object and nothing else."
"""What the prompt says in the place of a member that a wire, or a model, does not have."""


def apart(request: Request) -> tuple[list[str], list[Message]]:
    """The texts of the system prompt, the system messages that lead included, and the rest of the messages."""
    messages = list(request.messages)
    texts = [request.system or ""]
    while messages and messages[0].role == "system":
        texts.append(_text(messages.pop(0)))
    return [text for text in texts if text], messages


def _text(message: Message) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(block.text for block in message.content if isinstance(block, Text))
