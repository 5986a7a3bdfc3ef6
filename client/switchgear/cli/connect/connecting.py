"""Connects a tool: plans, shows, asks, writes, and waits until the door answers.

Rules for editing: everything is read and checked before anything is made or written; the record goes to
disk before the tool's files do; when a step fails, what came before it is taken back.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from switchgear.cli.failed import CommandError, usage

from . import door, files, own_login, record, toml_text
from .model import Model, model_of
from .piece import VEIL, token_in
from .plan import FilePlan, check_unchanged, planned, without_us
from .record import Record
from .toml_text import Key
from .tool import Asked, Edit, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation


class Connection(NamedTuple):
    """What is to be done for one tool. `door_plan` is None when the door is open already."""

    name: str
    tool: Tool
    asked: Asked
    variants: bool
    plans: list[FilePlan]
    door_plan: FilePlan | None
    record: Record | None
    token: str | None  # the name of the token in use; None: one is to be made, if the tool keeps one

    @property
    def all_plans(self) -> list[FilePlan]:
        return [*([self.door_plan] if self.door_plan else []), *self.plans]

    @property
    def changes(self) -> bool:
        return any(plan.changes for plan in self.all_plans)


def prepared(invocation: Invocation, name: str, tool: Tool) -> Connection:
    """Everything that would be done; nothing is changed. CommandError when it cannot be."""
    args, known = invocation.args, record.load(name)
    config = _config(invocation)
    path = _path(name, tool, args.config, known)
    door_plan, url = _door(config)
    variants = args.all_variants or bool(known and known.variants and not args.model)
    own = own_login.takers(invocation, tool, args.passthrough, known)
    models = sorted(_models(invocation, variants), key=lambda one: bool(own) and own.isdisjoint(one.providers))
    model = args.model or (known.model if known else None)
    token_name, token = _token_in_use(invocation, tool, known)
    asked = Asked(url, token or VEIL, models, path, os.environ, own_login=bool(own), mine=_mine(path, known))
    asked = asked._replace(model=_chosen(tool, asked, model, said=bool(args.model)))
    plans = [planned(edit, known) for edit in tool.edits(asked)]
    return Connection(name, tool, asked, variants, plans, door_plan, known, token_name if token else None)


def perform(invocation: Invocation, connection: Connection) -> Connection:
    """Does it. Returns the connection as it is now; raises CommandError, and then nothing is left changed."""
    undo: list[Any] = []
    for plan in connection.all_plans:
        check_unchanged(plan.edit.path, plan.now)
    try:
        _open_door(invocation, connection, undo)
        connection = _with_token(invocation, connection, undo)
        _write(connection, undo)
    except BaseException:
        for step in reversed(undo):
            _try(step)
        raise
    return connection


# --- planning ----------------------------------------------------------------------------------


def _path(name: str, tool: Tool, chosen: str | None, known: Record | None) -> str:
    """The tool's config file. A tool is connected through one file at a time."""
    was = known.kept[-1].path if known else None
    path = os.path.abspath(chosen) if chosen else was or tool.place(os.environ)
    if was and path != was:
        hint = f"switchgear connect {name} --undo"
        raise CommandError(f"{tool.TITLE} is connected already", f"through {was}", hint)
    return path


def _config(invocation: Invocation) -> str:
    """The path of our own config. CommandError when the one there is not in force."""
    state = invocation.call("status")["config"]
    if not state["ok"]:
        raise CommandError("your own config is broken", state.get("error") or "", "switchgear config check")
    return str(state["path"])


def _door(path: str) -> tuple[FilePlan | None, str]:
    """(the change that opens the door, its address). The change is None when it is open already."""
    text = files.text_of(path, files.read(path))
    listen = door.listen_of(path, text)
    if listen is not None:
        return None, door.url_of(listen)
    listen = door.free_listen()
    edit = Edit(path, toml_text, [Key(("http",), "listen", listen)], holds=False)
    return planned(edit, None), door.url_of(listen)


def _models(invocation: Invocation, variants: bool) -> list[Model]:
    found = invocation.call("models/list", all=variants or None)["models"]
    if not found:
        raise CommandError("there is no model to offer", "the config has no [[models]] yet", "switchgear setup")
    models = [model_of(view) for view in found]
    names = [model.name for model in models]
    return [m if names.count(m.name) == 1 else m._replace(name=f"{m.name} ({m.id})") for m in models]


