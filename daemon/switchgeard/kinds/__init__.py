"""Provider kinds: how one sort of provider is addressed, authenticated, listed and read.

    kind                  what a kind is made of
    auth, bundle          how a secret goes into headers; a login as it is kept
    calls                 a row, a draft and a secret to one HTTPCall
    lists                 model lists as most spell them
    known                 the table

and one module a kind. Adding one is a module with its row and functions, a line in `known`, and its fixtures.
"""
