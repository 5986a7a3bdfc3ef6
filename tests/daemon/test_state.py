"""State: what it believes, what it refuses, and the one event each change causes."""

import pytest
from msgspec import structs

from attempted import begun, ended, first
from sample_offers import SCOPES, T0, ask, codes, configured, failure, merged, offer, provider_of, state
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, Health, Outcome, Scope, StickyMode
from switchgear_protocol.words import FailureKind as K
from switchgeard.allowance import MAX_WINDOWS
from switchgeard.ask import Settled
from switchgeard.core.failure import Failure
from switchgeard.core.health import CLOSED, ScopeKey
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Price, RoutingPolicy
from switchgeard.core.pin import PinState
from switchgeard.core.quota import Window
from switchgeard.core.sticky import CACHE_TTL, WELL_FOR

A, B = offer("a"), offer("b")
MODEL = merged(A, B)
PAID = offer("paid", billing=Billing.METERED)
BLOCKS = sorted(set(SCOPES) - {K.OVERLOADED, K.UNAVAILABLE, K.TIMEOUT, K.PROTOCOL})


# --- planning and gates -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_failure_that_blocks_sends_the_next_request_elsewhere(kind: K) -> None:
    """And is told with its reason, time and cure."""
    world = state(MODEL)
    ended(world, failure(kind, 60.0))
    assert first(world) == "b"
    skipped = world.plan(ask(MODEL), T0).skipped[0]
    assert skipped.reason == f"{kind} it says"
    if kind in (K.AUTH_FAILED, K.MISSING_CREDENTIAL):
        assert (skipped.left, skipped.hint) == (None, "switchgear login a")
    elif kind is not K.LOCKED:
        assert (skipped.left, skipped.until) == (60.0, T0.wall + 60)


def test_the_gate_closes_between_plan_and_try() -> None:
    """Four requests planned the same offer; after the first 429 none of the others begins."""
    world = state(MODEL)
    plans = [world.plan(ask(MODEL), T0) for _ in range(4)]
    given = begun(world, plans[0].candidates[0], ask(MODEL))
    world.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, failure(K.RATE_LIMITED, 60.0)), T0)
    assert [world.begin(p.candidates[0], ask(MODEL), T0)[0] for p in plans[1:]] == [None] * 3
    assert world.live == {}


def test_one_request_probes_and_the_others_are_told_that_it_will_be_known_soon() -> None:
    """`recovering`, with a moment's wait."""
    world = state(merged(A))
    asking = ask(merged(A))
    ended(world, failure(K.RATE_LIMITED, 30.0), asking)
    later = T0.after(30)
    given = begun(world, world.plan(asking, later).candidates[0], asking, later)
    assert given.probe
    plan = world.plan(asking, later)
    assert (codes(plan.skipped), plan.settling, plan.retry_after) == ([("a", "recovering")], True, 1.0)
    world.committed(given, asking, later)
    assert first(world, asking, later) == "a"


def test_a_model_is_found_by_its_alias_or_as_one_variant() -> None:
    """`provider/model-id`."""
    world = state(merged(A, offer("c", "vendor/m:1")))
    assert world.find("m") == merged(A, offer("c", "vendor/m:1"))
    variant = world.find("c/vendor/m:1")
    assert variant is not None
    assert [o.provider for o in variant.offers] == ["c"]
    assert (variant.alias, variant.within) == ("c/vendor/m:1", "m")
    assert world.find("nobody/other") is None


def test_a_paused_provider_is_left_out_until_its_time_or_a_word() -> None:
    """The pause is the user's; resuming forgives everything."""
    world = state(MODEL)
    world.pause("a", T0.wall + 60, T0)
    assert (first(world), first(world, now=T0.after(60))) == ("b", "a")
    world.pause("a", None, T0)
    assert first(world, now=T0.after(1e6)) == "b"
    ended(world, failure(K.AUTH_FAILED))
    events = [*world.resume("a", T0), *world.resume("b", T0)]
    assert first(world) == "a"
    assert {e.type for e in events} == {"health", "pause"}


def test_the_obstacle_that_lasts_longest_is_told() -> None:
    """A pause of ten seconds does not hide an hour of spent quota (I20)."""
    world = state(merged(A))
    asking = ask(merged(A))
    ended(world, failure(K.QUOTA_EXCEEDED, 3600.0), asking)
    world.pause("a", T0.wall + 10, T0)
    assert world.plan(asking, T0).retry_after == 3600
    world.pause("a", T0.wall + 7200, T0)
    plan = world.plan(asking, T0)
    assert (plan.skipped[0].code, plan.retry_after) == ("paused", 7200)


