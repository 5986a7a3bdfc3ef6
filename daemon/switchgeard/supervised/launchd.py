"""Sockets handed over by launchd: `launch_activate_socket(3)`, through ctypes.

Rules for editing: never run on a Mac so far, only against a stand-in for the library; so keep to the C
signature `int launch_activate_socket(const char *name, int **fds, size_t *cnt)`. It returns an errno:
ESRCH (not started by launchd), ENOENT (the plist has no such socket), EALREADY (taken before).
"""

import ctypes
import os
import sys
from typing import Any


def take(name: str, library: Any = None) -> list[int]:
    """Descriptors that launchd listens on under this key of the plist's Sockets; [] when it did not start us."""
    libc = library if library is not None else _system()
    if libc is None:
        return []
    fds, count = ctypes.POINTER(ctypes.c_int)(), ctypes.c_size_t(0)
    if libc.launch_activate_socket(name.encode(), ctypes.byref(fds), ctypes.byref(count)) != 0:
        return []
    found = [fds[at] for at in range(count.value)]
    libc.free(fds)
    for number in found:
        os.set_inheritable(number, False)
    return found


def _system() -> Any:
    """libSystem, or None anywhere but on a Mac."""
    if sys.platform != "darwin":
        return None
    return ctypes.CDLL(None)
