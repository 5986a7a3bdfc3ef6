"""The user's config file: what may stand in it, what it means, and edits that keep its comments.

Reading order: `schema` (the file's shape), `settled` (what it means), `load` (one into the other,
with every problem found), `place` (which line a key is on), `file` (reading and saving it safely),
`edit`, `append`, `newcomers` (changes made by commands). Only `file` touches the disk.

    accounts, groups       `[[providers]]` and `[[models]]`, table by table, by way of `load`
    destination, label, overlay    an address that may be had a credential; names people read; defaults
    problem, explain, advice    a fault in words; the faults of one table; what is no fault, but not what was meant
    merging                proposals in force without being written
"""
