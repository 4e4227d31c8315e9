"""The widget's files: read and compressed once, revalidated by their content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, Request, Response

from connectors.web.wording import STATIC

router = APIRouter()
_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}
_CACHE = "public, max-age=300"


@dataclass(frozen=True)
class Asset:
    """One file, plain and compressed."""

    plain: bytes
    compressed: bytes
    media_type: str
    etag: str


@cache
def load_assets() -> dict[str, Asset]:
    """Return every file of static/ by name."""
    found: dict[str, Asset] = {}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in _TYPES:
            plain = path.read_bytes()
            etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
            found[path.name] = Asset(plain, gzip.compress(plain, mtime=0), _TYPES[path.suffix], etag)
    return found


@router.get("/widget.js", include_in_schema=False)
def widget_script(request: Request) -> Response:
    """Return the one script that a website includes."""
    return _answer(request, "widget.js")


@router.get("/static/web/{name}", include_in_schema=False)
def asset(request: Request, name: str) -> Response:
    """Return one of the widget's files; 404 for any other name."""
    return _answer(request, name)


def _answer(request: Request, name: str) -> Response:
    found = load_assets().get(name)
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": _CACHE, "ETag": found.etag, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, headers=headers | {"Content-Encoding": "gzip"}, media_type=f"{found.media_type}; charset=utf-8")
    return Response(found.plain, headers=headers, media_type=f"{found.media_type}; charset=utf-8")
