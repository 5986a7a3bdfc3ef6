"""Wire formats of providers, sans-I/O: a request to its bytes, what comes back to canonical events.

    fault                  what a decoder may raise, and nothing else
    dialect, known         the shape every dialect module has, and the table of them
    lacking                a request without what the offer cannot do
    turns, tool_ids        what every encoder does to a transcript first
    media                  data URLs and base64 text
    assemble               canonical events to one whole completion
    openai_chat, anthropic_messages    one package a dialect

A dialect looks at its own wire only. What it cannot say in canonical events it keeps whole in an
OpaqueBlock, for its issuer. A provider's quirk is a row in a table, keyed by model family.
"""
