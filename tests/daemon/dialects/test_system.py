"""The system prompt apart from the messages."""

from switchgear_protocol.content import Message, Request, Text
from switchgeard.dialects.system import apart

USER = Message("user", "hi")
LATER = Message("system", "careful")


def test_what_leads_belongs_to_the_prompt() -> None:
    """As text or as blocks; empty ones say nothing."""
    leading = [Message("system", "a"), Message("system", ""), Message("system", [Text("b"), Text("c")])]
    asked = Request([*leading, USER, LATER], system="first")
    assert apart(asked) == (["first", "a", "b\nc"], [USER, LATER])


def test_without_a_prompt_there_is_no_text() -> None:
    """And the request keeps its messages."""
    asked = Request([USER])
    assert apart(asked) == ([], [USER])
    assert asked.messages == [USER]
