"""The two screens people look at when quotas run short, letter by letter, over a world the real State tells."""

import io

import msgspec
import pytest
from msgspec.structs import replace

from cli_runs import Run, Serve
from sample_offers import merged, offer, state
from sample_world import NOW
from short_world import opus, quota, route, status
from switchgear.cli.command.route import lines as route_lines
from switchgear.cli.models_screen import detail
from switchgear.cli.quota_rows import readings
from switchgear.cli.quota_screen import page
from switchgear.cli.screen import CODES, Screen, cells
from switchgear.cli.status_screen import lines
from switchgear_protocol.messages import ModelView, Quota, QuotaAccount, WindowView
from switchgeard import views
from switchgeard.catalogue.enrichment import applied
from switchgeard.catalogue.shipped import shipped
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog, Price

QUOTA_PAGE = """\
claude-pro  anna@example.org  told 30 s ago by its answers (anthropic-ratelimit-unified)
  5h                     █░░░░░░░░░░░     7 % left, nearly spent, resets in 1 h 12 m (15:12)
  7d                     ███████░░░░░    59 % left, resets in 3 d (Wed 14:00)
  7d_opus                ██████████░░    80 % left, resets in 3 d (Wed 14:00), read 2 h ago

claude-team  anna@example.com  told 5 s ago by its answers (anthropic-ratelimit-unified)
  5h                     ░░░░░░░░░░░░     0 % left, spent, resets in 2 h 12 m (16:12)

copilot  anna  told 4 m ago by its quota page (copilot_internal/user)
  premium_interactions   █████░░░░░░░    38 % left, resets in 7 d 12 h (01 Dec), 114 of 300 requests

openrouter  told 1 m 10 s ago by its quota page (/key)
  key                    ███████░░░░░    62 % left, 12.38 of 20.00 USD
  ○ no newer figure: its quota page answered with status 500, tried 10 s ago

anthropic
  requests/minute        ████████████   100 % left, 20 of 20 requests, your own limit
  USD/day                ████████████   100 % left, resets in 10 h (00:00), 5.00 of 5.00 USD, your own limit

bedrock  no figure yet: its answers may tell

vertex
  ○ no figure: no key in the keyring, tried just now
  hint: switchgear login vertex

nearly spent: new sessions go to another provider first, those it has stay
"""
NARROW_PAGE = """\
claude-pro  anna@example.org  told 30 s ago by its answers …
  5h                    █░░░░░    7 % left, nearly spent,
                                resets in 1 h 12 m (15:12)
  7d                    ████░░   59 % left,
                                resets in 3 d (Wed 14:00)
  7d_opus               █████░   80 % left,
                                resets in 3 d (Wed 14:00),
                                read 2 h ago

claude-team  anna@example.com  told 5 s ago by its answers …
  5h                    ░░░░░░    0 % left, spent,
                                resets in 2 h 12 m (16:12)

copilot  anna  told 4 m ago by its quota page (copilot_inte…
  premium_interactions  ██░░░░   38 % left,
                                resets in 7 d 12 h (01 Dec),
                                114 of 300 requests

openrouter  told 1 m 10 s ago by its quota page (/key)
  key                   ████░░   62 % left,
                                12.38 of 20.00 USD
  ○ no newer figure: its quota page answered with status
  500, tried 10 s ago

anthropic
  requests/minute       ██████  100 % left,
                                20 of 20 requests,
                                your own limit
  USD/day               ██████  100 % left,
                                resets in 10 h (00:00),
                                5.00 of 5.00 USD,
                                your own limit

bedrock  no figure yet: its answers may tell

vertex
  ○ no figure: no key in the keyring, tried just now
  hint: switchgear login vertex

nearly spent: new sessions go to another provider first,
those it has stay
"""
OPUS_PAGE = """\
opus-4.6  via GitHub Copilot
  then       OpenRouter, Claude Pro
  sticky     session
  moves on   quota exceeded, rate limited, provider unavailable, timeout, auth failed
  if cut     error

1. Claude Pro  claude-pro/claude-opus-4-6  ● 3rd in line
   why          5h window is 93 % used: kept for its sessions
   billing      included: part of what you pay for anyway
   list price   $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (catalogue)
   context      200,000 tokens, answers up to 64,000 (your config)
   features     tools, images, pdf, reasoning, no json schema
   5h        █░░░░░░░░░░░     7 % left, nearly spent, resets in 1 h 12 m (15:12)
   7d        ███████░░░░░    59 % left, resets in 3 d (Wed 14:00)
   7d_opus   ██████████░░    80 % left, resets in 3 d (Wed 14:00), read 2 h ago
   told 30 s ago by its answers (anthropic-ratelimit-unified)

2. Claude Team  claude-team/claude-opus-4-6  ◐ quota spent until 16:12 (in 2 h 12 m)
   why          the 5h window is used up
   billing      included: part of what you pay for anyway
   list price   $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (catalogue)
   context      200,000 tokens, answers up to 64,000 (your config)
   features     tools, images, pdf, reasoning, no json schema
   5h   ░░░░░░░░░░░░     0 % left, spent, resets in 2 h 12 m (16:12)
   told 5 s ago by its answers (anthropic-ratelimit-unified)

3. GitHub Copilot  copilot/claude-opus-4-6  ● serves now
   why        before claude-pro, whose 5h window is 93 % used
   billing    included: part of what you pay for anyway
   context    200,000 tokens, answers up to 64,000 (its own list)
   features   tools, images, pdf, reasoning, no json schema
   premium_interactions   █████░░░░░░░    38 % left, resets in 7 d 12 h (01 Dec), 114 of 300 requests
   told 4 m ago by its quota page (copilot_internal/user)

4. Bedrock  bedrock/claude-opus-4-6  · paused by you
   hint       switchgear resume bedrock
   billing    metered: billed by use
   price      $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (catalogue)
   context    200,000 tokens, answers up to 64,000 (your config)
   features   tools, images, pdf, reasoning, no json schema

5. OpenRouter  openrouter/claude-opus-4-6  ● next
   why        before claude-pro, whose 5h window is 93 % used
   billing    prepaid: taken from what you paid in
   price      $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (its own list)
   context    200,000 tokens, answers up to 64,000 (its own list)
   features   tools, images, pdf, reasoning, no json schema
   key   ███████░░░░░    62 % left, 12.38 of 20.00 USD
   told 1 m 10 s ago by its quota page (/key)

6. Vertex AI  vertex/claude-opus-4-6  ○ login needed
   why        no key in the keyring
   hint       switchgear login vertex
   billing    metered: billed by use
   price      $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (catalogue)
   context    200,000 tokens, answers up to 64,000 (your config)
   features   tools, images, pdf, reasoning, no json schema

7. Anthropic  anthropic/claude-opus-4-6  · metered spending needs your consent
   hint       switchgear allow metered --for 1h
   billing    metered: billed by use
   price      $5 in, $25 out, $0.50 cached, $6.25 to cache per million tokens (catalogue)
   context    200,000 tokens, answers up to 64,000 (your config)
   features   tools, images, pdf, reasoning, no json schema
   requests/minute   ████████████   100 % left, 20 of 20 requests, your own limit
   USD/day           ████████████   100 % left, resets in 10 h (00:00), 5.00 of 5.00 USD, your own limit
"""

