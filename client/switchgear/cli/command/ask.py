"""`switchgear ask`: one answer from a merged model."""

from __future__ import annotations

from switchgear.cli.failed import INTERRUPTED, CommandError
from switchgear.cli.options import span_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.answer import Shown
    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json

BARE = {"--wait": "--wait=any"}


def declare(parser: ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    parser.usage = "switchgear ask [MODEL] [PROMPT ...] [options]"
    parser.description = """\
Asks a merged model and prints its answer: the text on stdout, who served it on
stderr. The prompt is the words given, stdin, or the words followed by stdin:

  switchgear ask "why is the sky blue?"           your first model
  switchgear ask opus-4.6 "why is the sky blue?"
  git diff | switchgear ask opus-4.6 "review this"
  switchgear ask claude_api/claude-opus-4-6 hi    one provider's variant

On a terminal the answer streams. Into a pipe it is printed when it is whole and
checked, so that a fault in the middle is never seen."""
    parser.add_argument("words", nargs="*", metavar="PROMPT", help="the model (optional), then the prompt")
    parser.add_argument("-m", "--model", help="the model, when the words are all prompt")
    parser.add_argument("-s", "--session", metavar="ID", help="keep to one provider across calls with this id")
    parser.add_argument("--system", metavar="TEXT", help="system prompt")
    parser.add_argument("--max-tokens", type=int, metavar="N", help="at most so many tokens of answer")
    parser.add_argument("--stream", action=BooleanOptionalAction, help="stream, or not, wherever stdout goes")
    parser.add_argument(
        "--on-interrupt",
        choices=("error", "restart", "continue"),
        help="when a streamed answer is cut: fail, start anew, or go on with another provider",
    )
    parser.add_argument(
        "--wait",
        type=wait_argument,
        metavar="SPAN",
        help="with all providers out, wait for the first reset (--wait=10m: at most so long)",
    )
    parser.add_argument("--allow-downgrade", action="store_true", help="accept a provider that lacks a feature")
    parser.add_argument("-v", "--verbose", action="store_true", help="say each routing step on stderr")


def wait_argument(text: str) -> bool | float:
    return True if text == "any" else span_argument(text)


def run(invocation: Invocation) -> int:
    from switchgear.cli.answer import Shown
    from switchgear.cli.asked import model_and_prompt

    model, prompt = model_and_prompt(invocation)
    shown = Shown(invocation, model)
    params = _params(invocation, model, prompt)
    try:
        return _answered(invocation, shown, model, params)
    except KeyboardInterrupt:
        if not invocation.args.json:
            raise
        raise CommandError("interrupted", "Ctrl-C", exit=INTERRUPTED, kind="cancelled") from None


def _answered(invocation: Invocation, shown: Shown, model: str, params: Json) -> int:
    try:
        return _asked(invocation, shown, params)
    except CommandError as error:
        from switchgear.cli.restarting import broken_off

        if not broken_off(error) or shown.begun:
            raise _explained(invocation, model, error) from None
    invocation.await_next()
    try:
        return _asked(invocation, shown, params)
    except CommandError as error:
        raise _explained(invocation, model, error) from None


def _asked(invocation: Invocation, shown: Shown, params: Json) -> int:
    from switchgear.cli.answer import finish

    stream = invocation.wire.stream("completion/create", params)
    try:
        for kind, value in stream:
            if kind == "result":
                return finish(invocation, shown, value)
            shown.progress(value)
    finally:
        stream.close()  # whatever ended us, the daemon need not go on
        shown.close()
    raise AssertionError("a stream ends with its result")


def _explained(invocation: Invocation, model: str, error: CommandError) -> CommandError:
    if error.kind not in ("exhausted", "consent", "budget"):
        return error
    from switchgear.cli.exhausted import explained

    return explained(invocation, model, error)


def _params(invocation: Invocation, model: str, prompt: str) -> Json:
    args = invocation.args
    params = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "system": args.system,
        "session": args.session,
        "max_tokens": args.max_tokens,
        "on_interrupt": args.on_interrupt,
        "wait_until_reset": args.wait,
        "allow_feature_downgrade": args.allow_downgrade or None,
    }
    wanted = args.stream if args.stream is not None else invocation.out.terminal
    return {k: v for k, v in params.items() if v is not None} | {"stream": wanted and not args.json}
