"""Token counts of openai.responses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Usage
from switchgeard.dialects.openai_responses.usage import reported, usage

COUNTS = st.integers(0, 10**6)
SPOKEN = {"input_tokens": 10, "output_tokens": 5}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, Usage()),
        ({"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}, Usage(10, 5)),
        (
            {
                "input_tokens": 10,
                "input_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 3},
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 4},
                "total_tokens": 15,
            },
            Usage(1, 5, 6, 3, 4),
        ),
        (  # a host that counts reasoning beside the output
            {
                "input_tokens": 10,
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 4},
                "total_tokens": 19,
            },
            Usage(10, 9, reasoning=4),
        ),
        ({"input_tokens": "10", "output_tokens": True, "input_tokens_details": [1]}, Usage()),
        ({"input_tokens": 5, "input_tokens_details": {"cached_tokens": 9}}, Usage(0, 0, 9)),
    ],
)
def test_counts_are_ours(counts: dict[str, Any], expected: Usage) -> None:
    """Fresh input without the cached, output with reasoning; what is no number is none."""
    assert usage(counts) == expected


@given(st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS))
def test_what_is_reported_is_read_back(counts: Usage) -> None:
    """And adds up."""
    told = reported(counts)
    assert usage(told) == counts
    assert told["total_tokens"] == told["input_tokens"] + told["output_tokens"]
