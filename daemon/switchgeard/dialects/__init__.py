"""Wire formats of providers and clients, sans-I/O, to canonical requests and events and back.

    dialect, known         the shape every dialect package has, and the table of them
    openai_chat, openai_responses, anthropic_messages, google_generate    one package a dialect
    bedrock_converse       a wire that no client speaks

    fault                  a provider's JSON; what a decoder may raise, and nothing else
    counts                 token numbers nobody has checked
    assemble               canonical events to one whole completion

    reading                a client's JSON into typed values, or Unreadable
    glimpse                what routing has to know of a client's own body
    splice, rename         a member of a body replaced where it stands
    sealed                 signatures of one dialect carried in another's
    refusing               what every dialect says alike when it says no

    lacking                a request without what the offer cannot do
    system, turns, tool_ids, tool_names    what every encoder does to a transcript first
    alternating            the same where user and assistant take turns
    budgets, claude        thinking in tokens and in words; what each Claude takes of it
    media, arguments       data URLs and base64 text; what a model wrote for a tool
    strictness             the part of JSON Schema an answer can be held to
    wire                   JSON while it is put together

A dialect looks at its own wire only. What it cannot say in canonical events it keeps whole in an
OpaqueBlock, for its issuer. A provider's quirk is a row in a table, keyed by model family.
"""
