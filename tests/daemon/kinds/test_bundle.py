"""A login in the keyring: what was put in comes out, whatever it is called."""

from hypothesis import example, given
from hypothesis import strategies as st

from switchgeard.kinds.bundle import Bundle, parsed, spelled


@given(st.text(max_size=40), st.text(max_size=40))
@example("jos\u00e9@x.org", "rt")
@example("a\U0001f600", "rt\\")
def test_a_login_comes_out_of_the_keyring_as_it_went_in(account: str, refresh: str) -> None:
    """One line of ASCII there, also for names that are none: what cannot be read back is a lost login."""
    bundle = Bundle("at", refresh, 1.5, None, "client", "scope", account, generation=3)
    text = spelled(bundle)
    assert (parsed(text), text.isascii(), "\n" in text) == (bundle, True, False)


def test_a_pasted_key_is_no_login() -> None:
    """Nor is other JSON."""
    assert [parsed(text) for text in ("sk-1", "", "{", "{}", '{"type":"other"}')] == [None] * 5
