"""Which model is asked and what: words of the command line, and stdin.

Rules for editing: a mistyped model name must never be sent as a prompt.
"""

from __future__ import annotations

import os
import select
import stat
import sys

from .failed import CommandError, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .invocation import Invocation
    from .wire import Json

LARGEST = 12 * 1024 * 1024  # bytes: a frame has 16 MiB, and there is more in it than the prompt
STDIN = "-"  # the last word: the prompt is, or goes on, on stdin
SILENCE = 1.0  # seconds without a byte on stdin until we say what we wait for


def model_and_prompt(invocation: Invocation) -> tuple[str, str]:
    """(model, prompt). CommandError when either is missing or the model looks mistyped."""
    words = list(invocation.args.words)
    if invocation.args.model == "":
        raise usage("the model has no name", "switchgear models", "-m was given an empty one")
    model = invocation.args.model or _model_among(invocation, words)
    if words and words[-1] == STDIN:
        words.pop()
    prompt = _joined(" ".join(words), _stdin(invocation, needed=not words))
    if not prompt.strip():
        raise usage("nothing to ask", f'switchgear ask {model} "..."', "no prompt was given, as words or on stdin")
    return model, prompt


def _model_among(invocation: Invocation, words: list[str]) -> str:
    """The first word when it names a model (then taken from `words`), else the first model there is."""
    models = invocation.call("models/list")["models"]
    if words and _names_model(invocation, words[0], models):
        return words.pop(0)
    aliases = [model["alias"] for model in models]
    if words and words[0] != STDIN:
        _refuse_mistyped(words[0], aliases)
    if not aliases:
        raise CommandError("no model to ask", "the config has no [[models]] yet", "switchgear setup")
    return str(aliases[0])


def _names_model(invocation: Invocation, word: str, models: Sequence[Json]) -> bool:
    """An alias, or `provider/model-id` with a provider we know, in a model or not."""
    if any(model["alias"] == word for model in models):
        return True
    provider, slash, _ = word.partition("/")
    if not slash or not provider or " " in word:
        return False
    if any(offer["provider"] == provider for model in models for offer in model["offers"]):
        return True
    return any(known["id"] == provider for known in invocation.call("providers/list")["providers"])


def _refuse_mistyped(word: str, aliases: list[str]) -> None:
    from difflib import get_close_matches

    near = get_close_matches(word, aliases, 1, 0.6) if " " not in word else []
    if near:
        raise usage(
            f"no model {word!r}",
            f'switchgear ask {near[0]} "..."',
            f"the nearest is {near[0]!r}; if {word!r} begins the prompt, name the model with -m",
        )


def _joined(words: str, piped: str) -> str:
    text = f"{words}\n\n{piped}" if words and piped.strip() else words or piped
    return text.encode("utf-8", "replace").decode()  # undecodable bytes of argv have no place in JSON


def _stdin(invocation: Invocation, *, needed: bool) -> str:
    """What is piped in; a terminal or an unrelated stdin is read only when there is no other prompt."""
    if sys.stdin is None or sys.stdin.closed:
        return ""
    if sys.stdin.isatty():
        if not needed:
            return ""
        invocation.note("the prompt, then Ctrl-D:")
        return _typed(invocation)
    if not needed and not _is_piped():
        return ""
    _say_when_waiting(invocation)
    return _read_bounded(invocation)


def _typed(invocation: Invocation) -> str:
    """What is typed; who leaves it with Ctrl-C goes on in a line of his own."""
    try:
        return _read_bounded(invocation)
    except KeyboardInterrupt:
        invocation.note("")
        raise


def _is_piped() -> bool:
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _say_when_waiting(invocation: Invocation) -> None:
    ready, _, _ = select.select([sys.stdin], [], [], SILENCE)
    if not ready:
        invocation.note("switchgear: reading the prompt from stdin until it ends")


def _read_bounded(invocation: Invocation) -> str:
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise usage("the prompt is too large", "send less", f"at most {LARGEST // 1024 // 1024} MiB fit in one request")
    return _as_text(invocation, data)


def _as_text(invocation: Invocation, data: bytes) -> str:
    """What is no text is not sent: nobody could read it, and it would be paid for. A byte astray is replaced."""
    if (zero := data.find(0)) >= 0:
        hint = 'switchgear ask "..." <FILE   (of text; of UTF-16: iconv -f UTF-16 FILE | switchgear ask "...")'
        raise usage("stdin is not text", hint, f"byte {zero} of it is zero, as no text has it")
    try:
        return data.decode()
    except UnicodeDecodeError:
        invocation.note("switchgear: stdin is not all UTF-8: what is not was replaced")
        return data.decode("utf-8", "replace")
