"""The HTTP door: HTTP/1.1 over trio, for the tools people already have. It knows HTTP and who may come in.

    server        the door: conversations, their number, the end in order
    listeners     which sockets are open after which config;  kept: those a service manager keeps for the next daemon
    conversation  one connection: request, answer, request, ...
    incoming      a request off the socket, within limits of size and time
    outgoing      an answer onto it, with back-pressure
    exchange      one request and its answer, as a route sees them
    admission     who may come in, asked before a body byte is read;  refusal: what the others are told
    head, wire    a request head as a value; an answer's head and chunks as bytes
    limits        every bound of it

What is behind the door it does not know: requests go to a `Route`, tokens to a function.
"""