def test_a_pin_binds_its_model_or_one_session_until_it_ends() -> None:
    """The session's own pin beats the model's."""
    world = state(MODEL)
    world.pin("m", None, PinState("b", T0.wall + 60), T0)
    world.pin("m", "s", PinState("a"), T0)
    assert (first(world), first(world, ask(MODEL, "s"))) == ("b", "a")
    assert first(world, now=T0.after(60)) == "a"
    assert [e.type for e in world.unpin("m", "s", T0)] == ["pin"]
    assert first(world, ask(MODEL, "s")) == "b"
    assert world.unpin("m", "nobody", T0) == []


def test_the_end_of_a_pin_is_when_the_others_may_serve_again() -> None:
    """I20: not the later time of the pinned one; an offer with its own obstacle waits for both."""
    world = state(MODEL)
    world.pause("b", T0.wall + 3600, T0)
    world.pin("m", None, PinState("b", T0.wall + 60), T0)
    assert world.plan(ask(MODEL), T0).retry_after == 60
    world.pause("a", T0.wall + 900, T0)
    assert world.plan(ask(MODEL), T0).retry_after == 900
    world.pin("m", None, PinState("b"), T0)
    assert world.plan(ask(MODEL), T0).retry_after == 3600


def test_a_pin_to_a_provider_that_left_the_model_binds_nobody() -> None:
    """Else the model would be dead until somebody remembers the pin."""
    world = state(MODEL)
    world.pin("m", None, PinState("gone"), T0)
    assert first(world) == "a"


# --- sessions -----------------------------------------------------------------------------------


def test_a_session_is_assigned_when_its_first_content_came_and_moves_with_the_next() -> None:
    """Before commit nothing is assigned; a failure moves it, with an event."""
    world = state(MODEL)
    asking = ask(MODEL, "s")
    ended(world, None, asking)
    assert world.sessions.assignments["editor", "s", "m"].provider == "a"
    ended(world, failure(K.RATE_LIMITED, 60.0), asking)
    assert world.sessions.assignments["editor", "s", "m"].provider == "a"
    given = begun(world, world.plan(asking, T0).candidates[0], asking)
    events = world.committed(given, asking, T0)
    assert [(e.type, e.reason) for e in events] == [("sticky", "moved from a")]
    later = T0.after(120)
    assert first(world, asking, later) == "b"
    assert first(world, ask(MODEL, "other"), later) == "a"


LIST = Price(5.0, 25.0, cache_read=0.5)


def test_every_move_says_what_the_cold_cache_costs() -> None:
    """Tokens the session leaves behind, and what the next reads them for; at the failover and at the move."""
    costly = offer("b", billing=Billing.METERED, price=LIST)
    model = merged(A, costly)
    world, asking = state(model), ask(model, "s")
    ended(world, None, asking)
    held = world.sessions.assignments
    held["editor", "s", "m"] = structs.replace(held["editor", "s", "m"], prefix=100_000)
    trouble = failure(K.RATE_LIMITED, 60.0)
    ended(world, trouble, asking)
    (left,) = world.failed_over(asking, A, trouble, T0, costly)
    given = begun(world, world.plan(asking, T0).candidates[0], asking)
    (moved,) = world.committed(given, asking, T0)
    assert [(e.type, e.switch_tokens, e.switch_cost_usd) for e in (left, moved)] == [
        ("failover", 100_000, 0.5),
        ("sticky", 100_000, 0.5),
    ]


def test_a_move_that_loses_no_cache_costs_nothing() -> None:
    """No session, a session elsewhere, a cold one, or nobody to go on to."""
    model = merged(A, offer("b", billing=Billing.METERED, price=LIST))
    world, asking, trouble = state(model), ask(model, "s"), failure(K.RATE_LIMITED, 60.0)
    ended(world, None, ask(model, "s", Needs(input_tokens=50_000)))
    for who, left, now, to in (
        (ask(model), A, T0, model.offers[1]),
        (asking, model.offers[1], T0, A),
        (asking, A, T0.after(CACHE_TTL + 1), model.offers[1]),
        (asking, A, T0, None),
    ):
        (told,) = world.failed_over(who, left, trouble, now, to)
        assert (told.switch_tokens, told.switch_cost_usd) == (0, 0.0)


