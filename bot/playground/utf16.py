"""Telegram counts text in UTF-16 code units; Python counts code points."""

from bot.playground.refusals import Json


def units(text: str) -> int:
    """Count UTF-16 code units: 1 for most characters, 2 beyond the basic plane (most emoji)."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, offset: int, length: int) -> str:
    """Cut out a piece by UTF-16 offset and length; half a surrogate pair is dropped."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "ignore")


def find(text: str, piece: str, near: int = 0) -> int | None:
    """Find a piece's UTF-16 offset, the occurrence nearest to ``near``.

    Returns:
        The offset in code units, or None when the piece isn't in the text.
    """
    found: list[int] = []
    index = text.find(piece)
    while index >= 0:
        found.append(units(text[:index]))
        index = text.find(piece, index + 1)
    return min(found, key=lambda offset: abs(offset - near), default=None)


def split(text: str, limit: int) -> list[str]:
    """Split a text into pieces of at most ``limit`` code units, as Telegram's apps do before they send."""
    pieces = [""]
    size = 0
    for character in text:
        width = units(character)
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
    start = units(text) - units(text.lstrip())
    stripped = text.strip()
    end = units(stripped)
    moved: list[Json] = []
    for entity in entities:
        first = max(entity["offset"] - start, 0)
        last = min(entity["offset"] - start + entity["length"], end)
        if last > first:
            moved.append({**entity, "offset": first, "length": last - first})
    return stripped, moved
