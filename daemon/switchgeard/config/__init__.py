"""The user's config file: what may stand in it, what it means, and edits that keep its comments.

Reading order: `schema` (the file's shape), `settled` (what it means), `load` (one into the other,
with every problem found), `place` (which line a key is on), `file` (reading and saving it safely),
`edit` (changes made by commands). Only `file` touches the disk.
"""
