"""Whether a daemon that says nothing still listens: asked beside the request that waits, on a connection of its own.

An answer may take long (a keyring asks for its password, a model thinks); a daemon whose loop stands still answers
nobody. Only silence counts against it: who hangs up or refuses is alive, or is told by the waiting connection.
"""

from __future__ import annotations

import errno

from switchgear._dial import dial
from switchgear._errors import DaemonUnavailable

ANSWERS = 10.0  # seconds it has; long enough for one that is just being started on a busy machine
QUESTION = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n'


def listens(path: str) -> bool:
    """False when the daemon at `path` takes no connection, or says nothing on one, for ANSWERS seconds."""
    try:
        connection = dial(path, ANSWERS)
    except DaemonUnavailable as error:
        cause = error.__cause__
        return not (isinstance(cause, TimeoutError) or (isinstance(cause, OSError) and cause.errno == errno.EAGAIN))
    with connection:
        try:
            connection.sendall(QUESTION)
            connection.recv(1)
        except TimeoutError:
            return False
        except OSError:
            pass
    return True
