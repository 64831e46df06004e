"""All pages of a snapshot: an address in, bytes out. The server and the static site both ask here."""

from __future__ import annotations

import contextlib
import gzip
import posixpath
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from markupsafe import Markup

from rolediff.errors import RolediffError, UnknownPageError
from rolediff.rendering import to_html, to_json, to_markdown
from rolediff.snapshots import Snapshot
from rolediff.web import data_pages, files, linked_data
from rolediff.web.catalogue import Catalogue
from rolediff.web.document import Document, Moved
from rolediff.web.pages import PAGES, evidence_address, find_page, known_query

#: Endings of an address, and what is sent for them; an address without one is a page of HTML.
FORMS = {".json": "application/json", ".md": "text/markdown; charset=utf-8"}
_PACKABLE = frozenset(
    {"application/json", "application/xml", "application/atom+xml; charset=utf-8", "image/svg+xml"}
)
_HTML = "text/html; charset=utf-8"
_REFUSALS = {404: "Not found", 405: "Not possible", 500: "Our fault"}
#: Bytes of rendered pages that are kept in memory; a comparison has some 300 kB, with its compressed form.
_MOST_HELD = 400_000_000
#: Files of data are large, and a posting's page tells whether it is still open today.
_NOT_KEPT = ("/data/", "/postings/")


@dataclass(frozen=True, slots=True, eq=False)  # compared and hashed by identity: bodies are large
class Answer:
    """What is sent for an address."""

    status: int
    media: str
    body: bytes
    gzipped: bytes = b""  # the same, compressed; empty where that saves nothing
    location: str = ""  # of a redirect
    etag: str = ""  # changes when the bytes do: a new snapshot, a new version of rolediff


