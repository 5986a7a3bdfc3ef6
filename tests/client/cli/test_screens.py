"""Golden pages of the listing commands."""

from msgspec.structs import replace

from cli_runs import Run, Serve
from sample_world import COPILOT, HOUR, MINUTE, MODELS, NOW, OPUS, PRO, WINDOWS
from switchgear_protocol.content import Usage
from switchgear_protocol.messages import (
    Credentials,
    CredentialView,
    Models,
    Quota,
    QuotaAccount,
    RouteExplained,
    RouteStep,
    Tokens,
    TokenView,
    UsageReply,
    UsageRow,
)

MODELS_PAGE = """\
opus-4.6   ◐ via GitHub Copilot   claude_pro → github_copilot → claude_api
gpt-5.5    ● via OpenAI           openai
gemini-3   ○ nobody               openrouter-work
"""
VARIANTS_PAGE = """\
opus-4.6   claude_pro/claude-opus-4-6        included   ◐ quota spent until 16:10 (in 2 h 10 m)
           github_copilot/claude-opus-4.6    included   ● ok
           claude_api/claude-opus-4-6        metered    ○ login needed
gpt-5.5    openai/gpt-5.5                    metered    ● ok
gemini-3   openrouter-work/google/gemini-3   prepaid    ◐ rate limited until 14:00 (in 45 s)
"""
DETAIL_PAGE = """\
opus-4.6  via GitHub Copilot
  sticky     session
  pinned     github_copilot until 16:00 (in 2 h)
  moves on   quota exceeded, rate limited
  if cut     error

1. Claude Pro  claude_pro/claude-opus-4-6  ◐ quota spent until 16:10 (in 2 h 10 m)
   why        5-hour window used up
   billing    included: part of what you pay for anyway
   context    200,000 tokens, answers up to 32,000
   features   tools, images, no json schema

2. GitHub Copilot  github_copilot/claude-opus-4.6  ● ok
   billing   included: part of what you pay for anyway

3. Claude API  claude_api/claude-opus-4-6  ○ login needed
   why       no key in the keyring
   hint      switchgear login claude_api
   billing   metered: billed by use
   price     $15 in, $75 out, $1.50 cached per million tokens
"""
ROUTE_PAGE = """\
opus-4.6  via GitHub Copilot
  sticky to github_copilot
  1   GitHub Copilot   github_copilot/claude-opus-4.6   first in your order that can
  -   Claude Pro       claude_pro/claude-opus-4-6       rate limited until 14:12 (in 12 m)
  hint: switchgear login claude_pro
"""
QUOTA_PAGE = """\
claude_pro  told 30 s ago by its answers (header)
  5h   ░░░░░░░░░░░░     0 % left, resets in 2 h 10 m (16:10)
  7d   ███████░░░░░    62 % left, resets in 2 d 22 h (Wed 12:00)
"""
USAGE_PAGE = """\
provider     day          requests   failed    input   cached   output     cost    saved
claude_pro   2025-11-23         12        1   40,000    1,000    9,000    $0.00   $12.30
openai       2025-11-23          2        0      500        0       70   $1.25+    $0.00
total                           14        1   40,500    1,000    9,070   $1.25+   $12.30
+ and what has no known price (`price` of an offer, in the config)
Your subscriptions saved $12.30 at list price.
"""
AUTH_PAGE = """\
claude_pro   keyring              ● ok
openai       env OPENAI_API_KEY   ○ login needed   the variable is not set
hint: switchgear login openai
"""
ROUTED = RouteExplained(
    "opus-4.6",
    [
        RouteStep("github_copilot", "claude-opus-4.6", COPILOT.label, True, "first", "first in your order that can"),
        RouteStep(
            "claude_pro",
            "claude-opus-4-6",
            PRO.label,
            False,
            "rate_limited",
            "rate limited: 429",
            NOW + 12 * MINUTE,
            "switchgear login claude_pro",
        ),
    ],
    chosen=COPILOT.label,
    sticky="github_copilot",
)


def test_models_lists_who_serves_and_the_order(run: Run, serve: Serve) -> None:
    """One row per merged model."""
    serve({"models/list": Models(MODELS)})
    assert run("models") == (0, MODELS_PAGE, "")
    assert run("models", "--json").json["v"] == 1


def test_models_all_lists_every_variant(run: Run, serve: Serve) -> None:
    """With the health of each."""
    daemon = serve({"models/list": Models(MODELS)})
    assert run("models", "--all").out == VARIANTS_PAGE
    assert daemon.asked("models/list") == {"all": True}


def test_models_all_lists_what_no_model_names_too(run: Run, serve: Serve) -> None:
    """By name, cleaned, with how it becomes a model."""
    serve({"models/list": Models([], ["openrouter/glm-9", "evil/\x1b]0;x\x07"])})
    shown = run("models", "--all").out.splitlines()
    assert shown[-2] == "  openrouter/glm-9"
    assert "switchgear ask -m NAME, or switchgear models propose" in shown[-3]
    assert "\x1b" not in shown[-1]


def test_one_model_in_detail(run: Run, serve: Serve) -> None:
    """Price, limits, features, and why not."""
    daemon = serve({"models/show": replace(OPUS, pinned="github_copilot", pinned_until=NOW + 2 * HOUR)})
    assert run("models", "opus-4.6").out == DETAIL_PAGE
    assert daemon.asked("models/show") == {"model": "opus-4.6"}


def test_a_model_of_one_offer_moves_nowhere(run: Run, serve: Serve) -> None:
    """What would be passed over for what is not said of a provider nobody stands behind."""
    serve({"models/show": next(model for model in MODELS if model.alias == "gpt-5.5")})
    policy = run("models", "gpt-5.5").out.partition("\n\n")[0]
    assert policy == "gpt-5.5  via OpenAI\n  moves on   nowhere, with one provider\n  if cut     error"


