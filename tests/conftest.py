"""For all tests: a property is not timed and in CI not random, and folders have short names.

A busy machine would fail a property by its time, and no other one. New examples are looked for where people work: a
change is not refused for what an older one did. A Unix socket's path has a hundred characters, of which who runs the
tests, how many runs there were, and the worker take half.
"""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

NAMED = 12  # characters of a test's name


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _numbers: Iterator[int]) -> Path:
    """pytest's own, but for the name."""
    name = re.sub(r"\W", "-", request.node.name.removeprefix("test_"))[:NAMED]
    return tmp_path_factory.mktemp(f"{next(_numbers)}-{name}", numbered=False)
