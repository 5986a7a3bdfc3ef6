"""Nothing a peer can send makes the connection raise, hang, grow or lose its bookkeeping."""

import os
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutations import corpus, mutants
from switchgear_protocol.connection import Connection, Phase, Refused, RequestReceived, Role
from switchgear_protocol.errors import CODES
from switchgear_protocol.messages import CompletionCreate


def survives(role: Role, chunks: Iterable[bytes]) -> None:
    """Feeds the chunks and the end; every arrival is typed, every refusal well formed."""
    connection = Connection(role)
    if role is Role.CLIENT:
        connection.phase = Phase.OPEN
        connection.send_request("completion/create", CompletionCreate("m"))
    for chunk in (*chunks, b""):
        for arrival in connection.receive_data(chunk):
            if isinstance(arrival, RequestReceived):
                assert arrival.id in connection.to_answer
            if isinstance(arrival, Refused):
                check_refusal(connection, arrival)
    assert connection.phase in (Phase.ENDED, Phase.CLOSED)


def check_refusal(connection: Connection, refused: Refused) -> None:
    assert refused.error.data is not None
    assert refused.error.code == CODES[refused.error.data.kind]
    assert connection.phase is Phase.CLOSED or not refused.fatal
    assert len(refused.reply) < 2000
    if connection.role is Role.CLIENT:
        assert refused.reply == b""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("number", range(len(corpus())))
def test_every_byte_may_be_flipped(number: int, role: Role) -> None:
    """All single-byte faults: each byte with each bit turned, and each byte lost."""
    good = corpus()[number]
    for place in range(min(len(good), 400)):
        survives(role, [good[:place] + good[place + 1 :]])
        for bit in range(8):
            survives(role, [good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :]])


@given(st.lists(st.binary(max_size=100), max_size=8), st.sampled_from(Role))
def test_noise_is_survived(chunks: list[bytes], role: Role) -> None:
    """Random bytes, in any chunks."""
    survives(role, [chunk for chunk in chunks if chunk])


def test_twenty_thousand_mutants_are_survived() -> None:
    """The seed is fixed: a failure here can be run again."""
    for number, data in enumerate(mutants(20_000, seed=1)):
        survives(Role.CLIENT if number % 4 == 0 else Role.SERVER, [data])


@pytest.mark.slow
def test_a_million_mutants_are_survived() -> None:
    """SWITCHGEAR_FUZZ_SEED chooses others."""
    count = int(os.environ.get("SWITCHGEAR_FUZZ_COUNT", "1000000"))
    for number, data in enumerate(mutants(count, seed=int(os.environ.get("SWITCHGEAR_FUZZ_SEED", "7")))):
        survives(Role.CLIENT if number % 4 == 0 else Role.SERVER, [data])
