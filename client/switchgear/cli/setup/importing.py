"""Importing: what was found is shown, asked for one by one, and kept where a key can be kept.

Rules for editing: `setup` and `import` both go this way, so that they never differ. Keys are read after the answers,
and where there is no keyring they stay where they are, or the finding is left out with the reason.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from switchgear.cli.failed import LOGIN, CommandError

from .finding import ENVIRONMENT, Finding, Left
from .telling import bad, good, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json

NO_KEYRING = "nothing is copied then, but a daemon not started from such a shell misses them"
KEYS = ("keyring", "env")  # where keys of variables may be kept


class Found(NamedTuple):
    """`new` is not in the config yet, `known` is; `left` is not taken at all."""

    new: list[Finding]
    known: list[Finding]
    left: list[Left]


def look(invocation: Invocation, source: str | None = None) -> Found:
    """What this machine has. `source`: of one only, a key of scan.SOURCES."""
    from .scan import SOURCES, scan

    kinds = invocation.call("kinds/list")["kinds"]
    have = {provider["id"] for provider in invocation.call("providers/list")["providers"]}
    found, left = scan(os.environ, kinds)
    wanted = [one for one in found if source is None or one.source == SOURCES[source].title]
    return Found(
        [one for one in wanted if one.id not in have],
        [one for one in wanted if one.id in have],
        [one for one in left if source is None or one.source == SOURCES[source].title],
    )


def named(invocation: Invocation, found: Found, flag: str) -> Found:
    """Only what the flag names, where it names something. CommandError for what is not there."""
    from .question import ALL, NONE, chosen

    told = chosen(invocation, [one.id for one in found.new], invocation.args.take, flag)
    if told is None or invocation.args.take in (ALL, NONE):
        return found
    return found._replace(new=[one for one in found.new if one.id in told], left=[])


def show(invocation: Invocation, found: Found, looked_at: str) -> None:
    """A line for each; of what is left alone, why."""
    from switchgear.cli.screen import clean, folded, short
    from switchgear.cli.table import rows

    for line in rows(invocation.out, [[one.id, one.label, f"{one.source}: {short(one.where)}"] for one in found.new]):
        invocation.out.line(line)
    if not found.new:
        have = f" beside {', '.join(one.id for one in found.known)}" if found.known else ""
        say(invocation, f"  nothing new{have}; looked at {looked_at}")
    for one in found.left:
        why = folded(invocation.err, clean(f"    {one.why}"))
        for line in (f"  not taken: {one.source}, {short(one.where)}", *why, f"    hint: {one.hint}"):
            invocation.note(clean(line))


def picked(invocation: Invocation, findings: list[Finding], flag: str) -> list[Finding]:
    """Those the user wants: named with the flag, or asked for one by one."""
    from .question import chosen, yes

    told = chosen(invocation, [one.id for one in findings], invocation.args.take, flag)
    if told is not None:
        return [one for one in findings if one.id in told]
    return [one for one in findings if yes(invocation, _question(one), default=not one.wary)]


def _question(one: Finding) -> str:
    source = "the environment" if one.source == ENVIRONMENT else one.source
    source = "" if one.label == one.source else f" from {source}"
    return f"  Use {one.label}{source}{f' ({one.words})' if one.words else ''}?"


def keep(invocation: Invocation, taken: list[Finding]) -> list[Finding]:
    """The same, each with a place for its key. CommandError when there is no place for any."""
    keys = [one for one in taken if one.read is not None]
    if not keys:
        return taken
    if invocation.args.keys == "env":
        return _unstored(invocation, taken, keys, "the keyring is not wanted", "")
    view = invocation.call("credentials/test")
    if view["ok"]:
        told = f"written, read back and deleted ({view['milliseconds']:.0f} ms)"
        invocation.out.line(f"  {good(invocation)} keyring: {told}")
        return taken
    return _without_keyring(invocation, taken, keys, view)


def _without_keyring(invocation: Invocation, taken: list[Finding], keys: list[Finding], view: Json) -> list[Finding]:
    """Keys stay in their variables, if the user agrees. CommandError when he does not, or nothing is left to take."""
    from switchgear.cli.table import rows

    from .question import yes

    reason, hint = str(view["reason"]), str(view.get("hint") or "")
    readable = [one for one in keys if one.unstored() is not None]
    if invocation.args.keys == "keyring":
        raise _no_place(reason, hint)
    told = ("bad", invocation.out.glyph("bad")), f"keyring: {reason}"
    for line in rows(invocation.out, [told], gap=" ", wrap=True):
        invocation.out.line(line)
    if not readable:
        return _unstored(invocation, taken, keys, reason, hint)
    names = " and ".join(f"${one.where}" for one in readable)
    say(invocation, f"    instead the environment can be read, {names}:")
    say(invocation, f"    {NO_KEYRING}")
    if not yes(invocation, "  Do that?"):
        raise _no_place(reason, hint)
    return _unstored(invocation, taken, keys, reason, hint)


def _unstored(
    invocation: Invocation, taken: list[Finding], keys: list[Finding], reason: str, hint: str
) -> list[Finding]:
    """Without those whose key has no place but the keyring; they are named."""
    lost = [one for one in keys if one.unstored() is None]
    for one in lost:
        invocation.note(f"  left out: {one.id}, whose key could only be copied to a keyring")
    kept = [other for one in taken if (other := one.unstored()) is not None]
    if not kept:
        raise _no_place(reason, hint)
    return kept


def _no_place(reason: str, hint: str) -> CommandError:
    why = f"{reason}; nothing was written"
    cure = hint or "put the key into a variable, and run this again"
    return CommandError("there is no place for these keys", why, cure, exit=LOGIN, kind="credential_store")


def store(invocation: Invocation, taken: list[Finding], stored: list[str]) -> list[str]:
    """Into config and keyring; the ids that are there now. A key that two programs hold is taken once."""
    from .taking import take

    seen: dict[str, str] = {}
    done = []
    for one in taken:
        secret = one.read().strip() if one.read is not None else None
        if secret is not None and secret in seen:
            invocation.note(f"  {one.id}: the key is {seen[secret]}'s, and is not taken twice")
            continue
        view = take(invocation, one, secret, stored)
        if secret is not None:
            seen[secret] = one.id
        done.append(one.id)
        kept = f" ({one.kept})" if one.kept else ""
        invocation.out.line(f"  {good(invocation)} {view['id']}: {view['label']}{kept}")
    return done


def probe(invocation: Invocation, names: list[str]) -> list[str]:
    """Each provider's model list, which costs nothing, shows whether its login works; the ids of those that do."""
    from switchgear.cli.progress import progress
    from switchgear.cli.screen import clean

    working = []
    for at, name in enumerate(names, 1):
        with progress(invocation, f"  asking {name} for its models ({at} of {len(names)})"):
            view = invocation.call("providers/probe", provider=name)
        mark = good(invocation) if view["ok"] else bad(invocation)
        invocation.out.line(f"  {mark} {clean(name)}: {clean(_found_out(view))}")
        if view["ok"]:
            working.append(name)
        elif view.get("hint"):
            invocation.note(clean(f"    hint: {view['hint']}"))
    return working


def _found_out(view: Json) -> str:
    if view.get("models") is None:
        return str(view["reason"]) or "answers"
    counted = f"{view['models']} model{'' if view['models'] == 1 else 's'}"
    return f"{counted} ({view['asked']})"
