"""Provider kinds: how one sort of provider is addressed, authenticated, listed and read.

    kind                  what a kind is made of
    auth, bundle          how a secret goes into headers; a login as it is kept
    calls                 a row, a draft and a secret to one HTTPCall
    pages                 calls that are no completion: a page that a key opens, a token endpoint's form
    reply, lists          what such pages say, member by member; model lists as most spell them
    claims, sigv4         id tokens; AWS signatures
    local                 what servers on the user's own machine have in common
    known                 the table

and one module a kind. Adding one is a module with its row and functions, a line in `known`, and its fixtures.
"""