def test_a_session_remembers_how_much_its_provider_has_read() -> None:
    """The estimate while it answers, then what was counted."""
    world, asking = state(MODEL), ask(MODEL, "s", Needs(input_tokens=50))
    given = begun(world, world.plan(asking, T0).candidates[0], asking)
    world.committed(given, asking, T0)
    assert world.sessions.assignments["editor", "s", "m"].prefix == 50
    world.finish(given, asking, Settled(Outcome.COMPLETE, 1.0, None, Usage(30, 4, 20)), T0)
    assert world.sessions.assignments["editor", "s", "m"].prefix == 54


def test_a_session_goes_back_when_its_cache_is_cold_and_the_better_offer_has_been_well() -> None:
    """Not inside a turn."""
    world = state(MODEL)
    asking = ask(MODEL, "s")
    world.pause("a", None, T0)
    ended(world, None, asking)
    world.resume("a", T0)
    later = T0.after(max(CACHE_TTL, WELL_FOR) + 1)
    assert first(world, ask(MODEL, "s", turn_boundary=False), later) == "b"
    assert first(world, asking, later) == "a"


def test_sticky_mode_none_assigns_nobody() -> None:
    """Nor does a request without a session."""
    loose = merged(A, routing=RoutingPolicy(StickyMode.NONE))
    world = state(loose, MODEL)
    ended(world, None, ask(loose, "s"))
    ended(world, None, ask(MODEL))
    assert world.sessions.assignments == {}


def test_sessions_are_bounded_and_the_stalest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """And forgotten on disk too."""
    monkeypatch.setattr("switchgeard.sessions.MOST", 2)
    world = state(MODEL)
    for name in ("s1", "s2", "s1", "s3"):
        ended(world, None, ask(MODEL, name))
    assert [session for _, session, _ in world.sessions.assignments] == ["s1", "s3"]
    assert ("assignments", ("editor", "s2", "m")) in world.dirty


# --- quota --------------------------------------------------------------------------------------


def window(name: str = "5h", **more: object) -> Window:
    return Window("a", name, T0.wall, "header", **more)  # type: ignore[arg-type]


def test_a_spent_window_closes_its_pool_until_the_reset() -> None:
    """Long ones are a spent quota, short ones a rate limit; a reading that is not spent closes nothing."""
    world = state(MODEL)
    world.observe([window(used=0.99, resets_at=T0.wall + 60)], T0)
    assert world.circuits == {}
    world.observe([window(status="rejected", resets_at=T0.wall + 3600)], T0)
    assert codes(world.plan(ask(MODEL), T0).skipped) == [("a", "quota_exhausted")]
    assert first(world, now=T0.after(3600)) == "a"
    world.observe([window("requests", remaining=0.0, resets_at=T0.wall + 5)], T0)
    assert world.circuits[ScopeKey(Scope.BUCKET, "a", "requests")].health is Health.RATE_LIMITED


def test_a_reading_and_the_refusal_that_follows_close_one_circuit() -> None:
    """The window's own name is the pool's; the second adds no event of another scope."""
    world = state(MODEL)
    given = begun(world, world.plan(ask(MODEL), T0).candidates[0], ask(MODEL))
    world.observe([window(status="rejected", resets_at=T0.wall + 3600)], T0)
    spent = failure(K.QUOTA_EXCEEDED, 3600.0, bucket="5h")
    events = world.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, spent), T0)
    assert [e.type for e in events] == ["attempt"]
    assert [key for key, circuit in world.circuits.items() if circuit.open] == [ScopeKey(Scope.BUCKET, "a", "5h")]


def test_a_reading_is_told_once() -> None:
    """The same again is no event."""
    world = state(MODEL)
    assert [e.type for e in world.observe([window(used=0.5)], T0)] == ["quota"]
    assert world.observe([window(used=0.5)], T0) == []


def test_a_provider_cannot_fill_the_memory_with_windows() -> None:
    """Beyond a generous number they are noise; the known ones are still read."""
    world = state(MODEL)
    world.observe([window(f"{n}x", used=0.1) for n in range(1000)], T0)
    assert len(world.allowance.windows) == MAX_WINDOWS
    assert world.observe([window("0x", used=0.2)], T0) != []


