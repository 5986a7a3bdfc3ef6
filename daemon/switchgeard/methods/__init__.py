"""The methods of the socket: one table (`table`) from name to function, each a few lines over the daemon's parts.

    daemon       what they work on
    meant        a model's name that is none, refused with the one that was meant
    connection, models, providers, sessions, money, settings, logins, choices, doctor, prompt    the functions, by noun

Rules for editing: `table.METHODS` and `switchgear_protocol.messages.METHODS` name the same methods (a test
compares them). A function takes (daemon, caller, params); `daemon.at` is what completions use too. It returns the
result struct; it refuses by raising RpcError with the words and the command that help. Nothing returns a secret.
"""
