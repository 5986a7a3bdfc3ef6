"""What a setup proposes."""

from typing import Any

from switchgear.cli.setup.worth import newest, worth


def proposal(alias: str, released: float | None = None) -> dict[str, Any]:
    return {"alias": alias, "offers": [{"provider": "a", "released": released}]}


def test_the_day_of_the_list_decides_before_any_name() -> None:
    """Version numbers of different makers are not to be compared."""
    found = newest([proposal("new-1", 3.0), proposal("old-9", 1.0), proposal("unsaid-99")], 2)
    assert [one["alias"] for one in found] == ["new-1", "old-9"]


def test_without_days_the_version_decides() -> None:
    """As numbers; a date in a name is none."""
    names = ["opus-4-9", "opus-4-10", "sonnet-5-5", "haiku"]
    assert [one["alias"] for one in newest([proposal(name) for name in names])] == [
        "sonnet-5-5",
        "opus-4-10",
        "opus-4-9",
        "haiku",
    ]


def test_what_the_user_left_out_of_his_model_stays_out() -> None:
    """Only a provider that was taken just now joins it."""
    there = proposal("mine") | {"exists": True}
    joins, stays = there | {"new": ["b/m"]}, there | {"new": ["b/m", "a/m"]}
    assert worth([joins, stays], ["b"], ["a", "b"]) == [joins]


def test_what_no_working_provider_has_is_not_proposed() -> None:
    """Its first answer would be a refusal."""
    assert worth([proposal("m")], ["a"], []) == []
    assert worth([proposal("m")], [], ["a"]) == [proposal("m")]
