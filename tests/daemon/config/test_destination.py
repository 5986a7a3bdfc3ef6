"""destination: where a credential may be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.config.destination import destination, is_loopback, listener


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("HTTPS://API.Example.COM", "https://api.example.com"),
        ("https://example.com:8443/", "https://example.com:8443"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://localhost:11434", "http://localhost:11434"),
        ("http://[::1]:9/", "http://[::1]:9"),
        ("https://[2001:db8::1]/v1", "https://[2001:db8::1]/v1"),
    ],
)
def test_a_good_url_is_normalised(written: str, normal: str) -> None:
    """One spelling for one destination."""
    assert destination(written) == normal


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("ftp://example.com", "https://"),
        ("example.com", "https://"),
        ("file:///etc/passwd", "https://"),
        ("https://", "host"),
        ("https://user@example.com", "user name"),
        ("https://:pw@example.com", "user name"),
        ("https://example.com?x=1", "query"),
        ("https://example.com?", "query"),
        ("https://example.com/#f", "fragment"),
        ("https://exa mple.com", "spaces"),
        ("https://example.com\n.evil.test", "control"),
        ("https://example.com\\@evil.test", "backslashes"),
        ("https://ex\u00e4mple.com", "non-ASCII"),
        ("https://example.com:99999", "port"),
        ("https://example.com:x", "port"),
        ("https://[::1", "not a URL"),
        ("https://-example.com", "host"),
        ("https://%65xample.com", "host"),
        ("http://example.com", "insecure_http"),
        ("http://192.168.1.5:8080", "insecure_http"),
        ("http://localhost.evil.test", "insecure_http"),
        ("http://127.0.0.1.evil.test", "insecure_http"),
    ],
)
def test_a_doubtful_url_is_refused_with_what_is_allowed(written: str, says: str) -> None:
    """Nothing two URL readers could disagree about passes."""
    with pytest.raises(ValueError, match=says):
        destination(written)


def test_plain_http_elsewhere_needs_the_users_word() -> None:
    """insecure_http = true is that word."""
    assert destination("http://gpu.lan:8000/v1", insecure_http=True) == "http://gpu.lan:8000/v1"


@given(st.text(max_size=40))
def test_any_text_is_a_destination_or_refused(text: str) -> None:
    """ValueError is the only way to say no, and the normal form is a fixed point."""
    for written in (text, f"https://{text}"):
        try:
            normal = destination(written)
        except ValueError:
            continue
        assert destination(normal) == normal


@pytest.mark.parametrize(
    ("host", "here"), [("127.9.9.9", True), ("::1", True), ("LOCALHOST", True), ("10.0.0.1", False)]
)
def test_loopback_is_told_by_the_address_alone(host: str, here: bool) -> None:
    """No resolver is asked."""
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("written", "pair"),
    [("127.0.0.1:8317", ("127.0.0.1", 8317)), ("[::1]:0", ("::1", 0)), ("LocalHost:9", ("localhost", 9))],
)
def test_a_listener_is_on_this_machine(written: str, pair: tuple[str, int]) -> None:
    """Host and port, as bind wants them."""
    assert listener(written) == pair


@pytest.mark.parametrize(
    "written",
    [
        "0.0.0.0:80",
        "[::]:80",
        ":80",
        "example.com:80",
        "127.0.0.1",
        "127.0.0.1:70000",
        "127.9.9.9:80",
        "::1:80",
        "[127.0.0.1]:80",
        "localhost.:80",
        "[::ffff:127.0.0.1]:80",
        "127.0.0.1:8٣",
    ],
)
def test_a_listener_elsewhere_is_refused(written: str) -> None:
    """The door is for this machine."""
    with pytest.raises(ValueError, match=r"this machine|HOST:PORT"):
        listener(written)
