"""Files beside the pages: style, script, sitemap, robots.txt, OpenAPI, the picture of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import orjson

from rolediff.charts import draw_card
from rolediff.errors import UnknownPageError
from rolediff.results import Comparison
from rolediff.web import data_pages, openapi
from rolediff.web.document import Moved
from rolediff.web.pages import find_page

if TYPE_CHECKING:
    from rolediff.web.site import Site

#: Endings of addresses that are files, not pages.
ENDINGS = frozenset(
    {".json", ".md", ".css", ".js", ".svg", ".png", ".xml", ".txt", ".atom", ".csv", ".xlsx", ".parquet"}
)
_STATIC = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: A sitemap may hold so many addresses (sitemaps.org).
_SITEMAP_MOST = 50_000

Made = tuple[str, bytes]


def make(site: Site, path: str) -> Made | None:
    """Media type and bytes of a file; None where the address is that of a page."""
    maker = _FILES.get(path)
    if maker:
        return maker(site)
    folder, _, name = path.rpartition("/")
    if folder == "/static":
        return _static(name)
    if path.startswith("/compare/") and path.endswith(".png"):
        return "image/png", picture(site, path.removesuffix(".png"))
    return data_pages.make(site, path)


def _static(name: str) -> Made:
    ending = name[name.rfind(".") :]
    file = resources.files("rolediff") / "web" / "static" / name
    if name not in static_names():
        raise UnknownPageError(f"/static/{name}", [])
    return _STATIC[ending], file.read_bytes()


def picture(site: Site, path: str) -> bytes:
    """What is shown of a comparison where its address is shared."""
    found = find_page(path, site.catalogue, {})
    if isinstance(found, Moved) or not isinstance(found.result, Comparison):
        raise UnknownPageError(f"{path}.png", [path])
    return draw_card(found.result)


def static_names() -> list[str]:
    """The files that stand beside the pages as they are."""
    folder = resources.files("rolediff") / "web" / "static"
    return sorted(file.name for file in folder.iterdir() if file.name[file.name.rfind(".") :] in _STATIC)


def _robots(site: Site) -> Made:
    lines = ["User-agent: *", "Allow: /"]
    if site.base:
        lines.append(f"Sitemap: {site.base}/sitemap.xml")
    return "text/plain; charset=utf-8", "\n".join([*lines, ""]).encode()


def sitemap_of(site: Site, addresses: list[str]) -> Made:
    """A sitemap of pages; empty where the site does not know its own address."""
    rows = [
        f"<url><loc>{escape(site.canonical(a))}</loc></url>" for a in addresses[:_SITEMAP_MOST] if site.base
    ]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "\n".join(rows)
        + "\n</urlset>\n"
    )
    return "application/xml", text.encode()


def _sitemap(site: Site) -> Made:
    """All pages; the static site, which makes each of them, leaves the thin ones out."""
    pairs = [f"/compare/{a}/{b}" for a, b in site.catalogue.pairs]
    return sitemap_of(site, [*site.addresses, *pairs])


def _openapi(site: Site) -> Made:
    return "application/json", orjson.dumps(openapi.describe(site.base), option=orjson.OPT_INDENT_2)


_FILES: dict[str, Callable[[Site], Made]] = {
    "/robots.txt": _robots,
    "/sitemap.xml": _sitemap,
    "/openapi.json": _openapi,
}
