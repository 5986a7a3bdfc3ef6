"""Serving: clients on the Unix socket, each alone behind its barrier.

    server        limits, drains;  accepting: takes clients off a socket;  guests: keeps each alone
    conversation  one client: frames in, requests as tasks, frames out
    caller        what a method may know of its client; the contract with `methods`
    writer        one ordered, bounded way out per client
    doorkeeper    keeps the socket file in place;  listening, instance: binding it, being the only one
    doorstep      clients that are turned away;  peer: who they are;  hangups: that they left
    descriptors   file descriptors are finite;  intake: so is what clients may send at once

The socket is all this package knows: methods are called through `caller.Dispatch`.
"""
