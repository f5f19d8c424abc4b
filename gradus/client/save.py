"""Saves a response's body as a file, atomically: whole, or not at all."""

import os
import re
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from gradus.client.request import Request
from gradus.client.retry import Retries
from gradus.errors import BadRequest, GradusError

if TYPE_CHECKING:
    from gradus.client.transport import Transport

_NAME = re.compile(r"filename\*=UTF-8''([^;]+)")


async def save(transport: "Transport[Any]", request: Request[Any], path: str | PathLike[str] | None) -> Path:
    """Save the response as `path` or, if that is a folder, in it under the file's own name. A broken transfer is
    restarted.

    Raises:
        BadRequest: the file cannot be written.
    """
    policy = Retries(transport.options.max_retries)
    while True:
        try:
            return await _saved(transport, request, Path(path or "."))
        except OSError as error:
            raise BadRequest(f"{error.filename or path} cannot be written: {error.strerror}", code="no_file") from error
        except GradusError as error:
            await transport.pause(request, error, policy)


async def _saved(transport: "Transport[Any]", request: Request[Any], path: Path) -> Path:
    async with transport.download(request) as (response, chunks):
        name = _NAME.search(response.headers.get("Content-Disposition", ""))
        own = Path(unquote(name[1])).name if name else "content"
        target = path / own if path.is_dir() else path
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with unfinished.open("wb") as file:
                async for chunk in chunks:
                    file.write(chunk)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return target
