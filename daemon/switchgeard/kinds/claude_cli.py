"""Claude Code as the user installed and logged it in, asked through its own command line. Personal use, subject to
Anthropic's terms; nobody has it who did not write this kind into the config. Source: its command line reference.

It is an agent and no completion endpoint, so it lacks more than others do: tools of the client above all.
"""

from switchgear_protocol.words import Billing
from switchgeard.core.needs import USES
from switchgeard.core.offer import Features, Timeouts
from switchgeard.core.provider import NoCredential

from .kind import Kind, NoLogin, Option

PROGRAM = Option(
    "program",
    "the name of a program on the daemon's PATH, or its full path",
    pattern=r"/[^\x00-\x1f{}]{1,1023}|[A-Za-z0-9][A-Za-z0-9._-]{0,127}",
    default="claude",
)

KIND = Kind(
    name="claude-cli",
    label="Claude Code",
    base_url="program:{program}",
    paths={"anthropic.messages": ""},
    billing=Billing.INCLUDED,
    features=Features(tools=False, json_schema=False),
    timeouts=Timeouts(first_event=120.0, idle=120.0),
    credential=NoCredential(),
    options=(PROGRAM,),
    login=NoLogin("Claude Code keeps its own login: run claude and type /login"),
    lacks=frozenset(USES),
    streams_only=True,
    vendor="anthropic",
    program=True,
)
