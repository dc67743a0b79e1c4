"""Finding, cutting and trimming text by UTF-16 code units, as Telegram counts; Python counts code points."""

from bot.playground.refusals import Json
from handlers.utf16 import length


def cut(text: str, offset: int, size: int) -> str:
    """Cut out a piece by UTF-16 offset and size; half a surrogate pair is dropped."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + size)].decode("utf-16-le", "ignore")


def find(text: str, piece: str, near: int = 0) -> int | None:
    """Find a piece's UTF-16 offset, the occurrence nearest to ``near``.

    Returns:
        The offset in code units, or None when the piece isn't in the text.
    """
    found: list[int] = []
    index = text.find(piece)
    while index >= 0:
        found.append(length(text[:index]))
        index = text.find(piece, index + 1)
    return min(found, key=lambda offset: abs(offset - near), default=None)


def split(text: str, limit: int) -> list[str]:
    """Split a text into pieces of at most ``limit`` code units, as Telegram's apps do before they send."""
    pieces = [""]
    size = 0
    for character in text:
        width = length(character)
        if size + width > limit:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += width
    return pieces


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Strip white space at both ends, as Telegram does, and move the entities along.

    Args:
        text: The text.
        entities: ``MessageEntity`` objects; offsets in UTF-16 code units.

    Returns:
        The stripped text and the entities that still cover something.
    """
    start = length(text) - length(text.lstrip())
    stripped = text.strip()
    end = length(stripped)
    moved: list[Json] = []
    for entity in entities:
        first = max(entity["offset"] - start, 0)
        last = min(entity["offset"] - start + entity["length"], end)
        if last > first:
            moved.append({**entity, "offset": first, "length": last - first})
    return stripped, moved
