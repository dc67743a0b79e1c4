"""A Bot API call's parameters, however they were sent: query, form, multipart or JSON."""

import json
import math
from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.playground.files import Upload
from bot.playground.refusals import Json, bad_request


class Params:
    """Typed access to a call's parameters.

    Args:
        values: Parameters by name; objects and arrays may still be JSON text.
        files: Uploaded files by part name.
    """

    def __init__(self, values: Mapping[str, object], files: Mapping[str, Upload] | None = None) -> None:
        self._values = values
        self._files = files or {}

    @classmethod
    async def read(cls, request: Request) -> "Params":
        """Read a request's query and body.

        Raises:
            Refusal: The body isn't what its content type says.
        """
        values: dict[str, object] = dict(request.query_params)
        files: dict[str, Upload] = {}
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                body = await request.json()
            except ValueError as error:
                raise bad_request("can't parse JSON") from error
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON object")
            values.update(body)
        else:
            async with request.form(max_part_size=32 * 2**20) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        kind = value.content_type or "application/octet-stream"
                        files[name] = Upload(value.filename or "file", kind, await value.read())
                    else:
                        values[name] = value
        return cls(values, files)

    def shown(self) -> Json:
        """Give the parameters for the record of calls: JSON read, files as name and size."""
        shown: Json = {name: _decoded(value) for name, value in self._values.items()}
        for name, upload in self._files.items():
            shown[name] = {"file": upload.name, "size": len(upload.content)}
        return shown

    def text(self, name: str) -> str | None:
        """Give a string, or None when it is missing or empty."""
        value = self._values.get(name)
        return None if value is None or value == "" else str(value)

    def number(self, name: str) -> int | None:
        """Give an integer or None.

        Raises:
            Refusal: It isn't one.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(float(value)) if "." in value else int(value)
        except (ValueError, OverflowError) as error:
            raise bad_request(f'field "{name}" must be of type Number') from error

    def seconds(self, name: str, default: float) -> float:
        """Give a duration in seconds.

        Raises:
            Refusal: It isn't a number.
        """
        value = self.text(name)
        try:
            seconds = default if value is None else float(value)
        except ValueError:
            seconds = math.nan
        if not math.isfinite(seconds):
            raise bad_request(f'field "{name}" must be of type Number')
        return seconds

    def flag(self, name: str) -> bool:
        """Give a boolean; missing is false."""
        return str(self._values.get(name, "")).lower() in {"true", "1", "yes"}

    def has(self, name: str) -> bool:
        """Tell whether the parameter was sent at all."""
        return name in self._values

    def mapping(self, name: str) -> Json | None:
        """Give an object or None.

        Raises:
            Refusal: It isn't one.
        """
        value = _decoded(self._values.get(name))
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    def array(self, name: str) -> list[object] | None:
        """Give an array or None.

        Raises:
            Refusal: It isn't one.
        """
        value = _decoded(self._values.get(name))
        if value is None or value == "":
            return None
        if not isinstance(value, list):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON array")
        return value

    def objects(self, name: str) -> list[Json] | None:
        """Give an array of objects or None.

        Raises:
            Refusal: It isn't one.
        """
        values = self.array(name)
        if values is None:
            return None
        if not all(isinstance(value, dict) for value in values):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON array of objects")
        return [value for value in values if isinstance(value, dict)]

    def entities(self, name: str) -> list[Json] | None:
        """Give an array of ``MessageEntity`` or None.

        Raises:
            Refusal: It isn't one, or an entity lacks its type or place.
        """
        values = self.objects(name)
        for value in values or ():
            for field, kind in (("type", str), ("offset", int), ("length", int)):
                if not isinstance(value.get(field), kind):
                    raise bad_request(f"can't parse MessageEntity: Can't find field \"{field}\"")
        return values

    def upload(self, name: str) -> Upload | None:
        """Give an uploaded file by its part's name, or through ``attach://part``."""
        value = self._values.get(name)
        part = value.removeprefix("attach://") if isinstance(value, str) else name
        return self._files.get(part)


def _decoded(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
