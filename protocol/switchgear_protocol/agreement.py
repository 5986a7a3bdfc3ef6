"""Agreement: which version of the protocol two sides speak.

Rules for editing: the newest both know; where there is none, the words say who is older and what mends it.
"""

from . import PROTOCOL_MAX, PROTOCOL_MIN
from .errors import ProtocolError
from .messages import VersionRange

SUPPORTED = VersionRange(PROTOCOL_MIN, PROTOCOL_MAX)
RESTART = "switchgear stop && switchgear status   (or: switchgear service restart)"
UPDATE = "pip install --upgrade switchgear"


def agreed(theirs: VersionRange, id: int | str) -> int:
    """The version both speak, as a daemon tells it the request `id`. Raises ProtocolError when there is none."""
    newest = min(theirs.max, SUPPORTED.max)
    if newest >= max(theirs.min, SUPPORTED.min):
        return newest
    older, cure = ("daemon", RESTART) if theirs.min > SUPPORTED.max else ("client", UPDATE)
    message = f"this daemon speaks protocol {SUPPORTED.min} to {SUPPORTED.max}, the client {theirs.min} to {theirs.max}"
    raise ProtocolError("unsupported_version", f"{message}: the {older} is older", hint=cure, request_id=id)
