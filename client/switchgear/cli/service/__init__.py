"""The daemon as a service of the user's own: systemd's user manager, launchd, or neither.

Rules for editing: nothing here needs root, and nothing is written that `uninstall` does not take away. A file
that was changed by hand is never overwritten or removed without --force.

    templates   the shipped unit files; the stamp by which our own are known again
    written     files wanted against files there: absent, same, old, edited, foreign
    systemd     the units of this machine, and systemctl
    launchd     the agent of this machine, and launchctl
    choice      which of them runs here
    steps       writing and running, or saying what would be
    asleep      whether to connect would start a daemon
    plain       how a daemon without a manager, or one that somebody started by hand, is told to leave
    run         one run of the command: its manager, its steps; installing, starting, telling are what it can do
"""
