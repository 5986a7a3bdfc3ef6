"""Tests for `switchgeard.supervised.launchd`, against a stand-in for the C library."""

import ctypes
import os
from typing import Any

import pytest

from switchgeard.supervised import launchd


class Library:
    """libSystem's two functions, as <launch.h> declares them."""

    def __init__(self, error: int = 0, *numbers: int) -> None:
        self.error = error
        self.array = (ctypes.c_int * max(len(numbers), 1))(*numbers)
        self.count = len(numbers)
        self.asked: list[bytes] = []
        self.freed: list[int] = []

    def launch_activate_socket(self, name: bytes, fds: Any, count: Any) -> int:
        self.asked.append(name)
        if self.error == 0:
            ctypes.cast(fds, ctypes.POINTER(ctypes.c_void_p))[0] = ctypes.addressof(self.array)
            count._obj.value = self.count
        return self.error

    def free(self, pointer: Any) -> None:
        self.freed.append(ctypes.addressof(pointer.contents))


def test_the_descriptors_are_taken_and_the_array_freed() -> None:
    """They are kept from children."""
    read, write = os.pipe()
    os.set_inheritable(read, True)
    library = Library(0, read, write)
    assert launchd.take("switchgear", library) == [read, write]
    assert library.asked == [b"switchgear"]
    assert library.freed == [ctypes.addressof(library.array)]
    assert not os.get_inheritable(read)
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("error", [2, 3, 37])
def test_who_was_not_started_by_launchd_gets_none(error: int) -> None:
    """ENOENT, ESRCH, EALREADY: nothing was allocated, so nothing is freed."""
    library = Library(error)
    assert launchd.take("switchgear", library) == []
    assert library.freed == []


def test_elsewhere_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux has no such function."""
    monkeypatch.setattr("sys.platform", "linux")
    assert launchd.take("switchgear") == []
