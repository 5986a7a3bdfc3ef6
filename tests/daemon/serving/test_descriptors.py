"""Tests for `switchgeard.serving.descriptors`."""

import os
import resource
from collections.abc import Iterator

import pytest

from switchgeard.serving.descriptors import BASE, Reserve, affordable, raise_limit


@pytest.fixture
def limit() -> Iterator[None]:
    """Whatever a test does to the descriptor limit is undone."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_reserve_gives_up_descriptors_and_takes_them_back() -> None:
    """Each one spent is one the process can open."""
    reserve = Reserve(2)
    assert (len(reserve), reserve.spend(), reserve.spend(), reserve.spend()) == (2, True, True, False)
    reserve.refill()
    assert len(reserve) == 2
    reserve.close()
    assert len(reserve) == 0


def test_refilling_at_the_limit_takes_what_there_is(limit: None) -> None:
    """Running out while refilling is no error."""
    reserve = Reserve(0)
    reserve.close()
    highest = os.open(os.devnull, os.O_RDONLY)
    os.close(highest)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    starved = Reserve(8)
    assert len(starved) <= 1
    starved.close()


def test_connections_leave_descriptors_for_upstream(limit: None) -> None:
    """With 64 descriptors 16 clients are served, not 256."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    assert affordable(256) == (64 - BASE) // 2
    assert affordable(4) == 4


def test_the_soft_limit_is_lifted_to_the_hard_one(limit: None) -> None:
    """A login session's 1024 is not the system's last word."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    assert raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert affordable(256) >= 16
