"""Two connections joined back to back: what one says, the other is made to hear, at once."""

from dataclasses import dataclass, field

from msgspec import Struct

from switchgear_protocol.connection import Connection, Framing, In, RequestReceived, Role
from switchgear_protocol.messages import ClientInfo, Initialize, Initialized, VersionRange


@dataclass(slots=True)
class ConnectionPair:
    framing: Framing = Framing.MSGPACK
    client: Connection = field(init=False)
    server: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.client = Connection(Role.CLIENT, framing=self.framing)
        self.server = Connection(Role.SERVER)

    def initialized(self) -> "ConnectionPair":
        """The pair after its handshake."""
        asked = self.ask("initialize", Initialize(client=ClientInfo("test", "1")))
        reply = Initialized(1, VersionRange(1, 1), ClientInfo("switchgeard", "1"))
        self.client.receive_data(self.server.send_result(asked.id, reply))
        return self

    def ask(self, method: str, params: Struct) -> RequestReceived:
        """What the server hears of a request; it must be just that."""
        (heard,) = self.to_server(self.client.send_request(method, params))
        assert isinstance(heard, RequestReceived)
        return heard

    def to_server(self, data: bytes) -> list[In]:
        return self.server.receive_data(data)

    def to_client(self, data: bytes) -> list[In]:
        return self.client.receive_data(data)
