"""Token counts of openai.chat and its relatives, each of which counts a little differently.

Ours: `input` excludes cached tokens, `output` includes reasoning. Source of a field name: the
provider that uses it, in the comment beside it. Anything that is no number counts as absent.
"""

from typing import Any

from switchgear_protocol.content import Usage


def usage(counts: dict[str, Any]) -> Usage:
    prompt_details = _object(counts, "prompt_tokens_details")
    output_details = _object(counts, "completion_tokens_details")
    read = _first(
        prompt_details.get("cached_tokens"),
        counts.get("prompt_cache_hit_tokens"),  # DeepSeek
        counts.get("num_cached_tokens"),  # Mistral
        counts.get("cached_tokens"),  # Moonshot
    )
    write = _first(prompt_details.get("cache_write_tokens"))
    reasoning = _first(output_details.get("reasoning_tokens"), counts.get("reasoning_tokens"))  # Azure's DeepSeek
    fresh = max(_count(counts, "prompt_tokens") - read - write, 0)
    return Usage(fresh, _output(counts, reasoning), read, write, reasoning)


def _output(counts: dict[str, Any], reasoning: int) -> int:
    """xAI counts reasoning beside the completion, everyone else within it; the total tells which."""
    prompt, output, total = (
        _count(counts, "prompt_tokens"),
        _count(counts, "completion_tokens"),
        _count(counts, "total_tokens"),
    )
    beside = total == prompt + output + reasoning if total else reasoning > output
    return output + reasoning if beside else output


def _object(counts: dict[str, Any], name: str) -> dict[str, Any]:
    value = counts.get(name)
    return value if isinstance(value, dict) else {}


def _count(counts: dict[str, Any], name: str) -> int:
    return _first(counts.get(name))


def _first(*values: object) -> int:
    """The first value above zero, as a whole number."""
    for value in values:
        if isinstance(value, (int, float)) and value is not True and 0 < value < 1e12:
            return int(value)
    return 0
