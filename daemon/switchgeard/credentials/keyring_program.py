"""How the keyring child is started: the daemon's own interpreter, its packages, next to nothing else.

Rules for editing: names of variables are allowed one by one, with what needs them; none may ever hold a
credential. The working directory, which may be any project's, is not searched for modules.
"""

import site
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

NEEDED = (
    *("HOME", "USER", "LOGNAME", "LANG", "PATH"),  # who asks, and in which language the desktop asks him
    *("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),  # where the Secret Service is
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),  # where its unlock prompt appears
    *("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONUSERBASE"),  # what this very interpreter may have been found by
)
PACKAGES = ("switchgeard", "switchgear_protocol", "msgspec", "keyring")


def command_line() -> tuple[str, ...]:
    """argv: the user's own site-packages are searched when the daemon searches them."""
    no_user_site = () if site.ENABLE_USER_SITE else ("-s",)
    return (sys.executable, "-P", *no_user_site, "-m", "switchgeard.credentials.keyring_child")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the daemon's environment the child gets."""
    kept = {name: environ[name] for name in NEEDED if name in environ}
    places = ":".join(_places())
    return kept | {"PYTHONPATH": places} if places else kept


def _places() -> list[str]:
    """Where the child's packages are, as far as the interpreter does not look there by itself: a checkout, a zip."""
    specs = [find_spec(name) for name in PACKAGES]
    found = [str(Path(spec.origin).absolute().parent.parent) for spec in specs if spec and spec.origin]
    own = {*site.getsitepackages(), site.getusersitepackages()}
    return [place for place in dict.fromkeys(found) if place not in own]
