"""What servers on the user's own machine have in common: no key, no price, and a long time until the first word."""

from switchgeard.core.offer import Timeouts
from switchgeard.core.provider import NoCredential

from .kind import NoLogin

PATIENT = Timeouts(first_event=300.0, idle=120.0, whole=900.0)  # a cold model is loaded first, a long prompt read
EVERY = 60.0  # seconds: models come and go as the user loads them, and asking costs nothing
OPEN = NoCredential()
LOGIN = NoLogin('it wants no key; one that does takes `credential = "keyring"`')
CARRIES = frozenset({"many_stops"})  # nobody counts them here
CHAT = {"openai.chat": "/v1/chat/completions"}
