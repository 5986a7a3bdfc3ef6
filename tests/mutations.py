"""Seeded mutation of good wire traffic: an endless supply of frames that are almost right."""

import random
from collections.abc import Iterator

from switchgear_protocol.framing import Framing, encode

MESSAGES = [
    b'{"jsonrpc":"2.0","id":1,"method":"status","params":{}}',
    b'{"id":"a","method":"completion/create","params":{"model":"m","messages":[{"role":"user","content":"h\xc3\xa9"}]}}',
    b'{"id":2,"method":"completion/create","params":{"model":"m","dialect":"x","body":{"a":[[1,{"b":"\\u00e9"}]]}}}',
    b'{"id":3,"method":"initialize","params":{"protocol":{"min":1,"max":1},"client":{"name":"n"}}}',
    b'{"method":"$/cancelRequest","params":{"id":1}}',
    b'{"id":1,"result":{"ok":true}}',
    b'{"id":1,"error":{"code":-32010,"message":"x","data":{"kind":"exhausted"}}}',
    b'{"method":"$/progress","params":{"token":1,"value":{"type":"text_delta","text":"x"}}}',
]
SPICE = [
    b"\xff", b"\x00", b"\xc1", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xd6\xff",
    b"[" * 70, b"\x91" * 70, b'{"a":' * 70, b'"', b"\\", b"\\ud800", b"\\u0000", b"\r\n", b"\n", b"null", b"1e999",
    b"-", b"99999999999999999999", b"NaN", b"Content-Length: 4294967296\r\n\r\n", b"\xef\xbb\xbf", b"\xed\xa0\x80",
]  # fmt: skip


def corpus() -> list[bytes]:
    """Every message in every framing, and all of them as one stream."""
    import msgspec

    packed = [msgspec.msgpack.encode(msgspec.json.decode(message)) for message in MESSAGES]
    spoken = {Framing.MSGPACK: packed, Framing.NDJSON: MESSAGES, Framing.CONTENT_LENGTH: MESSAGES}
    single = [encode(framing, message) for framing, messages in spoken.items() for message in messages]
    streams = [b"".join(encode(framing, message) for message in messages) for framing, messages in spoken.items()]
    return single + streams


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """`count` byte strings, the same for the same seed."""
    chance = random.Random(seed)
    good = corpus()
    for _ in range(count):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 4)):
            _mutate(data, chance)
        yield bytes(data)


def _mutate(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    match chance.randrange(6):
        case 0 if data:
            data[place % len(data)] ^= 1 << chance.randrange(8)
        case 1 if data:
            data[place % len(data)] = chance.randrange(256)
        case 2:
            del data[place : place + chance.randint(1, 8)]
        case 3:
            data[place:place] = chance.choice(SPICE)
        case 4:
            data[place:place] = data[chance.randrange(len(data) + 1) :][:40]
        case _:
            del data[place:]
