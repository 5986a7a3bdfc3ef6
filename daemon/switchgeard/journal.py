"""Journal: every event as a line of the log.

Rules for editing: what an event holds is safe to write down, so its fields go as they are; a struct among them is
spelled out in figures.
"""

from operator import attrgetter

from switchgear_protocol.events import Event

from . import log

TOLD = tuple(name for name in Event.__struct_fields__ if name not in ("seq", "at", "type"))
TOLD_OF = attrgetter(*TOLD)


def write_down(event: Event) -> None:
    """One log line per event; quota readings only for those who look closely."""
    quiet = event.type in ("quota", "route", "sticky")
    if quiet and not log.detailed():
        return
    fields = {name: value for name, value in zip(TOLD, TOLD_OF(event), strict=True) if value is not None}
    if event.usage is not None:
        fields["usage"] = f"{event.usage.input} in, {event.usage.output} out"
    journal = log.bound("daemon")
    (journal.debug if quiet else journal.info)(event.type, **fields)
