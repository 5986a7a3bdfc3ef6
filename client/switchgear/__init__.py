"""Switchgear's client: one model, every provider you pay for.

    _client     Client, blocking; threads may share one
    trio        AsyncClient, the same for trio
    _stream     a streamed answer; the event feed
    _line       one blocking connection
    _talk       what both flavours say, without I/O
    _restart    a request when the daemon goes while it is asked
    _errors     the exceptions, drawn as a tree
    _dial       finding the daemon and making sure that it is ours
    cli         the `switchgear` command (stdlib only: it imports nothing of the above but `_dial` and `_errors`)

Names are imported when first used, so that `switchgear.cli` starts without msgspec.

>>> import switchgear
>>> with switchgear.Client() as client:
...     [model.label for model in client.models()]
['Opus 4.6']
"""

TYPE_CHECKING = False  # what type checkers take for True; `typing` would cost the command 3 ms

if TYPE_CHECKING:
    from switchgear_protocol.content import Message, Tool
    from switchgear_protocol.events import (
        Event,
        Finished,
        ReasoningDelta,
        Restarted,
        Routing,
        TextDelta,
        ToolArgsDelta,
        ToolStart,
        UsageReport,
    )
    from switchgear_protocol.messages import Answer, CompletionCreate, Status

    from ._client import Client
    from ._errors import (
        BadRequest,
        BudgetRefused,
        Busy,
        Cancelled,
        CompletionFailed,
        ConnectionLost,
        DaemonFault,
        DaemonUnavailable,
        Error,
        Exhausted,
        Interrupted,
        NoSuchModel,
        ProtocolMismatch,
        RequestTimeout,
    )
    from ._stream import Stream
    from ._talk import text_of

__all__ = [
    "Answer", "BadRequest", "BudgetRefused", "Busy", "Cancelled", "Client", "CompletionCreate", "CompletionFailed",
    "ConnectionLost", "DaemonFault", "DaemonUnavailable", "Error", "Event", "Exhausted", "Finished", "Interrupted",
    "Message", "NoSuchModel", "ProtocolMismatch", "ReasoningDelta", "RequestTimeout", "Restarted", "Routing", "Status",
    "Stream", "TextDelta", "Tool", "ToolArgsDelta", "ToolStart", "UsageReport", "text_of",
]  # fmt: skip

ELSEWHERE = {
    "Client": "switchgear._client",
    "Stream": "switchgear._stream",
    "text_of": "switchgear._talk",
    "Message": "switchgear_protocol.content",
    "Tool": "switchgear_protocol.content",
    "Answer": "switchgear_protocol.messages",
    "CompletionCreate": "switchgear_protocol.messages",
    "Status": "switchgear_protocol.messages",
    **dict.fromkeys(
        ["Event", "Finished", "ReasoningDelta", "Restarted", "Routing", "TextDelta", "ToolArgsDelta", "ToolStart",
         "UsageReport"],
        "switchgear_protocol.events",
    ),
}  # fmt: skip
"""Where a public name lives; all others in `_errors`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'switchgear' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(ELSEWHERE.get(name, "switchgear._errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