ROUTE_PAGE = """\
opus-4.6  via GitHub Copilot
  1   GitHub Copilot   copilot/claude-opus-4-6       before claude-pro, whose 5h window is 93 % used, no extra cost
  2   OpenRouter       openrouter/claude-opus-4-6    before claude-pro, whose 5h window is 93 % used, about $0.04
  3   Claude Pro       claude-pro/claude-opus-4-6    5h window is 93 % used: kept for its sessions, no extra cost
  -   Claude Team      claude-team/claude-opus-4-6   quota spent until 16:12 (in 2 h 12 m), the 5h window is used up
  -   Bedrock          bedrock/claude-opus-4-6       paused by you
  -   Vertex AI        vertex/claude-opus-4-6        login needed, no key in the keyring
  -   Anthropic        anthropic/claude-opus-4-6     metered spending needs your consent, about $0.04
  hint: switchgear resume bedrock
  hint: switchgear login vertex
  hint: switchgear allow metered --for 1h
"""


STATUS_PAGE = """\
switchgear 0.1.0  up 3 h, pid 4242

Models
  opus-4.6   ◐ via GitHub Copilot   Claude Pro: 5h window is 93 % used: kept for its sessions

Providers in trouble
  claude-team   ◐ quota spent    until 16:12 (in 2 h 12 m), the 5h window is used up
  bedrock       · paused
  vertex        ○ login needed   no key in the keyring
  hint: switchgear resume bedrock
  hint: switchgear login vertex

Quota
  claude-pro    5h                     █░░░░░░░░░░░     7 % left, nearly spent, resets in 1 h 12 m
                7d                     ███████░░░░░    59 % left, resets in 3 d
                7d_opus                ██████████░░    80 % left, resets in 3 d
  claude-team   5h                     ░░░░░░░░░░░░     0 % left, spent, resets in 2 h 12 m
  copilot       premium_interactions   █████░░░░░░░    38 % left, resets in 7 d 12 h, 114 of 300 requests
  openrouter    key                    ███████░░░░░    62 % left, 12.38 of 20.00 USD
  anthropic     requests/minute        ████████████   100 % left, 20 of 20 requests, your own limit
                USD/day                ████████████   100 % left, resets in 10 h, 5.00 of 5.00 USD, your own limit
"""
NARROW_STATUS = """\
switchgear 0.1.0  up 3 h, pid 4242

Models
  opus-4.6  ◐ via GitHub Copilot  Claude Pro: 5h window is …

Providers in trouble
  claude-team  ◐ quota spent   for 2 h 12 m, the 5h window …
  bedrock      · paused
  vertex       ○ login needed  no key in the keyring
  hint: switchgear resume bedrock
  hint: switchgear login vertex

Quota
  claude-pro   5h            ◐   7 % left for 1 h 12 m
               7d            ●  59 % left for 3 d
               7d_opus       ●  80 % left for 3 d
  claude-team  5h            ○ spent for 2 h 12 m
  copilot      premium_int…  ●  38 % left for 7 d 12 h
  openrouter   key           ●  62 % left
  anthropic    requests/mi…  ● 100 % left
               USD/day       ● 100 % left for 10 h
"""


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def on_terminal(width: int, told: Quota, color: str = "never") -> str:
    screen = Screen(Terminal(), color, {"COLUMNS": str(width), "LANG": "en_US.UTF-8"})
    return "".join(f"{line}\n" for line in page(screen, msgspec.to_builtins(told), NOW))


