"""Between a plan and a provider: what to send, how it travels, how what comes back is cut.

    call, origin, reply    a request and a reply as values; the scope of connections
    transport, fetch       one call to its provider, streamed; one small exchange, read whole
    idle, turn             connections kept; who writes when
    connection, line, dial, tls    one exchange at a time, over one socket, dialled and verified
    head, body             HTTP/1.1: heads, and where a reply ends
    sse, eventstream       bytes to events
    fault                  no whole reply came, and why
    httpx_bridge           the same connections for httpx: the one module that knows it

HTTP/1.1 only.
"""
