"""Tests for `switchgeard.door.admission`."""

import pytest

from switchgeard.door.admission import Entrance, admit, loopback, unix
from switchgeard.door.head import Head
from switchgeard.door.refusal import FOREIGN, MISDIRECTED, NO_TOKEN, Refusal, neutral

TCP = loopback("127.0.0.1:8317")
UNIX = unix("/run/user/1/switchgear/http.sock")
GOOD = {"host": "127.0.0.1:8317", "authorization": "Bearer good"}


class Tokens:
    """A check that remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, token: str) -> str | None:
        self.asked.append(token)
        return {"good": "laptop", "other": "editor"}.get(token)


def judged(headers: dict[str, str | None], entrance: Entrance = TCP) -> str | Refusal:
    told = {name: value for name, value in (GOOD | headers).items() if value is not None}
    return admit(Head("POST", "/", {}, told), entrance, Tokens())


HOSTS_IN = ["127.0.0.1:8317", "localhost:8317", "[::1]:8317", "127.0.0.1", "localhost", "[::1]", "LocalHost:8317"]
HOSTS_OUT = [
    None,
    "",
    "evil.test",
    "evil.test:8317",
    "127.0.0.1:8318",
    "localhost:80",
    "127.0.0.1.evil.test:8317",
    "localhost.:8317",
    "127.1:8317",
    "0.0.0.0:8317",
    "2130706433:8317",
    "switchgear",
    "::1",
    "[::1]:8317:8317",
    "user@127.0.0.1:8317",
    "127.0.0.1:8317, evil.test",
]


@pytest.mark.parametrize("host", HOSTS_IN)
def test_a_request_to_one_of_our_names_comes_in(host: str) -> None:
    """With our port, or none."""
    assert judged({"host": host}) == "laptop"


@pytest.mark.parametrize("host", HOSTS_OUT)
def test_a_request_to_any_other_name_is_misdirected(host: str | None) -> None:
    """Rebinding brings the name a page was loaded from; a token does not help it."""
    assert judged({"host": host}) is MISDIRECTED


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:1", "switchgear", "[::1]"])
def test_on_the_unix_socket_clients_make_up_a_host(host: str) -> None:
    """No page gets there."""
    assert judged({"host": host}, UNIX) == "laptop"


@pytest.mark.parametrize("host", [None, "evil.test", "switchgear:x", "localhost:", ":80"])
def test_on_the_unix_socket_not_every_host_will_do(host: str | None) -> None:
    """Somebody may have put a proxy in front of it."""
    assert judged({"host": host}, UNIX) is MISDIRECTED


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8317", "http://localhost:8317", "HTTP://[::1]:8317"])
def test_a_page_of_our_own_comes_in(origin: str) -> None:
    """Its origin has our port."""
    assert judged({"origin": origin}) == "laptop"


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.test", "http://localhost:3000", "http://127.0.0.1", "https://127.0.0.1:8317", "file://"],
)
def test_any_other_page_stays_outside(origin: str) -> None:
    """Another port of this machine is another origin; on the Unix socket every page is foreign."""
    assert judged({"origin": origin}) is FOREIGN
    assert judged({"host": "localhost", "origin": origin}, UNIX) is FOREIGN
    assert judged({"host": "localhost", "origin": "http://localhost:8317"}, UNIX) is FOREIGN


@pytest.mark.parametrize(
    ("site", "let_in"),
    [("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False), ("", False)],
)
def test_what_a_browser_says_of_the_sender_counts(site: str, let_in: bool) -> None:
    """Pages cannot forge it; `same-site` is any other port of this machine."""
    assert (judged({"sec-fetch-site": site}) == "laptop") is let_in


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer good"},
        {"authorization": "bearer  good "},
        {"authorization": None, "x-api-key": "good"},
        {"authorization": None, "x-goog-api-key": "good"},
        {"authorization": "Bearer sk-of-somebody-else", "x-api-key": "good"},
        {"authorization": "Bearer good", "x-api-key": "sk-of-somebody-else"},
        {"authorization": "Bearer good", "x-api-key": "other"},
    ],
)
def test_a_token_opens_in_any_of_the_headers_tools_put_it_in(headers: dict[str, str | None]) -> None:
    """One that opens is enough: tools add what lies in a variable."""
    assert judged(headers) == "laptop"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": None},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer bad"},
        {"authorization": "Basic good"},
        {"authorization": "good"},
        {"authorization": "Bearer good, Bearer good"},
        {"authorization": None, "cookie": "token=good"},
    ],
)
def test_without_a_token_nobody_comes_in(headers: dict[str, str | None]) -> None:
    """Nor with one somewhere else."""
    assert judged(headers) is NO_TOKEN


def test_a_token_in_the_address_is_none() -> None:
    """It would end up in histories and logs."""
    head = Head("GET", "/", {"key": "good", "access_token": "good"}, {"host": "localhost"})
    assert admit(head, TCP, Tokens()) is NO_TOKEN


def test_every_refusal_costs_the_same_check_and_says_the_same_words() -> None:
    """Neither time nor text tells which wall was hit, or whether the token was right."""
    tokens = Tokens()
    for host in ("127.0.0.1", "evil.test"):
        for origin in ({}, {"origin": "http://evil.test"}):
            for authorization in ({}, {"authorization": "Bearer bad"}, {"authorization": "Bearer good"}):
                before = len(tokens.asked)
                admit(Head("GET", "/", {}, {"host": host, **origin, **authorization}), TCP, tokens)
                assert len(tokens.asked) == before + 1
    head = Head("GET", "/", {}, {})
    assert len({neutral(head, refusal)[1] for refusal in (MISDIRECTED, FOREIGN, NO_TOKEN)}) == 1