# --- events -------------------------------------------------------------------------------------


def test_each_attempt_is_told_once_with_how_it_ended() -> None:
    """I9: one `attempt` event, and one `health` event per circuit that changed."""
    world = state(MODEL)
    events = ended(world, failure(K.RATE_LIMITED, 30.0, source="retry-after"))
    told, circuit = events
    assert (told.type, told.provider, told.outcome, told.kind) == ("attempt", "a", "failed", K.RATE_LIMITED)
    assert (told.request, told.milliseconds, told.usage) == ("r-1", 12.3, Usage(3, 4))
    assert (circuit.type, circuit.was, circuit.health) == ("health", Health.AVAILABLE, Health.RATE_LIMITED)
    assert (circuit.until, circuit.source) == (T0.wall + 30, "retry-after")


@pytest.mark.parametrize("kind", [K.INVALID_REQUEST, K.CONTENT_POLICY, K.CONTEXT_LENGTH])
def test_what_a_provider_says_of_a_request_stays_out_of_every_event(kind: K) -> None:
    """It may quote the prompt (I17)."""
    world = state(MODEL)
    quoting = Failure(kind, "messages[0] 'my secret plan' is wrong", status=400)
    events = ended(world, quoting) + world.failed_over(ask(MODEL), A, quoting, T0)
    assert "secret plan" not in repr(events)
    assert events[0].reason == f"{kind.value.replace('_', ' ')} (status 400)"
    assert all(circuit == CLOSED for circuit in world.circuits.values())


def test_event_numbers_have_no_gap() -> None:
    """I15, whichever method made them."""
    world = state(MODEL)
    events = [
        *ended(world, failure(K.RATE_LIMITED, 1.0)),
        *world.pause("a", None, T0),
        *world.observe([window(status="rejected", resets_at=T0.wall + 9)], T0),
        *world.credential_changed("a", "stored", T0),
        *world.allow_metered(None, T0),
        *world.note("daemon", "started", T0),
    ]
    # the route event of `ended` was number 1
    assert [e.seq for e in events] == list(range(2, len(events) + 2))
    assert world.telling.seq == len(events) + 1


def test_a_stored_credential_forgives_what_the_old_one_did() -> None:
    """Also a quota: it may be another account's."""
    world = state(MODEL)
    ended(world, failure(K.AUTH_FAILED))
    assert first(world) == "b"
    events = world.credential_changed("a", "stored", T0)
    assert first(world) == "a"
    assert [e.type for e in events] == ["health", "credential"]


def test_an_attempt_of_the_old_credential_says_nothing_of_the_new_one() -> None:
    """It was begun before; its 401 is stale."""
    world = state(MODEL)
    given = begun(world, world.plan(ask(MODEL), T0).candidates[0], ask(MODEL))
    world.credential_changed("a", "stored", T0)
    world.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, failure(K.AUTH_FAILED)), T0)
    assert first(world) == "a"


def test_a_provider_that_moved_starts_with_a_clean_slate() -> None:
    """A new address or login; another provider keeps what was believed of it."""
    world = state(MODEL)
    ended(world, failure(K.AUTH_FAILED))
    ended(world, failure(K.QUOTA_EXCEEDED, 60.0))
    assert first(world) is None
    config = configured(MODEL)
    moved = structs.replace(provider_of(A), base_url="https://elsewhere.example")
    events = world.configure(structs.replace(config, providers=config.providers | {"a": moved}), T0)
    assert events[-1].type == "config"
    assert first(world) == "a"
    assert codes(world.plan(ask(MODEL), T0).skipped) == [("b", "quota_exhausted")]


def test_an_offer_that_keeps_failing_loses_its_retries_and_earns_them_back() -> None:
    """The retry budget counts per offer; what says nothing about it does not count."""
    world = state(MODEL)
    for _ in range(5):
        ended(world, failure(K.INVALID_REQUEST))
    assert world.may_retry(A)
    for _ in range(5):
        begun_at = world.plan(ask(MODEL), T0).candidates[0]
        given = begun(world, begun_at, ask(MODEL))
        world.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, failure(K.OVERLOADED)), T0)
        world.forgive("a", T0)
    assert not world.may_retry(A)
    assert world.may_retry(B)
    for _ in range(2):
        ended(world, None)
    assert world.may_retry(A)