class Site:
    """The pages of one snapshot.

    Args:
        snapshot: what is shown.
        base: address under which the site is published ("https://example.org/roles"), for canonical links,
            the sitemap and the feed; without it they are left out, since nobody can know it.
        static: whether links lead to files (`../roles/index.html`), so that the site works from a folder.
        chosen: the comparisons to offer, in canonical order, and no other roles than theirs; without them all
            with enough evidence.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        base: str = "",
        static: bool = False,
        chosen: tuple[tuple[str, str], ...] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.base = base.rstrip("/")
        self.static = static
        self.catalogue = Catalogue(snapshot, chosen)
        self.pairs = frozenset(f"/compare/{a}/{b}" for a, b in self.catalogue.pairs)
        # The warehouse has one connection, which answers one question at a time.
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._held = 0  # bytes of these

    def kept(self, address: str) -> Answer | None:
        """The answer for an address if it is ready, without any work."""
        answer = self._kept.get(address)
        if answer is not None:
            with contextlib.suppress(KeyError):  # another thread has just dropped it
                self._kept.move_to_end(address)
        return answer

    def answer(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """What an address answers; an error is an answer too.

        Args:
            path: from the root, "/compare/data-analyst/data-engineer.json".
            query: of a page of several parts.
        """
        query = known_query(_split(path)[0], query or {})
        address = f"{path}?{'&'.join(f'{k}={v}' for k, v in sorted(query.items()))}" if query else path
        ready = self.kept(address)
        if ready is None:
            if self.catalogue.chosen is None and data_pages.needs_all(path):
                # They take long, over a connection of their own: other pages need not wait.
                _ = (kept := data_pages.store(self.snapshot.folder)).changes, kept.downloads
            with self._lock:
                # Who waited for the lock may find the page made by who held it.
                ready = self.kept(address) or self._make(path, query)
                self.keep(address, ready)
        return ready

    def latest(self, count: int) -> list[str]:
        """Addresses of the pages that were asked for last."""
        return [address for address in list(self._kept)[-count:] if "?" not in address]

    def keep(self, address: str, answer: Answer) -> None:
        """Keeps an answer; not an error, since anybody can ask for any number of pages that do not exist."""
        if answer.status == 200 and not address.startswith(_NOT_KEPT):
            self._held += _size(answer) - (_size(self._kept[address]) if address in self._kept else 0)
            self._kept[address] = answer
            while self._held > _MOST_HELD:
                _, dropped = self._kept.popitem(last=False)
                self._held -= _size(dropped)

    def _make(self, path: str, query: dict[str, str]) -> Answer:
        stem, form = _split(path)
        try:
            made = files.make(self, path)
            if made is not None:
                return _packed(200, *made)
            document = find_page(stem, self.catalogue, query)
        except RolediffError as error:
            return self._error(error, stem, form)
        if isinstance(document, Moved):
            query = known_query(document.path, query)  # the names of roles have become the path
            where = quote(document.path + form, safe="/:") + (f"?{urlencode(query)}" if query else "")
            return Answer(308, "text/plain", b"", location=where)
        return _packed(200, FORMS.get(form, _HTML), self.render(document, form))

    def _error(self, error: RolediffError, stem: str, form: str) -> Answer:
        suggestions = list(getattr(error, "suggestions", ()))
        status = 404 if hasattr(error, "suggestions") else 400
        links = [(name, self.catalogue.address_of(stem, name)) for name in suggestions]
        return self.refuse(status, str(error), stem + form, links)

    def refuse(
        self, status: int, message: str, path: str, suggestions: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        """An error, in the form that was asked for.

        Args:
            status: of HTTP.
            message: what went wrong.
            path: what was asked for.
            suggestions: what there is instead: names and addresses.
        """
        stem, form = _split(path)
        if form == ".json":
            body = {"error": message, "status": status, "suggestions": [name for name, _ in suggestions]}
            return _packed(status, FORMS[form], orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE))
        if form == ".md":
            return _packed(status, FORMS[form], f"# {status}\n\n{message}\n".encode())
        page = self.html("error.html", stem, title=_REFUSALS.get(status, "Not understood"), message=message,
                         suggestions=suggestions, status=status)  # fmt: skip
        return _packed(status, _HTML, page)

    def render(self, document: Document, form: str = "") -> bytes:
        """A page in one of its forms."""
        if form == ".json":
            return to_json(document.result)
        if form == ".md":
            return to_markdown(document.sections).encode()
        return self.html(document.template, document.path, document=document, title=document.title)

    def html(self, template: str, path: str, **context: Any) -> bytes:
        """A template filled in, with the links of this site."""

        def link(target: str) -> str:
            return self._link(path, target)

        return to_html(
            template, site=self, link=link, path=path, snapshot=self.snapshot.id, **TOOLS, **context
        ).encode()

    def _link(self, path: str, target: str) -> str:
        if not self.static:
            return target
        address, hash_, anchor = target.partition("#")
        where = file_of(address) if address else ""
        if not where:
            return target
        here = posixpath.dirname(file_of(path))
        return posixpath.relpath(where, here or ".") + hash_ + anchor

    def canonical(self, path: str) -> str:
        """The full address of a page; empty where the site does not know its own."""
        if not self.base:
            return ""
        return self.base + (path if not self.static else "/" + file_of(path).removesuffix("index.html"))

    def leads(self, path: str) -> bool:
        """Whether an address may be linked to: a static site has the pages that it lists, and the pairs."""
        return not self.static or path in self._there

    def opens(self, claim: str) -> bool:
        """Whether a claim has a page: on a static site those of one role have, not differences of two."""
        return not (self.static and ".." in claim.partition("/")[0])

    def has_markdown(self, document: Document) -> bool:
        """Whether a page can be had as Markdown: on a static site the evidence, most of its files, cannot."""
        return not (self.static and document.path.startswith("/evidence/"))

    @cached_property
    def _there(self) -> frozenset[str]:
        return frozenset(self.addresses) | self.pairs

    @cached_property
    def addresses(self) -> list[str]:
        """Every page that stands on its own, without the pairs, the evidence and single postings."""
        return [address for page in PAGES for address in page.addresses(self.catalogue)]


def form_of(path: str, form: str) -> str:
    """The address of a page in another form."""
    return ("/index" if path == "/" else path) + form


def _ld(thing: Mapping[str, Any]) -> Markup:
    """A schema.org object for a page; no part of it can end the element it stands in."""
    text = orjson.dumps({"@context": "https://schema.org", **thing}).decode()
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - it holds no "<" any more


#: What every template may use.
TOOLS: dict[str, Any] = {
    "json_of": lambda path: form_of(path, ".json"),
    "markdown_of": lambda path: form_of(path, ".md"),
    "ld": _ld,
    "breadcrumbs": linked_data.breadcrumbs,
    "evidence_address": evidence_address,
}


def file_of(path: str) -> str:
    """The file of a static site that holds a page: "compare/a/b/index.html", "compare/a/b.json"."""
    if path == "/":
        return "index.html"
    name = path.lstrip("/").replace(":", "-")
    last = name.rpartition("/")[2]
    known = posixpath.splitext(last)[1]
    return name if known in files.ENDINGS else f"{name}/index.html"


def _split(path: str) -> tuple[str, str]:
    for form in FORMS:
        if path.endswith(form):
            stem = path.removesuffix(form)
            return ("/" if stem == "/index" else stem), form
    return path, ""


def _size(answer: Answer) -> int:
    return len(answer.body) + len(answer.gzipped)


def _packed(status: int, media: str, body: bytes) -> Answer:
    # No time in the header: the same page gives the same bytes. Other media are compressed already.
    worth = len(body) > 1_000 and (media.startswith("text/") or media in _PACKABLE)
    packed = gzip.compress(body, 6, mtime=0) if worth else b""
    return Answer(status, media, body, packed, etag=f'"{sha256(body).hexdigest()[:20]}"')


__all__ = ["Answer", "Site", "UnknownPageError", "file_of"]
