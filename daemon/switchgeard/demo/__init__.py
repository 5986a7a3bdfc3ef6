"""Stand-in providers on loopback: what `switchgear demo` shows failover with.

    exchange    one request as it was asked, one answer as raw bytes and pauses; HTTP/1.1 framing
    wires       what real providers say, byte-realistic, with responses and generate, of what was said (said)
    errors      error answers of real providers; answers: those, and whole ones, by name
    standin     the server
    github      logins, tokens and a plan; copilot its endpoints and what it refuses (copilot_wire: the bodies)
    claude      a stand-in of the claude program
    scene       the short demo's three stand-ins; account what happened to the question
    paid        the long one's four accounts of real kinds; story what is asked of them in a day; day tells it
    inside      the daemon in this process, by a clock that is turned; running the command, by the same

Only `standin` listens. Nothing here is imported by the daemon itself. The tests script the same stand-ins with
faults of their own; those are theirs, and not shipped.
"""
