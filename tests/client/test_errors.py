"""What the daemon refuses, as exceptions that carry their cure."""

import pytest

import switchgear
from fake_switchgear import FakeSwitchgear
from switchgear_protocol.errors import CODES, AttemptReport, ErrorObject, error

pytestmark = pytest.mark.usefixtures("impatient")


ATTEMPT = AttemptReport("pro", "opus", "failed", "quota spent")
FAILURES = [
    (
        error("exhausted", "all out", hint="switchgear status", retry_after_ms=1500, attempts=[ATTEMPT]),
        switchgear.Exhausted,
    ),
    (error("budget", "too dear", hint="switchgear allow metered"), switchgear.BudgetRefused),
    (error("consent", "would cost", attempts=[ATTEMPT]), switchgear.BudgetRefused),
    (error("interrupted", "cut"), switchgear.Interrupted),
    (error("cancelled", "cancelled"), switchgear.Cancelled),
    (error("no_such_model", "no model", hint="switchgear models"), switchgear.NoSuchModel),
    (error("invalid_params", "model: Expected `str`"), switchgear.BadRequest),
    (error("context_length", "too long"), switchgear.BadRequest),
    (error("busy", "full"), switchgear.Busy),
    (error("internal", "a bug"), switchgear.DaemonFault),
    (error("config_invalid", "bad"), switchgear.DaemonFault),
]


@pytest.mark.parametrize(("said", "raised"), FAILURES, ids=lambda value: getattr(value, "__name__", "")[:20])
def test_each_error_has_its_class_and_carries_its_cure(
    client: switchgear.Client, daemon: FakeSwitchgear, said: ErrorObject, raised: type[switchgear.Error]
) -> None:
    """Kind, hint, retry time and attempts survive; str() ends with the hint."""
    daemon.on("completion/create", said)
    for ask in (lambda: client.ask("m", "x"), lambda: list(client.stream("m", "x"))):
        with pytest.raises(raised) as caught:
            ask()
        wrong = caught.value
        data = said.data
        assert data is not None
        assert type(wrong) is raised
        assert (wrong.kind, wrong.hint) == (data.kind, data.hint)
        assert str(wrong).startswith(said.message)
        assert not data.hint or data.hint in str(wrong)
        assert wrong.retry_after == (1.5 if data.retry_after_ms else None)
        assert list(getattr(wrong, "attempts", ())) == (data.attempts or [])


@pytest.mark.parametrize("kind", sorted(CODES))
def test_every_kind_of_error_can_be_raised(client: switchgear.Client, daemon: FakeSwitchgear, kind: str) -> None:
    """No kind of the wire is left without a class."""
    daemon.on("status", error(kind, "so it is"))
    with pytest.raises(switchgear.Error, match="so it is") as caught:
        client.status()
    assert caught.value.kind == kind


def test_an_error_reads_as_sentences() -> None:
    """What, why and the cure, whether the first ends as a sentence or not."""
    told = [
        str(switchgear.Error(what, why="Known: m.", hint="switchgear models")) for what in ("no model", "No model.")
    ]
    assert told == [f"{head} Known: m. (hint: switchgear models)" for head in ("no model:", "No model.")]