def _chosen(tool: Tool, asked: Asked, model: str | None, *, said: bool) -> str | None:
    """The model the tool is to use by itself: the one said, now or before; one it cannot do without."""
    ids = [one.id for one in asked.models]
    if model in ids:
        return model
    if model and said:
        from difflib import get_close_matches

        near = get_close_matches(model, ids, 1, 0.5)
        raise usage(f"no model {model!r}", "switchgear models", f"the nearest is {near[0]!r}" if near else "")
    if not tool.PICKS:
        return None
    if _fits(tool, asked.mine, ids):
        return None
    tuned = () if asked.own_login else (one for one in ids if any(word in one for word in tool.FAMILIES))
    return next(iter(tuned), ids[0])


def _mine(path: str, known: Record | None) -> str:
    """What is in the tool's file without us."""
    kept, now = known.of(path) if known else None, files.read(path)
    return files.text_of(path, without_us(kept, now) if kept else now)


def _fits(tool: Any, text: str, ids: list[str]) -> bool:
    """Whether the model the user has chosen himself is one of ours; a broken file is told of later."""
    try:
        return tool.present_model(text) in ids
    except Exception:  # noqa: BLE001 - whatever is wrong with it, `planned` says so with its place
        return False


def _token_in_use(invocation: Invocation, tool: Tool, known: Record | None) -> tuple[str | None, str | None]:
    """(name, token) of the connection there is, when its file still holds it and the daemon knows it."""
    if known is None or known.token is None or not tool.KEEPS:
        return None, None
    if known.token not in _token_names(invocation):
        return known.token, None
    texts = [files.text_of(kept.path, files.read(kept.path)) for kept in known.kept]
    return known.token, next((token for text in texts if (token := token_in(text))), None)


def _token_names(invocation: Invocation) -> list[str]:
    return [token["name"] for token in invocation.call("tokens/list")["tokens"]]


# --- doing -------------------------------------------------------------------------------------


def _open_door(invocation: Invocation, connection: Connection, undo: list[Any]) -> None:
    plan = connection.door_plan
    if plan is None:
        return
    made = Record(record.DOOR, [plan.kept()])
    record.save(made)
    undo.append(lambda: record.drop(made))
    undo.append(lambda: invocation.call("config/reload"))
    undo.append(lambda: files.put_back(plan.edit.path, plan.base, plan.mode))
    files.write(plan.edit.path, plan.then, plan.new_mode())
    state = invocation.call("config/reload")
    if not state["ok"]:
        raise CommandError("the daemon refuses the new config", state.get("error") or "", "switchgear config check")


def _with_token(invocation: Invocation, connection: Connection, undo: list[Any]) -> Connection:
    """The connection with a token of its own, new unless it has one."""
    if connection.token or not connection.tool.KEEPS:
        return connection
    made = invocation.call("tokens/create", name=_free_name(connection.name, _token_names(invocation)))
    undo.append(lambda: invocation.call("tokens/revoke", name=made["name"]))
    asked = connection.asked._replace(token=made["token"])
    plans = [planned(edit, connection.record) for edit in connection.tool.edits(asked)]
    return connection._replace(asked=asked, plans=plans, token=made["name"])


def _free_name(name: str, taken: list[str]) -> str:
    number = 1
    while (free := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return free


def _write(connection: Connection, undo: list[Any]) -> None:
    made = Record(
        connection.name,
        [plan.kept() for plan in connection.plans],
        connection.token,
        connection.asked.model,
        connection.variants,
        connection.asked.own_login,
    )
    before = connection.record
    record.save(made)
    undo.append(lambda: record.save(before) if before else record.drop(made))
    for plan in connection.plans:
        mode = files.mode_of(plan.edit.path)
        undo.append(lambda plan=plan, mode=mode: files.put_back(plan.edit.path, plan.now, mode))
        files.write(plan.edit.path, plan.then, plan.new_mode())


def _try(step: Any) -> None:
    """One step back; the first fault is the one to tell."""
    try:
        step()
    except (CommandError, OSError):
        pass
