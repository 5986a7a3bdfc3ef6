"""The first run: what this machine has already, asked for one by one, written at the end.

    finding      one login or server found, and how it would be used
    scan         where they are looked for; reads, never writes, contacts nobody but this machine's own ports
    question     asking, and answers given beforehand as flags
    importing    what was found is shown, asked for, kept: the way of `setup` and of `import`
    taking       findings into the config and the keyring, all of it or nothing
    worth        which proposed models are shown
    telling      titles and marks on the way

Rules for editing: a secret is read only once its finding was agreed to, goes straight to the daemon and is never shown.
Other programs' files are read, never written; a login that only its own program may refresh is not taken.
"""
