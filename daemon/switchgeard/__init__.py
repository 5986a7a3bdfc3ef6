"""The Switchgear daemon. Layers, top to bottom; imports point down (pyproject.toml holds it; all: docs/design.md):

app                 composition root: clocks, signals, nurseries, files
routes  methods     what the HTTP door serves; one function per method of the socket
logins  listings  quotas    logins under way; the providers' own model lists and quota pages
door  serving       HTTP/1.1 clients; sockets
complete            one completion: plan, try, fail over
attempt  claude_cli one upstream call; one run of a program
prompt  views       what shells show, as files; what clients read of State
bus  credentials  upstream.transport  store  watch    one library each
state               the single owner of what is believed; synchronous
config              TOML to catalog; edits that keep comments
catalogue           canonical names, shipped facts, proposals
kinds  dialects     what a sort of provider is made of; wire formats; pure
core                failure, hints, quota, health, sticky, routing, failover; pure
"""

__version__ = "0.1.0"