def test_a_plan_that_is_used_up_and_goes_on_shows_its_price_as_one(run: Run, serve: Serve) -> None:
    """Not as something to compare with."""
    over = replace(PRO, price={"input": 5.0, "output": 25.0}, overdrawn=True)
    serve({"models/show": replace(OPUS, offers=[over])})
    lines = [" ".join(line.split()) for line in run("models", "opus-4.6").out.splitlines()]
    assert "billing included: part of what you pay for anyway; used up, so more is billed by use" in lines
    assert "price $5 in, $25 out per million tokens" in lines


def test_no_models_says_what_to_run(run: Run, serve: Serve) -> None:
    """A fresh install."""
    serve({"models/list": Models([])})
    assert run("models").out == "No models yet.\n  hint: switchgear setup\n"


def test_route_explains_each_step(run: Run, serve: Serve) -> None:
    """Usable ones numbered, skipped ones with their reason and cure."""
    daemon = serve({"route/explain": ROUTED})
    ran = run("route", "opus-4.6", "--explain", "--tools", "--json-schema", "--input-tokens", "9", "-s", "s1")
    assert (ran.code, ran.out) == (0, ROUTE_PAGE)
    assert daemon.asked("route/explain") == {
        "model": "opus-4.6",
        "session": "s1",
        "input_tokens": 9,
        "tools": True,
        "json_schema": True,
    }


def test_route_with_nobody_is_exit_5(run: Run, serve: Serve) -> None:
    """The reasons are shown without asking, and each cure once."""
    steps = [replace(step, hint="switchgear unpin opus-4.6") for step in ROUTED.steps[1:]]
    serve({"route/explain": replace(ROUTED, steps=steps, chosen=None, sticky=None, retry_after_ms=720_000)})
    ran = run("route", "opus-4.6")
    assert ran.code == 5
    assert ran.out.splitlines()[0] == "opus-4.6  nobody can serve it now, first one back in 12 m"
    assert "rate limited until 14:12 (in 12 m)" in ran.out
    assert ran.out.count("hint: switchgear unpin opus-4.6") == 1


def test_quota_says_where_the_figure_is_from(run: Run, serve: Serve) -> None:
    """Source and age of each reading."""
    serve({"quota/list": Quota(WINDOWS[:2])})
    assert run("quota").out == QUOTA_PAGE


def test_a_plan_that_is_used_up_and_goes_on_says_that_it_costs(run: Run, serve: Serve) -> None:
    """Not that it is nearly spent."""
    over = replace(WINDOWS[0], state="nearly", status="overdrawn", used=1.04)
    serve({"quota/list": Quota([over])})
    shown = run("quota").out
    assert ("0 % left, more is billed, resets in" in shown, "nearly spent" in shown.split("\n\n")[0]) == (True, False)


def test_quota_before_any_reading(run: Run, serve: Serve) -> None:
    """An empty page is a sentence, and what to do."""
    serve({"quota/list": Quota([], [QuotaAccount("groq", "Groq")])})
    assert run("quota").out == "No provider has reported a quota yet.\n  hint: switchgear quota --refresh\n"
    assert "hint" not in run("quota", "--refresh").out  # what it would say has just been done


def test_usage_adds_up(run: Run, serve: Serve) -> None:
    """Figures right-aligned under their heads; `+` where a price is not known."""
    rows = [
        UsageRow(
            {"provider": "claude_pro", "day": "2025-11-23"}, 12, 14, 11, 1, Usage(40_000, 9_000, 1_000), 0.0, 0, 12.3
        ),
        UsageRow({"provider": "openai", "day": "2025-11-23"}, 2, 2, 2, 0, Usage(500, 70), 1.25, 1),
    ]
    total = UsageRow({}, 14, 16, 13, 1, Usage(40_500, 9_070, 1_000), 1.25, 1, 12.3)
    daemon = serve({"usage/query": UsageReply(rows, total)})
    ran = run("usage", "--by", "provider,day", "--since", "7d")
    assert (ran.out, ran.err) == (USAGE_PAGE, "")
    assert daemon.asked("usage/query") == {"by": ["provider", "day"], "since": NOW - 7 * 24 * HOUR}


def test_usage_shows_what_costs_less_than_a_cent(run: Run, serve: Serve) -> None:
    """Small models are not free."""
    rows = [UsageRow({"model": "m"}, 1, 1, 1, 0, Usage(10, 5), 0.00017)]
    serve({"usage/query": UsageReply(rows, rows[0])})
    assert run("usage", "--by", "model").out.splitlines()[1].endswith("$0.0002   $0.00")


def test_usage_refuses_what_it_cannot_group_by(run: Run) -> None:
    """Before any daemon is asked."""
    assert run("usage", "--by", "colour").err.startswith("switchgear: cannot group by 'colour'\n")


def test_auth_shows_sources_and_states_only(run: Run, serve: Serve) -> None:
    """Never a secret, not even its fingerprint."""
    views = [
        CredentialView("claude_pro", "keyring", "ok", fingerprint="abc123"),
        CredentialView("openai", "env OPENAI_API_KEY", "missing", "the variable is not set", "switchgear login openai"),
    ]
    serve({"credentials/list": Credentials(views)})
    assert run("auth").out == AUTH_PAGE


def test_tokens_are_listed_with_their_age(run: Run, serve: Serve) -> None:
    """Never the token itself."""
    serve({"tokens/list": Tokens([TokenView("editor", NOW - 2 * HOUR, NOW - 60), TokenView("ci", NOW - 5)])})
    assert run("token", "list").out == ("editor   made 2 h ago   used 1 m ago\nci       made 5 s ago   never used\n")
