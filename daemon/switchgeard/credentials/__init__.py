"""Secrets: where they come from, how they are kept, and the type that never shows itself.

Reading order: `secret` (the type and the four answers), `sources` (env, file, command, systemd),
`keyring_store` (the OS secret store behind an allow-list), `vault` (the living object).
"""
