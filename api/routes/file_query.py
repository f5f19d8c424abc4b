"""Query parameters about a file that is sent as the body."""

from typing import Annotated, Any

from pydantic import Field

from api.http import parsing
from api.http.file_types import FileType
from api.http.parameters import Query
from api.services import dataset_creation
from gradus.errors import BadRequest
from gradus.wire.dataset_request import FileName

LIMIT = "the limit of a file in one body (send larger ones with POST /v1/uploads)"
"""The name of the limit in errors."""
ParseText = Annotated[str, Field(max_length=5_000)]


class FileQuery(Query):
    """Query parameters about a file in the body."""

    file: FileName | None = None
    """Name of the file; by default the data set's name with the extension of the media type."""
    parse: ParseText | None = None
    """JSON object: how to read the file. What is left out is guessed."""

    def options(self, declared: FileType) -> dict[str, Any]:
        """The options of `parse`, with those that the media type implies.

        Raises:
            BadRequest: `parse` is not a JSON object.
            InvalidSpec: an option is unknown or has an invalid value.
        """
        given = {} if self.parse is None else parsing.parse(self.parse.encode())
        if not isinstance(given, dict):
            raise BadRequest("parse: must be a JSON object", code="invalid_parameter")
        options = {**declared.parse, **given}
        dataset_creation.check_parse(options)
        return options
