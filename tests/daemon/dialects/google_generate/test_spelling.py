"""One spelling for all bodies."""

import json
from typing import Any

import pytest

from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.google_generate.spelling import NAMES, plain

USUAL = b'{ "contents": [{"role":"user","parts":[{"text":"the \\"mime_type\\": key"}]}], "x_y": 1 }'


def test_a_usual_body_stays_the_very_bytes() -> None:
    """Also with such a word in what is said, or a member nobody looks at."""
    assert plain(USUAL) is USUAL


def test_underscores_become_capitals_and_what_is_alone_a_list() -> None:
    """As documentation writes it."""
    given = {
        "system_instruction": {"parts": {"text": "s"}},
        "contents": {"parts": [{"inline_data": {"mime_type": "image/png", "data": "AA"}}]},
        "tools": {"function_declarations": {"name": "f", "parameters": {"mime_type": {"top_p": 1}}}},
        "generation_config": {"max_output_tokens": 3, "top_k": 1, "thinking_config": {"thinking_level": "low"}},
    }
    assert json.loads(plain(json.dumps(given).encode())) == {
        "systemInstruction": {"parts": [{"text": "s"}]},
        "contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "AA"}}]}],
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"mime_type": {"top_p": 1}}}]}],
        "generationConfig": {"maxOutputTokens": 3, "topK": 1, "thinkingConfig": {"thinkingLevel": "low"}},
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_its_other_spelling(name: str) -> None:
    """Each is looked for."""
    other = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    assert json.loads(plain(json.dumps({other: 1}).encode())) == {name: 1}


def test_members_without_anything_odd_keep_their_bytes() -> None:
    """A library's odd config does not have megabytes of text built anew."""
    out = plain(b'{"contents":[ {"parts":[ ]} ],"generationConfig":{"thinkingConfig":{"include_thoughts":true}}}')
    assert out.startswith(b'{"contents":[ {"parts":[ ]} ],')


def test_what_users_name_is_not_looked_into() -> None:
    """Arguments and results are theirs."""
    call = {"functionCall": {"name": "f", "args": {"mime_type": {"parts": {}}}}, "thought_signature": "x"}
    content: dict[str, Any] = {"contents": [{"parts": [call]}]}
    [part] = json.loads(plain(json.dumps(content).encode()))["contents"][0]["parts"]
    assert part == {"functionCall": call["functionCall"], "thoughtSignature": "x"}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"top_k":', b'["top_k":1]', b'{"top_k":1,"top_k":2}'])
def test_what_is_no_object_stays_for_others_to_refuse(body: bytes) -> None:
    """They say what is wrong with it."""
    assert plain(body) == body


def test_what_is_nested_too_deep_is_unreadable() -> None:
    """Never our stack's end."""
    deep = b'{"contents":[{"top_k":1,"x":' + b"[" * 500 + b"]" * 500 + b"}]}"
    with pytest.raises(Unreadable):
        plain(deep)
