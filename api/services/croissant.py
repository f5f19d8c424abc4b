"""Metadata of a data set in the Croissant format of MLCommons, version 1.0."""

import re
from collections.abc import Mapping
from typing import Any

from gradus.wire.dataset import SourceFile, VersionRecord

_TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "text": "sc:Text",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "image": "sc:ImageObject",
    "array": "sc:Float",
}
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "images": "application/zip",
}
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "md5": "cr:md5",
    "recordSet": "cr:recordSet",
    "sc": "https://schema.org/",
    "source": "cr:source",
}
_TABLE = "table.parquet"


def croissant(name: str, version: VersionRecord, url: str) -> dict[str, Any]:
    """The metadata of a version. `url` is the data set's address, below which its files are."""
    files = [_file(i, source, version, url) for i, source in enumerate(version.sources, 1)]
    table = {
        "@type": "cr:FileObject",
        "@id": _TABLE,
        "name": _TABLE,
        "contentUrl": f"{url}/content.parquet?version={version.number}",
        "encodingFormat": _MEDIA["parquet"],
        "sha256": (version.digest or "").removeprefix("sha256:"),
        "description": "The parsed table. Its sha256 is the digest of the table's content, not of the bytes of a file.",
    }
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "name": name,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": f"{version.number}.0.0",
        "datePublished": version.created_at.isoformat(),
        "url": url,
        "distribution": [*files, table],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": _fields(version)}],
    }


def _file(position: int, source: SourceFile, version: VersionRecord, url: str) -> dict[str, Any]:
    file = {
        "@type": "cr:FileObject",
        "@id": f"file-{position}",
        "name": source.name,
        "contentSize": f"{source.size} B",
        "contentUrl": f"{url}/content?version={version.number}&file={position}",
        "encodingFormat": _MEDIA.get(version.parse.get("kind", ""), "application/octet-stream"),
    }
    return file | ({} if source.sha256 is None else {"sha256": source.sha256})


def _fields(version: VersionRecord) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:Field",
            "@id": f"rows/{i}-{re.sub(r'[^A-Za-z0-9_-]', '_', column.name)}",
            "name": column.name,
            "dataType": _TYPES[column.type],
            "source": {"fileObject": {"@id": _TABLE}, "extract": {"column": column.name}},
        }
        for i, column in enumerate(version.columns)
    ]
