"""What is said on Switchgear's socket: structs, framings, one connection state machine, paths.

Layers, top to bottom (imports point down, nothing here does I/O, only msgspec is needed):

    connection   both roles of one conversation: handshake, requests in flight, progress, cancel
    agreement    which version two sides speak;  progress: one piece of a streamed answer, as it arrives
    framing      bytes <-> frames; three framings told apart by their first byte
    rpc          the JSON-RPC 2.0 envelope and its typed decode; depth: how deep a frame nests, before it is decoded
    arrivals     what a connection hands to its owner;  spelling: what to say of a wrong shape
    native       bodies of other dialects on the wire
    messages     params and results of every method; the method table
    logins, credentials, choices, usage, doctor, prompt    parts of it, by what they are about
    views        what is believed of models, providers, quota, config; shapes: the base of both
    events       what a subscriber sees; what a streamed completion says
    content      the `switchgear` dialect: messages, blocks, tools
    errors       error codes, kinds and cures; ProtocolError, the only thing decoding raises
    words        the string enums everyone shares
    limits       every bound on what a peer may send
    paths        where the socket, config and state live (stdlib only)

This file stays empty of imports: the command line must be able to import `paths`
without paying for msgspec.
"""

PROTOCOL_MIN = 1
PROTOCOL_MAX = 1
