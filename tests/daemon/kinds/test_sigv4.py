"""AWS signatures: equal to what AWS's own examples and botocore compute, and nothing shown of the keys."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.kinds.auth import BadSecret
from switchgeard.kinds.sigv4 import Keys, keys, signed
from switchgeard.upstream.call import HTTPCall

ID = "AKIDEXAMPLE0000000"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # the one in AWS's documentation
WALL = 1_763_890_000.5
RUNTIME = "https://bedrock-runtime.us-east-1.amazonaws.com"


def proof(call: HTTPCall, by: Keys) -> str:
    return dict(signed(call, by, service="bedrock", region="us-east-1", wall=WALL).headers)["authorization"]


def call(url: str, body: bytes = b"") -> HTTPCall:
    headers = (("accept", "x"), ("content-type", "application/json"))
    return HTTPCall("POST" if body else "GET", url, headers, body)


@pytest.mark.parametrize(
    ("url", "body", "token", "signature"),
    [
        (
            f"{RUNTIME}/model/us.anthropic.claude-opus-4-6-v1%3A0/converse-stream",
            b'{"a":1}',
            None,
            "b15c474c382075a32bc52d9634f8bc82f893164c324fc14575d22e13e9a11ad0",
        ),
        (
            f"{RUNTIME}/model/us.anthropic.claude-opus-4-6-v1%3A0/converse-stream",
            b'{"a":1}',
            "tok/en+==",
            "683d8dfd01df8ee7de43cb6064cceded904d003ac60229f0f6b8422e50ba1efb",
        ),
        (
            f"{RUNTIME}/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse",
            b"{}",
            None,
            "7057f54be15c1b289510b031979d2e2ca6159ddbc0c4ec25b1953f939e757244",
        ),
        (
            "https://bedrock.us-east-1.amazonaws.com/inference-profiles?maxResults=1000&nextToken=a%2Bb%2Fc%3D%3D",
            b"",
            None,
            "df3b9e1145c5f3fb30271a394ee717b657b4b9728e7b53700f209809f77f755c",
        ),
        (
            "https://bedrock.us-east-1.amazonaws.com/foundation-models",
            b"",
            "t",
            "577e067d1f0f0d18b3b1fc75e6c087de287f07bccf9657675580793cb2950393",
        ),
        (
            "http://127.0.0.1:8080/model/m/converse",
            b"{}",
            None,
            "1d1a35e4e20935f1ee1271960953575cdd42f1a43cfd93ae9cf1adc0fedb4ba9",
        ),
    ],
)
def test_a_signature_is_the_one_botocore_computes(url: str, body: bytes, token: str | None, signature: str) -> None:
    """Version 1.44.5, for the same call at the same time; ids with a colon or a slash are encoded twice."""
    assert proof(call(url, body), Keys(ID, KEY, token)).rpartition("Signature=")[2] == signature


def test_the_get_of_awss_test_suite_is_signed_as_published() -> None:
    """`get-vanilla` of the published examples: service "service", no content type."""
    by = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    plain = HTTPCall("GET", "https://example.amazonaws.com/", ())
    made = dict(signed(plain, by, service="service", region="us-east-1", wall=1_440_938_160.0).headers)
    assert made["x-amz-date"] == "20150830T123600Z"
    assert made["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


def test_what_is_sent_is_what_was_signed() -> None:
    """The headers stay, the date and the token of the session come along; a changed body has another signature."""
    made = signed(call(f"{RUNTIME}/model/m/converse", b"{}"), Keys(ID, KEY, "tok"), service="s", region="r", wall=WALL)
    assert [name for name, _ in made.headers] == [
        "accept",
        "content-type",
        "x-amz-date",
        "x-amz-security-token",
        "authorization",
    ]
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token," in made.headers[-1][1]
    assert proof(call(RUNTIME, b"{}"), Keys(ID, KEY)) != proof(call(RUNTIME, b"{ }"), Keys(ID, KEY))


def test_signing_twice_is_signing_once() -> None:
    """A call that is asked again has one date and one signature."""
    by, once = Keys(ID, KEY, "tok"), call(RUNTIME, b"{}")
    first = signed(once, by, service="bedrock", region="us-east-1", wall=WALL)
    assert signed(first, by, service="bedrock", region="us-east-1", wall=WALL) == first


@pytest.mark.parametrize(
    ("secret", "read"),
    [
        (f"{ID}:{KEY}", Keys(ID, KEY)),
        (f" {ID}:{KEY}:tok/en+==\n", Keys(ID, KEY, "tok/en+==")),
        (
            json.dumps({"Version": 1, "AccessKeyId": ID, "SecretAccessKey": KEY, "SessionToken": "t"}),
            Keys(ID, KEY, "t"),
        ),
        (json.dumps({"access_key_id": ID, "secret_access_key": KEY}), Keys(ID, KEY)),
        (json.dumps({"aws_access_key_id": ID, "aws_secret_access_key": KEY, "x": 1}), Keys(ID, KEY)),
        ("bedrock-api-key-YmVkcm9jaw==", None),
        ("ABSKQmVkcm9ja0FQSUtleS0x", None),
    ],
)
def test_a_secret_is_access_keys_or_a_bearer_token(secret: str, read: Keys | None) -> None:
    """One line, the JSON AWS's own command prints, or a Bedrock API key."""
    assert keys(secret) == read


@pytest.mark.parametrize(
    "secret",
    ["AKID:short", "{", '{"AccessKeyId":"CANARY"}', f"{ID}:{KEY}:", '{"AccessKeyId":"a b","SecretAccessKey":"CANARY"}'],
)
def test_keys_that_are_none_are_refused_without_being_repeated(secret: str) -> None:
    """With what to write instead, or what is wrong."""
    with pytest.raises(BadSecret) as caught:
        keys(secret)
    assert "CANARY" not in str(caught.value)
    assert "credential" in str(caught.value)


def test_keys_do_not_show_themselves() -> None:
    """In no traceback."""
    assert KEY not in repr(Keys(ID, KEY, "tok"))
    assert ID not in repr(Keys(ID, KEY, "tok"))


@given(st.binary(max_size=64), st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_the_body_is_in_the_signature(body: bytes, tail: str) -> None:
    """The proof can be checked from what is sent alone, as AWS does it."""
    sent = HTTPCall("POST", "http://127.0.0.1:8080/model/m/converse", (("content-type", tail or "x"),), body)
    made = dict(signed(sent, Keys(ID, KEY), service="bedrock", region="eu-west-1", wall=WALL).headers)
    canonical = (
        f"POST\n/model/m/converse\n\ncontent-type:{tail or 'x'}\nhost:127.0.0.1:8080\n"
        f"x-amz-date:{made['x-amz-date']}\n\ncontent-type;host;x-amz-date\n{hashlib.sha256(body).hexdigest()}"
    )
    key = f"AWS4{KEY}".encode()
    for part in ("20251123", "eu-west-1", "bedrock", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{made['x-amz-date']}\n20251123/eu-west-1/bedrock/aws4_request\n{digest}"
    assert made["authorization"].endswith(hmac.new(key, text.encode(), hashlib.sha256).hexdigest())
