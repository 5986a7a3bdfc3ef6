"""Secrets: where they come from, how they are kept, and the type that never shows itself.

Reading order: `secret` (the type and the four answers), `sources` (env, file, command, systemd),
`keyring_store` (the OS secret store, asked through a child process), `renewals` with `carried` (logins that
end, what requests carry of them), `turn` (one process at a time) and `unsaved` (what the keyring would not take),
`vault` (the living object).

    command, program, private_file    a secret asked of the user's program; how such a program is run; one in a file
    install_key            what makes fingerprints useless elsewhere
    keyring_program, keyring_wire    how the keyring's child is started, and what is said to it

`keyring_child` and `keyring_backend` run in that child and are never imported by the daemon.
"""
