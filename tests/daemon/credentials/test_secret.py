"""secret: a credential that does not show itself."""

import copy
import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.credentials.secret import LONGEST, Broken, Missing, Ready, Secret, answer, clean

CANARY = "sk-CANARY-0123456789"


def test_a_secret_is_masked_wherever_it_could_be_shown() -> None:
    """repr, str, format, inside a struct, inside an error."""
    secret = Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        "".join(map(str, [secret])),
        repr(Ready(secret)),
        repr([secret]),
    ]
    assert not any(CANARY in text for text in shown)
    assert secret.reveal() == CANARY


def test_a_secret_cannot_be_copied_out() -> None:
    """Neither pickled, nor copied, nor encoded, nor used as a key."""
    secret = Secret(CANARY)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(Ready(secret))
    with pytest.raises(TypeError):
        hash(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_when_they_are_the_same() -> None:
    """And never equal to their text."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_fingerprint_tells_same_from_other_and_nothing_else() -> None:
    """It depends on the install's key."""
    one = Secret(CANARY).fingerprint(b"k" * 32)
    assert one == Secret(CANARY).fingerprint(b"k" * 32)
    assert one != Secret(CANARY).fingerprint(b"j" * 32)
    assert one != Secret(CANARY + "x").fingerprint(b"k" * 32)
    assert len(one) == 12


def test_what_people_paste_is_trimmed() -> None:
    """A line break at the end of a paste is no part of the key."""
    assert clean(f"  {CANARY}\r\n").reveal() == CANARY


def test_keys_written_as_json_may_stand_on_several_lines() -> None:
    """As AWS's command prints them and Google's service accounts come; what is only like it is refused."""
    assert clean('{\n  "AccessKeyId": "a b",\r\n  "Version": 1\n}\n').reveal() == '{"AccessKeyId":"a b","Version":1}'
    with pytest.raises(ValueError, match="line break"):
        clean('{"a":\n1')


@pytest.mark.parametrize("text", ["", " \n", "a\nb", "a\x00b", "k\u00e9y", "x" * (LONGEST + 1), "\u202esk"])
def test_what_is_no_credential_is_refused(text: str) -> None:
    """The reason does not repeat it."""
    with pytest.raises(ValueError, match=r"^it (is|holds)") as refused:
        clean(text)
    assert len(text) < 2 or text not in str(refused.value)


@given(st.text())
def test_any_text_is_an_answer_that_does_not_repeat_it(text: str) -> None:
    """Ready, Missing when there is nothing, Broken otherwise."""
    found = answer(text, "the source")
    assert isinstance(found, Ready | Missing | Broken)
    assert isinstance(found, Missing) == (not text.strip())
