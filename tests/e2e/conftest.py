"""Every end-to-end test is a hunt for the canary: a credential in any output or file fails it."""

from collections.abc import Generator

import pytest

from world import CANARY


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test whose logs, at every level, show the credential."""
    report = yield
    if any(CANARY[:24] in text for _, text in report.sections):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: the canary credential was logged"
    return report
