"""Uploaded files, kept in memory within a bound."""

import mimetypes
import secrets
import struct
from collections import OrderedDict
from dataclasses import dataclass

from bot.playground.refusals import Json, bad_request

_TOTAL_BYTES = 64 * 2**20
_ONE_FILE_BYTES = 20 * 2**20  # what getFile serves on Telegram
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: name, media type, bytes."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that has an id.

    Attributes:
        file_id: What the bot and the page ask for it by.
        unique_id: Telegram's ``file_unique_id``.
        path: Where ``/file/bot<token>/<path>`` serves it.
        upload: The file itself.
    """

    file_id: str
    unique_id: str
    path: str
    upload: Upload

    def to_json(self) -> Json:
        """Give the fields every Telegram file object has."""
        size = len(self.upload.content)
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": size}


class FileStore:
    """Files by id; the oldest are dropped past 64 MiB in all."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0

    def add(self, upload: Upload, folder: str) -> StoredFile:
        """Keep a file under a new id.

        Raises:
            Refusal: The file is empty or past 20 MiB.
        """
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > _ONE_FILE_BYTES:
            raise bad_request("file is too big")
        extension = mimetypes.guess_extension(upload.content_type) or ".bin"
        file_id = secrets.token_urlsafe(24)
        path = f"{folder}/file_{len(self._files)}_{file_id[:6]}{extension}"
        stored = StoredFile(file_id, secrets.token_hex(8), path, upload)
        self._files[file_id] = stored
        self._bytes += len(upload.content)
        while self._bytes > _TOTAL_BYTES and len(self._files) > 1:
            _, dropped = self._files.popitem(last=False)
            self._bytes -= len(dropped.upload.content)
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """Give a file by its id."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Give a file by the path that ``getFile`` named."""
        return next((stored for stored in self._files.values() if stored.path == path), None)


def photo_json(stored: StoredFile) -> list[Json]:
    """Give a message's ``photo``: one size, the picture as it was sent.

    Raises:
        Refusal: It is neither a PNG nor a JPEG.
    """
    size = _picture_size(stored.upload.content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return [{**stored.to_json(), "width": size[0], "height": size[1]}]


def document_json(stored: StoredFile) -> Json:
    """Give a message's ``document``."""
    return {**stored.to_json(), "file_name": stored.upload.name, "mime_type": stored.upload.content_type}


def _picture_size(content: bytes) -> tuple[int, int] | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if not content.startswith(b"\xff\xd8"):
        return None
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4])
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
