"""A test of a client that is not here: skipped where people work, a failure where CI does."""

import os

import pytest

from clients.pinned import here


@pytest.fixture(autouse=True)
def _client_here(request: pytest.FixtureRequest) -> None:
    """The module's CLIENT is installed at its pinned version."""
    client = request.module.CLIENT
    if not here(client):
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"{client} is not here at its pinned version; make clients")
