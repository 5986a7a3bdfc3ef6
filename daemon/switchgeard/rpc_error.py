"""RpcError: the one exception a method raises to answer its caller with an error.

Anything else that leaves a method is a bug: the server answers `internal` and logs its type only.
"""

from switchgear_protocol.errors import ErrorObject, error


class RpcError(Exception):
    """A method's refusal, carrying exactly what the client will read. Never put a secret into it."""

    def __init__(self, answer: ErrorObject):
        super().__init__(answer.message)
        self.answer = answer

    @classmethod
    def of(cls, kind: str, message: str, *, hint: str | None = None, **data: object) -> "RpcError":
        """An error of a known kind; `data` are further fields of ErrorData (retry_after_ms=...)."""
        return cls(error(kind, message, hint=hint, **data))
