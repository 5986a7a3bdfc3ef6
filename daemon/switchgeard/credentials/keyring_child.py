"""The keyring child: one request on stdin, one answer on stdout, gone.

Why a process: keyring and what it imports cost the daemon 10 MB for good, and a secret store that hangs
can be ended only with the process that waits for it. `keyring_store` starts it and ends it.
Rules for editing: nothing but the answer goes to stdout, and nothing we know to stderr.
"""

import os
import signal
import sys

import msgspec

from switchgeard.sealing import seal

from .keyring_backend import perform
from .keyring_wire import LONGEST_MESSAGE, OTHER_SOURCES, decode_request, encode
from .secret import Answer, Broken

LIFETIME = 75  # seconds, above the longest deadline: should the daemon be killed meanwhile, nobody else would end us


def main() -> int:
    """Answer the request on stdin; 0 whatever the answer is."""
    seal()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it may have been ignored by whoever started the daemon
    signal.alarm(LIFETIME)
    with os.fdopen(_stdout_for_us_alone(), "wb") as out:
        out.write(encode(_answered(sys.stdin.buffer.read(LONGEST_MESSAGE))))
    return 0


def _stdout_for_us_alone() -> int:
    """The descriptor of our stdout; what a library prints goes to stderr from now on."""
    ours = os.dup(1)
    os.dup2(2, 1)
    return ours


def _answered(data: bytes) -> Answer:
    try:
        return perform(decode_request(data))
    except msgspec.DecodeError:
        return Broken("the keyring was not asked for anything it knows", OTHER_SOURCES)


if __name__ == "__main__":
    sys.exit(main())
