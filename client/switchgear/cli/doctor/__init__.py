"""`switchgear doctor`: what is wrong here, with the evidence and the command that cures it.

Rules for editing: stdlib only. Nothing is changed and no daemon is started by looking. A check is a function that
yields findings and raises nothing; what it cannot see it says, as `skipped`. An `id` is stable: scripts know it.

    finding                  what a check says
    machine processes        this machine, whether a daemon runs or not
    service shell            whether it is one, and as we wrote it; whether a prompt shows it
    daemon                   what the daemon says of itself (`doctor/check`)
    tools                    what `connect` wrote, as it is now
    screen                   the findings for people
    redaction bundle         the archive to attach to a report
"""