def test_the_quota_page_says_what_is_left_until_when_and_who_said_so(run: Run, serve: Serve) -> None:
    """One nearly spent, one spent, an older figure, the user's own limits, a page that fails, a missing key."""
    serve({"quota/list": quota(NOW)})
    assert run("quota") == (0, QUOTA_PAGE, "")


def test_a_model_says_who_serves_who_is_next_and_of_each_why_and_what_it_costs(run: Run, serve: Serve) -> None:
    """In the user's own order, with the place each has now."""
    serve({"models/show": opus(NOW)})
    assert run("models", "opus-4.6") == (0, OPUS_PAGE, "")


def test_a_route_says_what_the_request_costs_where(run: Run, serve: Serve) -> None:
    """What is paid for anyway costs nothing more, however scarce it is."""
    serve({"route/explain": route(NOW)})
    assert run("route", "opus-4.6", "--explain") == (0, ROUTE_PAGE, "")


def test_a_route_on_a_narrow_terminal_leaves_its_room_to_the_reasons(home: object) -> None:
    """Who and why; what it is called there can be seen in a wider one."""
    screen = Screen(Terminal(), "never", {"COLUMNS": "60", "LANG": "en_US.UTF-8"})
    told = [*route_lines(screen, msgspec.to_builtins(route(NOW)), explain=True)]
    assert "                     whose 5h window is 93 % used," in told
    assert "copilot/claude-opus-4-6" not in "".join(told)
    assert max(map(cells, told)) <= 60


def test_a_narrow_terminal_gets_every_word_in_more_lines(home: object) -> None:
    """What matters most stands first; only the heading's end is cut."""
    assert on_terminal(60, quota(NOW)) == NARROW_PAGE


def test_status_says_why_the_first_is_not_the_one_and_what_is_tightest(run: Run, serve: Serve) -> None:
    """One line each."""
    serve({"status": status(NOW)})
    assert run("status") == (0, STATUS_PAGE, "")


def test_status_on_a_narrow_terminal_keeps_what_is_left_and_until_when(home: object) -> None:
    """Without bars; a glyph and a word say what colour would."""
    screen = Screen(Terminal(), "never", {"COLUMNS": "60", "LANG": "en_US.UTF-8"})
    told = [*lines(screen, msgspec.to_builtins(status(NOW)), NOW)]
    assert "\n".join(told) + "\n" == NARROW_STATUS
    assert max(map(cells, told)) <= 60


