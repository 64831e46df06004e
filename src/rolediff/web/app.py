"""The server: an ASGI application that sends what `Site` makes, and follows the workspace's snapshot."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson

from rolediff.snapshots import Snapshot, open_snapshot
from rolediff.storage import current_snapshot
from rolediff.web.ahead import read_ahead
from rolediff.web.data_pages import needs_all
from rolediff.web.site import Answer, Site

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

#: No page needs more; what is longer is no page of ours.
_LONGEST_PATH, _LONGEST_QUERY, _MOST_PARAMETERS = 400, 400, 10
#: How often, at most, the workspace is asked whether its snapshot is another, in seconds.
_LOOK_AGAIN = 2.0
#: So many of the pages that were asked for last are made before a new snapshot is served.
_READY_FIRST = 12
# Scripts are ours and in files, charts are in the page, nothing comes from elsewhere.
_SAFETY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_JSON = "application/json"
_log = logging.getLogger("rolediff")


class Served:
    """The site that is served now; another takes its place in one step once it is ready."""

    def __init__(self, open_site: Callable[[], Site], current: Callable[[], Path] | None) -> None:
        self.site = open_site()
        self._open, self._current = open_site, current
        self._failed: Path | None = None
        self._looked = time.monotonic()
        self._switching = threading.Lock()
        self._prepare()

    def _prepare(self) -> None:
        site = self.site
        _in_background(lambda: read_ahead(site, lambda: self.site is site))

    def look(self) -> None:
        """Now and then asks, in the background, whether the workspace has another snapshot."""
        if self._current is not None and time.monotonic() - self._looked > _LOOK_AGAIN:
            self._looked = time.monotonic()
            _in_background(self.follow)

    def follow(self) -> None:
        """Takes the workspace's snapshot if it is another; the old one answers until the new one can."""
        if self._current is None or not self._switching.acquire(blocking=False):
            return
        try:
            folder = self._current()
            if folder not in (self.site.snapshot.folder, self._failed):
                self._failed = folder  # unless it can be served; it is not tried again
                site = self._open()
                # What is asked for just now is ready before the new one answers.
                for address in ("/", *self.site.latest(_READY_FIRST)):
                    site.answer(address)
                self.site = site
                self._prepare()
        except Exception:
            # The snapshot that is served stays; who built a broken one reads why in the log.
            _log.exception("The workspace's new snapshot cannot be served")
        finally:
            self._switching.release()


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


class App:
    """The ASGI application.

    Args:
        served: the site, and the one that follows it.
    """

    def __init__(self, served: Served) -> None:
        self.served = served
        self._slow = ThreadPoolExecutor(1)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"rolediff answers http, not {scope['type']}.")
        site = self.served.site
        try:
            answer = await self._answer(site, scope)
        except Exception:
            # What went wrong is for the server's log; the reader gets no inside of ours.
            _log.exception("%s failed", scope["path"])
            answer = site.refuse(500, "Something went wrong on our side.", scope["path"])
        asked = dict(scope["headers"])
        status, headers, body = _reply(answer, site.snapshot.id, asked)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, site: Site, scope: Message) -> Answer:
        self.served.look()
        path, query = scope["path"], scope["query_string"]
        if scope["method"] not in ("GET", "HEAD"):
            return site.refuse(405, "Pages can be read, with GET and HEAD, and nothing else.", path)
        if len(path) > _LONGEST_PATH or len(query) > _LONGEST_QUERY:
            return site.refuse(414, "The address is too long.", path[-10:])
        if path == "/health":
            return Answer(200, _JSON, orjson.dumps({"status": "ok", "snapshot": site.snapshot.id}))
        ready = None if query else site.kept(path)
        if ready is not None:
            return ready
        try:
            given = dict(parse_qsl(query.decode("ascii"), max_num_fields=_MOST_PARAMETERS))
        except ValueError:
            return site.refuse(400, "What follows the question mark cannot be read.", path)
        # Who waits for the tables of the whole snapshot must not keep the threads that make other pages.
        threads = self._slow if needs_all(path) else None
        return await asyncio.get_running_loop().run_in_executor(threads, site.answer, path, given)


async def _live(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


Headers = list[tuple[bytes, bytes]]


def _reply(answer: Answer, snapshot: str, asked: dict[bytes, bytes]) -> tuple[int, Headers, bytes]:
    """Status, headers and body for what a browser can take and has already."""
    packed = bool(answer.gzipped) and b"gzip" in asked.get(b"accept-encoding", b"")
    headers = _headers(answer, snapshot, packed=packed)
    if answer.status == 200 and answer.etag and answer.etag.encode() in asked.get(b"if-none-match", b""):
        return 304, [h for h in headers if h[0] not in (b"content-length", b"content-encoding")], b""
    return answer.status, headers, answer.gzipped if packed else answer.body


def _headers(answer: Answer, snapshot: str, *, packed: bool) -> Headers:
    found = {
        **_SAFETY,
        "content-type": answer.media,
        "content-length": str(len(answer.gzipped if packed else answer.body)),
        "x-snapshot": snapshot,
        "vary": "accept-encoding",
    }
    if packed:
        found["content-encoding"] = "gzip"
    if answer.location:
        found["location"] = answer.location
    if answer.status == 200 and answer.etag:
        found |= {"etag": answer.etag, "cache-control": "public, max-age=300"}
    return [(name.encode(), value.encode()) for name, value in found.items()]


def make_app(workspace: Path, snapshot: Path | None = None, base: str = "") -> App:
    """The application.

    Args:
        workspace: whose current snapshot is served, and followed when a new one is built.
        snapshot: a snapshot's folder, or "reference", to serve that one for good.
        base: address under which the site is published.

    Raises:
        WorkspaceError: there is no snapshot.
    """

    def open_site() -> Site:
        opened = open_snapshot(workspace, snapshot)
        return Site(Snapshot(opened.folder, in_memory=True), base=base)

    follows = snapshot is None and workspace.is_dir()
    return App(Served(open_site, (lambda: current_snapshot(workspace)) if follows else None))
