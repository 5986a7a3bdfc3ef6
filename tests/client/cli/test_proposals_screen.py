"""`switchgear models propose`: what could be merged, accepted by name or all at once."""

import pytest

from cli_runs import Run, Serve

OFFERS = [
    {
        "provider": "sub",
        "model": "glm-9",
        "billing": "included",
        "why": "rule",
        "context": None,
        "price": {},
        "quantised": False,
    },
    {
        "provider": "api",
        "model": "z-ai/glm-9",
        "billing": "metered",
        "why": "curated",
        "context": 200_000,
        "price": {"input": 0.6, "output": 2.2},
        "quantised": True,
    },
]
GLM = {"alias": "glm-9", "label": "GLM 9", "offers": OFFERS, "new": ["sub/glm-9", "api/z-ai/glm-9"], "exists": False}
UNREAD = {"provider": "home", "models": 0, "read_at": None, "reason": "connection refused", "hint": "ollama serve"}
FOUND = {"proposals": [GLM], "listings": [UNREAD], "auto": "propose"}
ACCEPTED = {"aliases": ["glm-9"], "config": {"path": "/c", "revision": 2, "ok": True}}


def test_proposals_are_shown_in_the_order_they_would_serve(run: Run, serve: Serve) -> None:
    """With price, precision, why they are thought to be one, and the lists that could not be read."""
    serve({"models/propose": FOUND})
    shown = run("models", "propose").out
    assert shown.index("sub/glm-9") < shown.index("api/z-ai/glm-9")
    for words in ("$0.6 in, $2.2 out", "quantised", "curated", "home: connection refused", "hint: ollama serve"):
        assert words in shown
    assert shown.endswith("hint: switchgear models propose --accept glm-9\n")


def test_an_empty_list_is_told(run: Run, serve: Serve) -> None:
    """It is why nothing of that provider is proposed; one never read says nothing yet."""
    empty = {"provider": "home", "models": 0, "read_at": 1.0, "reason": "", "hint": None}
    serve({"models/propose": {"proposals": [], "listings": [empty, {**empty, "provider": "new", "read_at": None}]}})
    shown = run("models", "propose").out
    assert "home: it lists no models\n" in shown
    assert "new:" not in shown


def test_nobody_who_has_just_asked_the_providers_is_told_to(run: Run, serve: Serve) -> None:
    """Only who has not is told how."""
    serve({"models/propose": {"proposals": [], "listings": []}, "models/refresh": {"listings": []}})
    assert "--refresh" in run("models", "propose").out
    asked = run("models", "propose", "--refresh").out
    assert ("Nothing new to merge" in asked, "--refresh" in asked) == (True, False)


def test_what_would_be_new_in_a_group_of_the_config_is_marked(run: Run, serve: Serve) -> None:
    """The group itself is the user's; it joins when he accepts it."""
    serve({"models/propose": {"proposals": [{**GLM, "exists": True, "new": ["api/z-ai/glm-9"]}], "listings": []}})
    shown = run("models", "propose").out
    assert "api/z-ai/glm-9 +" in shown
    assert "sub/glm-9 +" not in shown
    assert shown.endswith("hint: switchgear models propose --accept glm-9\n")


def test_proposals_are_accepted_by_name_or_all(run: Run, serve: Serve) -> None:
    """After a fresh look at the lists where that is asked for."""
    daemon = serve({"models/accept": ACCEPTED, "models/refresh": {"listings": []}})
    assert run("models", "propose", "--refresh", "--accept", "glm-9").out == "merged: glm-9\n"
    assert daemon.asked("models/accept") == {"aliases": ["glm-9"], "all": False}
    assert daemon.asked("models/refresh") == {}


def test_all_may_be_none(run: Run, serve: Serve) -> None:
    """What the config has is not written again."""
    daemon = serve({"models/accept": {**ACCEPTED, "aliases": []}})
    assert run("models", "propose", "--all").out == "nothing new to merge\n"
    assert daemon.asked("models/accept") == {"aliases": [], "all": True}


@pytest.mark.parametrize(
    ("auto", "told"), [("off", 'auto = "off"'), ("merge", "has merged"), ("propose", "no other model in common")]
)
def test_why_nothing_is_proposed_is_the_reason_it_is(run: Run, serve: Serve, auto: str, told: str) -> None:
    """Where nobody looked, or all is done, it is not said that no two providers have the same."""
    serve({"models/propose": {"proposals": [], "listings": [], "auto": auto}})
    assert told in run("models", "propose").out


def test_lists_that_nobody_could_read_are_why_nothing_is_proposed(run: Run, serve: Serve) -> None:
    """What they have in common is not known; the cure is that of each."""
    serve({"models/propose": {"proposals": [], "listings": [UNREAD], "auto": "propose"}})
    assert run("models", "propose").out.splitlines() == [
        "Nothing to merge: no list of your providers could be read.",
        "home: connection refused",
        "  hint: ollama serve",
    ]


def test_nothing_to_merge_says_what_to_try(run: Run, serve: Serve) -> None:
    """Lists may never have been read; and the options mean nothing elsewhere."""
    serve({"models/propose": {"proposals": [], "listings": []}})
    assert "hint: switchgear models propose --refresh" in run("models", "propose").out
    assert run("models", "--refresh").code == 2


def test_a_provider_cannot_write_to_the_terminal_through_its_list(run: Run, serve: Serve) -> None:
    """Why its list could not be read may be its own words."""
    told = {"provider": "evil", "reason": "no\x1b]0;owned\x07", "hint": "switchgear \x1b[2Jauth"}
    serve({"models/propose": {"proposals": [], "listings": [told]}})
    shown = run("models", "propose").out
    assert "evil: no]0;owned\n  hint: switchgear [2Jauth\n" in shown
    assert "\x1b" not in shown