@pytest.mark.parametrize(("order", "words"), [("cheapest", "not the cheapest"), ("given", "standing by")])
def test_a_first_offer_that_is_only_not_chosen_is_not_in_trouble(
    run: Run, serve: Serve, order: str, words: str
) -> None:
    """The reason is the model's own order, or a pin."""
    told = status(NOW)
    first = replace(told.models[0].offers[0], reason="")
    model = replace(told.models[0], offers=[first, *told.models[0].offers[1:]], order=order)
    serve({"status": replace(told, models=[model])})
    assert f"Claude Pro: {words}" in run("status").out


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """And the wider it is, the fewer they are."""
    lines = on_terminal(width, quota(NOW)).splitlines()
    assert max(map(cells, lines)) <= width
    assert len(lines) <= len(on_terminal(60, quota(NOW)).splitlines())


def test_colour_says_nothing_that_words_do_not() -> None:
    """The page without its colours is the page in black and white."""
    coloured = plain = on_terminal(100, quota(NOW), "always")
    for code in [*filter(None, CODES.values()), "0"]:
        plain = plain.replace(f"\x1b[{code}m", "")
    assert coloured != plain == on_terminal(100, quota(NOW))


def test_where_price_and_context_are_from_is_read_as_the_daemon_says_it() -> None:
    """Both sides of the one line: what the catalogue knew, and the price the user wrote."""
    plain = offer("p", "claude-opus-4-6", kind="anthropic")
    rows = {"p": {"claude-opus-4-6": Listed("claude-opus-4-6", context=100)}}
    for given, lists, told in [
        (plain, {}, ["(catalogue)", "(catalogue)"]),
        (replace(plain, price=Price(1.0, 2.0)), rows, ["(your config)", "(its own list)"]),
    ]:
        catalog = applied(Catalog({"m": merged(given)}), shipped(), lists)
        view = msgspec.to_builtins(views.models(state(catalog.models["m"]), Now(NOW, 1.0))[0])
        lines = [line for line in detail(Screen(io.StringIO(), "never", {}), view) if "tokens" in line]
        assert [line[line.rindex("(") :] for line in lines] == told


def test_what_running_requests_hold_is_told(run: Run, serve: Serve) -> None:
    """With money to the cent, and a balance that has no limit."""
    held = WindowView(
        "a", "tokens", "x-ratelimit", NOW, used=0.5, limit=1000, remaining=500, unit="tokens", reserved=0.03
    )
    money = WindowView("b", "balance-USD", "/user/balance", NOW, remaining=8.3, unit="USD")
    due = WindowView("b", "5h", "header", NOW - 60, limit=50, unit="requests", resets_at=NOW - 5)
    refused = WindowView("c", "account", "learned", NOW - 5, state="spent", resets_at=NOW + 60)
    serve({"quota/list": Quota([replace(held, reserved=0.03), money, due, refused])})
    told = run("quota").out
    assert "c  told 5 s ago by its refusal" in told
    assert "0 % left, spent, resets in" in told
    assert "50 % left, 500 of 1,000 tokens, 3 % held by running requests" in told
    assert "8.30 USD left" in told
    assert "reset 5 s ago, no figure since" in told
    assert "some left" not in told


def test_a_provider_cannot_write_to_the_terminal_through_its_quota() -> None:
    """Names, accounts and reasons are cleaned like all that is foreign."""
    evil = "\x1b]0;x\x07"
    window = WindowView(f"p{evil}", f"5h{evil}", f"s{evil}", NOW, used=0.5)
    account = QuotaAccount(f"p{evil}", "P", f"me{evil}", True, NOW, f"no{evil}", f"do{evil}")
    assert "\x1b" not in on_terminal(100, Quota([window], [account]))


def test_figures_of_two_sources_are_told_each() -> None:
    """The newest of each; nothing where all are limits of the user."""
    windows = [{"source": "x-codex", "observed_at": NOW - 90}, {"source": "/key", "observed_at": NOW - 5}]
    told = readings([*windows, {"source": "config", "observed_at": NOW}], NOW)
    assert told == "told 1 m 30 s ago by its answers (x-codex), 5 s ago by its quota page (/key)"
    assert readings([{"source": "config", "observed_at": NOW}], NOW) == ""


def test_everybody_out_says_so(run: Run, serve: Serve) -> None:
    """No line of places is drawn where nobody has one."""
    serve({"models/show": ModelView("m", "M", [])})
    assert run("models", "m").out.splitlines()[0] == "m  nobody can serve it now"
