"""Questions: asked on the terminal, or answered beforehand by a flag.

Nobody to ask and no flag is an error that names the flag.
"""

from __future__ import annotations

from switchgear.cli.failed import usage
from switchgear.cli.terminal import answer, asks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from switchgear.cli.invocation import Invocation

ALL, NONE = "all", "none"
CHOICE = " [Y/n] "


def chosen(invocation: Invocation, names: Sequence[str], told: str | None, flag: str) -> list[str] | None:
    """Which of `names` a flag such as `--models all` or `--models a,b` takes; None when it was not given."""
    if told is None:
        return None
    if told in (ALL, NONE):
        return list(names) if told == ALL else []
    wanted = [word.strip() for word in told.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in names]
    if unknown:
        from switchgear.cli.misread import nearest

        command, near = f"switchgear {invocation.args.command}", nearest(unknown[0], names)
        there = f"there are: {', '.join(names)}" if names else "there is none"
        raise usage(f"{flag}: no {unknown[0]!r}", f"{command} {flag} {near}" if near else command, there)
    return wanted


def yes(invocation: Invocation, question: str, *, default: bool = True) -> bool:
    """A yes or a no; Enter is the default, which is what stands in capitals."""
    if invocation.args.yes:
        return default
    command = f"switchgear {invocation.args.command}"
    if invocation.args.json or not asks():
        raise usage("nobody to ask", f"{command} --yes", f"every answer is also a flag: {command} -h")
    from switchgear.cli.screen import folded

    *above, last = folded(invocation.out, question, len(CHOICE))
    for line in above:
        invocation.out.line(line)
    return answered(last, default=default)


def answered(question: str, *, default: bool = True) -> bool:
    """What somebody at the terminal says. Ctrl-D is no answer: he leaves, as with Ctrl-C."""
    said = answer(f"{question} [{'Y/n' if default else 'y/N'}] ")
    if said is None:
        raise KeyboardInterrupt
    return default if not said else said in ("y", "yes")
