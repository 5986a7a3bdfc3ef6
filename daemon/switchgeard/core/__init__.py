"""The pure core: no trio, httpx, clock, randomness or I/O. Time is a `Now`, jitter a `rand` in [0, 1).

What there is:
    clock, moments         a moment by both clocks; every way a provider writes a time
    provider, offer, accounts    one account; who serves a merged model; who pays for several providers
    listing                a provider's own model list, and one row of it
    needs, estimate, unsaid    what a request asks of an offer; how large it is; what a model refuses all the same
    issuer, issued         whose a signature is; remembered by digest

What a request does:
    routing, sticky, pin    in which order offers are tried; which one a conversation stays with; which one alone may
    permit, failover, budget    the right to try; the next step; how often the same offer is tried again
    window                 how large a window a refusal proves to be too small
    cost, margin, typical, caps    what an answer costs; what the next turn would, one running may; the user's limits

What is learned:
    failure                why an attempt gave no answer
    error_reply, failure_tables, rule, envelope    an error's meaning: classifier, tables, a kind's own, its wrapping
    hints, objection, portal    when to come back; a transcript that is refused; a network that answers itself
    health                 circuits: what is believed of each scope
    quota, readings        windows; read from headers

What is shown:
    scrub, harmless, prompt_format    foreign text safe to keep; safe in a shell's prompt; the line there
"""
