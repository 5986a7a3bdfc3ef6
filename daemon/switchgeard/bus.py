"""Bus: tells every subscriber what happened, and is never held up by one of them.

Rules for editing: `publish` and `subscribe` never await. A snapshot and the registration it belongs
to are taken in one synchronous block, so no event falls between them. A slow subscriber loses the
oldest events and is told so; it never slows a request, and it never costs more than its ring.
"""

import difflib
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable
from itertools import count

import trio

from switchgear_protocol.events import EVENT_TYPES, Event
from switchgear_protocol.messages import EventNote, EventsSubscribe, Status, Subscribed

from .rpc_error import RpcError

RING = 256  # events one subscriber may be behind: minutes of ordinary life, well under a megabyte
RESTARTED = "the daemon was restarted; its last words before that may be missing"
REPLAY = 1000  # events kept for `since`: bridges a client's reconnect


class Subscriber:
    """One feed: iterate it for EventNotes; close it to leave. One reader only."""

    def __init__(self, bus: "Bus", name: str, types: frozenset[str] | None, ring: int):
        self.name = name
        self._bus = bus
        self._types = types
        self._ring = ring
        self._waiting: OrderedDict[Hashable, Event] = OrderedDict()
        self._dropped = 0
        self._last_dropped: Event | None = None
        self._news = trio.Event()

    def __repr__(self) -> str:
        return f"<Subscriber {self.name}: {len(self._waiting)} waiting, {self._dropped} dropped>"

    def wants(self, event: Event) -> bool:
        return self.wants_type(event.type)

    def wants_type(self, type: str) -> bool:
        return self._types is None or type in self._types

    def offer(self, event: Event) -> None:
        """Queue an event; the oldest goes when the ring is full."""
        key = _key(event)
        self._waiting.pop(key, None)
        self._waiting[key] = event
        if len(self._waiting) > self._ring:
            _, self._last_dropped = self._waiting.popitem(last=False)
            self._dropped += 1
        self._news.set()

    def __aiter__(self) -> "Subscriber":
        return self

    async def __anext__(self) -> EventNote:
        if not (self._waiting or self._dropped):
            self._news = trio.Event()
            await self._news.wait()
        if self._dropped:
            return self._confess()
        _, event = self._waiting.popitem(last=False)
        return EventNote(self.name, event)

    def close(self) -> None:
        """Leave the bus. Safe to call twice."""
        self._bus.forget(self)

    def _confess(self) -> EventNote:
        """Tell of the gap, with a fresh snapshot that covers it.

        Events still waiting follow. The snapshot may already contain them (`snapshot.seq` says);
        applying them again, in order, ends in the same state.
        """
        last = self._last_dropped
        assert last is not None
        lagged = Event(last.seq, last.at, "lagged", dropped=self._dropped)
        self._dropped = 0
        return EventNote(self.name, lagged, self._bus.snapshot())


class Bus:
    """Fan-out of events, with the recent ones kept for those who reconnect."""

    def __init__(self, snapshot: Callable[[], Status], *, ring: int = RING, replay: int = REPLAY):
        """`snapshot` is State's view of now; it is called inside `subscribe`, and for laggards."""
        self.snapshot = snapshot
        self._ring = ring
        self._recent: deque[Event] = deque(maxlen=replay)
        self._before: int | None = None  # the last seq of an earlier life, as far as this one knows
        self._subscribers: dict[str, Subscriber] = {}
        self._names = (f"sub-{number}" for number in count(1))
        self._joining = trio.lowlevel.ParkingLot()

    def __repr__(self) -> str:
        return f"<Bus: {len(self._subscribers)} subscribers, {len(self._recent)} kept>"

    def publish(self, events: Iterable[Event]) -> None:
        """Hand events, in rising `seq`, to every subscriber that wants them."""
        for event in events:
            if self._before is None:
                self._before = event.seq - 1
            self._recent.append(event)
            for subscriber in self._subscribers.values():
                if subscriber.wants(event):
                    subscriber.offer(event)

    def subscribe(self, ask: EventsSubscribe) -> tuple[Subscriber, Subscribed]:
        """A feed, and the reply that opens it: snapshot now, and what `since` still finds.

        Raises RpcError(invalid_params) for an event type that does not exist.
        """
        types = _checked_types(ask.types)
        feed = Subscriber(self, next(self._names), types, self._ring)
        self._subscribers[feed.name] = feed
        self._joining.unpark_all()
        replayed = [event for event in self._after(ask.since) if event.type == "lagged" or feed.wants(event)]
        return feed, Subscribed(feed.name, self.snapshot(), replayed)

    def forget(self, subscriber: Subscriber) -> None:
        self._subscribers.pop(subscriber.name, None)

    def watched(self, type: str) -> bool:
        """Whether anybody wants events of this type now."""
        return any(feed.wants_type(type) for feed in self._subscribers.values())

    async def joined(self) -> None:
        """Returns when the next one has subscribed."""
        await self._joining.park()

    def _after(self, since: int | None) -> list[Event]:
        """Kept events after the cursor, led by `lagged` when older ones are gone.

        A cursor ahead of us comes from an earlier life of the daemon: everything kept is news then. One behind our
        first event does too: what that life told last may be lost, and nobody knows how much it was.
        """
        if since is None or self._before is None:
            return []
        oldest, newest = self._recent[0], self._recent[-1]
        if since > newest.seq:
            return list(self._recent)
        kept = [event for event in self._recent if event.seq > since]
        missing = oldest.seq - max(since, self._before) - 1
        if missing > 0:
            return [Event(oldest.seq - 1, oldest.at, "lagged", dropped=missing), *kept]
        return [Event(oldest.seq - 1, oldest.at, "lagged", reason=RESTARTED), *kept] if since < self._before else kept


def _key(event: Event) -> Hashable:
    """Of quota readings only the last per window matters; every other event stands for itself."""
    if event.type == "quota":
        return (event.provider, event.window, event.model, event.scope)
    return event.seq


def _checked_types(types: list[str] | None) -> frozenset[str] | None:
    for name in types or ():
        if name not in EVENT_TYPES:
            raise _no_type(name)
    return None if types is None else frozenset(types)


def _no_type(name: str) -> RpcError:
    near = next(iter(difflib.get_close_matches(name, EVENT_TYPES, 1)), None)
    message, there = f"there is no event type {name!r}", f"there are: {', '.join(sorted(EVENT_TYPES))}"
    return RpcError.of("invalid_params", message, detail=there, hint="switchgear events", meant=near)
