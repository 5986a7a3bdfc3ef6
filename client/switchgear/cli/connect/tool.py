"""What every tool's module says, and what it is asked.

Rules for editing: a tool is a module with these names; its docstring states the files, the keys and
the version that was looked at. It decides what is wanted where; it never reads or writes a file.

    TITLE       its name as its makers write it
    PROGRAMS    commands that mean it is installed
    PICKS       whether it is useless without a model chosen for it (the first one is, when none is said)
    FAMILIES    words in the names of the models its makers tuned it for: the first such one is chosen before others
    KEEPS       whether it takes the token from a file; one that does not is told to the user
    OWN_LOGIN   whether it can keep its own login with a provider and bring our token beside it
    place(env)  its usual config file
    edits(asked)  -> [Edit]
    after(asked)  -> lines that say what to do next
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from .model import Model

Env = Mapping[str, str]

AGAIN = "when your models change: switchgear connect "
"""What is told of a tool whose file lists the models, before its name."""


class Asked(NamedTuple):
    """What one run of `connect` is to bring about."""

    door: str  # http://127.0.0.1:8317
    token: str
    models: list[Model]
    path: str  # the tool's config file, or the one named with --config
    env: Env
    model: str | None = None  # the one chosen
    own_login: bool = False  # it keeps its login
    mine: str = ""  # the file's text without us

    @property
    def example(self) -> str:
        """The id of a model to show a command with."""
        return self.model or (self.models[0].id if self.models else "MODEL")

    def chosen(self) -> Model | None:
        return next((model for model in self.models if model.id == self.model), None)


class Form(Protocol):
    """A format module: jsonc, toml_text, yaml_text."""

    def check(self, text: str) -> None: ...

    def apply(self, text: str, wants: Any) -> tuple[str, Any]: ...

    def revert(self, text: str, pieces: Any) -> str: ...


class Edit(NamedTuple):
    """Wants for one file. `start` is what a new file begins with; `holds` says that the token is in it.

    `keys`: every value in it is a secret, and none is shown.
    """

    path: str
    form: Form
    wants: list[Any]
    holds: bool = True
    start: str = ""
    keys: bool = False


class Tool(Protocol):
    """The module of a tool."""

    TITLE: str
    PROGRAMS: tuple[str, ...]
    PICKS: bool
    FAMILIES: tuple[str, ...]
    KEEPS: bool
    OWN_LOGIN: bool

    def place(self, env: Env) -> str: ...

    def edits(self, asked: Asked) -> list[Edit]: ...

    def after(self, asked: Asked) -> list[str]: ...


def under_home(env: Env, variable: str, folder: str, *rest: str) -> str:
    """`$variable/rest`, or `~/folder/rest` when the variable is not set."""
    base = env.get(variable) or os.path.join(env.get("HOME") or os.path.expanduser("~"), folder)
    return os.path.join(base, *rest)
