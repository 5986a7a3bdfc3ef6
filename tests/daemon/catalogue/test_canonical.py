"""One model has one name, whoever spells it; and two models never share one."""

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.catalogue.canonical import canonical, spelt

SPELLINGS = {
    "claude-opus-4-6": (
        "claude-opus-4-6-20260205 claude-opus-4.6 anthropic/claude-opus-4.6 anthropic.claude-opus-4-6-v1"
        " us.anthropic.claude-opus-4-6-v1 claude-opus-4-6@default databricks-claude-opus-4-6"
    ),
    "claude-sonnet-4-5": (
        "claude-sonnet-4-5-20250929 us.anthropic.claude-sonnet-4-5-20250929-v1:0 claude-sonnet-4-5@20250929"
        " anthropic.claude-sonnet-4-5-20250929-v1:0:200k"
    ),
    "claude-sonnet-3-7": "claude-3-7-sonnet-20250219 anthropic/claude-3.7-sonnet claude-3-7-sonnet@20250219",
    "gpt-5-5": "gpt-5.5 gpt-5.5-2026-04-23 openai/gpt-5.5 openai.gpt-5.5",
    "llama-3-3-70b-instruct": (
        "meta-llama/llama-3.3-70b-instruct us.meta.llama3-3-70b-instruct-v1:0 meta/llama-3.3-70b-instruct-maas"
        " llama-3.3-70b-versatile meta-llama/Llama-3.3-70B-Instruct-Turbo llama3.3:70b-instruct-q4_K_M"
    ),
    "deepseek-r1": "deepseek/deepseek-r1 us.deepseek.r1-v1:0 DeepSeek-R1",
    "deepseek-v3-2": "deepseek.v3.2 deepseek/deepseek-v3.2",
    "claude-opus-4": "claude-opus-4-0 claude-opus-4-20250514 anthropic.claude-opus-4-20250514-v1:0",
    "nemotron-3-nano-30b": (
        "nvidia/nemotron-3-nano-30b-a3b nvidia.nemotron-nano-3-30b nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"
        " nemotron-3-nano:30b"
    ),
    "qwen3-235b-instruct": "qwen/qwen3-235b-a22b-instruct qwen.qwen3-235b-instruct-v1:0",
    "kimi-k2-thinking": "moonshotai/kimi-k2-thinking moonshot.kimi-k2-thinking",
}


SPELT = (
    "gpt-5.5 gpt-4.1-mini gpt-5-mini gpt-4-32k gpt-4o-2024-11-20 claude-opus-4-6 claude-sonnet-4"
    " gemini-2.5-pro grok-4.20 llama-3.3-70b-instruct qwen3.5-35b kimi-k2.5 kimi-k2-0905 deepseek-v3.2"
    " glm-4.7 gemma-3-27b nemotron-3-8b"
)


def test_a_model_is_spelt_as_its_maker_does() -> None:
    """Codex knows gpt-5.5 by its dot, Claude Code claude-opus-4-6 by its dash; sizes and dates are no versions."""
    assert [spelt(canonical(name).base) for name in SPELT.split()] == SPELT.split()


@given(st.from_regex(r"[a-z]{1,4}(-[a-z0-9]{1,4}){0,5}", fullmatch=True))
def test_how_it_is_spelt_changes_no_name(base: str) -> None:
    """What was written into a config is the same model at the next look."""
    assert canonical(spelt(base)).base == canonical(base).base


def test_every_spelling_of_a_model_comes_to_the_same_name() -> None:
    """Copilot's dots, Bedrock's regions and revisions, Vertex's versions, dates, a local server's tags."""
    for base, ids in SPELLINGS.items():
        assert {each: canonical(each).base for each in ids.split()} == dict.fromkeys(ids.split(), base)


def test_what_may_be_other_weights_keeps_a_name_of_its_own() -> None:
    """Sizes, modes of training, previews: a name too few would give wrong answers."""
    ids = [
        "gpt-5",
        "gpt-5-mini",
        "gpt-5-nano",
        "gpt-5-pro",
        "gpt-5-codex",
        "gpt-5-chat-latest",
        "gemini-3.1-flash-lite",
        "gemini-3.1-flash-lite-preview",
        "gemini-3.1-pro-preview",
        "gemini-3.1-pro-preview-customtools",
        "llama-3.3-8b-instruct",
        "llama-3.3-70b-instruct",
        "llama-3.3-70b",
        "claude-opus-4.6-fast",
        "gpt-4o-2024-05-13",
        "gpt-4o-2024-08-06",
        "claude-3-5-sonnet-20240620",
        "claude-3-5-sonnet-20241022",
        "gpt-4-turbo",
        "gpt-4",
        "qwen3-9b-claude-4-6-opus-reasoning-distilled",
        "nemotron-nano-9b-v2",
        "nemotron-nano-9b",
        "nemotron-nano-12b-v2",
        "nemotron-nano-12b-v2-vl",
    ]
    assert len({canonical(each).base for each in ids}) == len(ids)


def test_another_quota_or_another_mode_is_no_merge() -> None:
    """`:free`, `:thinking`, `:batch` and moving names are told, and never merged by rule."""
    for each in ("a/b:free", "a/b:thinking", "a/b:online", "a/b:batch", "deepseek-chat", "gemini-flash-latest", ""):
        assert not canonical(each).merges
    assert canonical("a/b").merges


def test_weights_of_lower_precision_are_marked() -> None:
    """They are the same model, and second to it."""
    for each in ("Qwen/Qwen3-32B-FP8", "llama3.3:70b-instruct-q4_K_M", "meta-llama/Llama-3.3-70B-Instruct-Turbo"):
        assert canonical(each).quantised
    assert not canonical("gpt-4-turbo").quantised


@given(st.text(max_size=80))
def test_any_text_has_a_name_and_a_name_is_its_own_name(each: str) -> None:
    """Lists hold anything; a name that is read again does not change its maker's mind or fail."""
    assert isinstance(canonical(each).base, str)
