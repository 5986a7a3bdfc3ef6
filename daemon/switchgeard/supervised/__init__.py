"""What the daemon and its service manager say to each other: systemd's environment and datagrams, launchd's call.

Rules for editing: standard library and trio only. Whatever a manager put into the environment is taken out of
it here, once, so that no child of ours believes it was meant. Without a manager everything here does nothing,
and the daemon has no timer on its account.

    inherited    listening sockets handed over at the start
    launchd      the same, asked of launchd by its C function
    notify       ready, reloading, stopping, a line of status, the watchdog's beat
"""
