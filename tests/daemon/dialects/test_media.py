"""Images and documents in the two spellings wires use."""

from switchgear_protocol.content import Document, Image
from switchgeard.dialects.media import inline, plain_text


def test_an_image_is_inline_or_not() -> None:
    """In both spellings, with parameters; a link is not."""
    assert inline(Image("image/gif", data="AA")) == ("image/gif", "AA")
    assert inline(Image(url="data:image/gif;charset=x;base64,AA")) == ("image/gif", "AA")
    assert inline(Image(url="https://example.org/data:image/gif;base64,AA")) is None


def test_a_text_document_is_text_only_if_it_decodes() -> None:
    """Else it is sent as it came."""
    assert plain_text(Document("aGk=", "text/markdown")) == "hi"
    assert plain_text(Document("aGk=", "application/pdf")) is None
    assert plain_text(Document("not base64", "text/plain")) is None
    assert plain_text(Document("/w==", "text/plain")) is None
