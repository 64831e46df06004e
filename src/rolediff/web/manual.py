"""The pages on method: docs/method, as pages of the site."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from pathlib import Path

from rolediff.errors import UnknownPageError
from rolediff.layout import Section
from rolediff.web.document import HOME, Document

#: The pages in reading order, by file name.
NAMES = (
    "index",
    "words",
    "reading",
    "shares",
    "differences",
    "pay",
    "learning",
    "official",
    "changes",
    "audit",
)


def document(name: str) -> Document:
    """A page on method.

    Raises:
        UnknownPageError: there is none of that name.
    """
    if name not in NAMES:
        raise UnknownPageError(f"/method/{name}", [f"/method/{n}" for n in NAMES[1:]])
    text = _source(name)
    title = text.partition("\n")[0].lstrip("# ")
    paragraphs = (p for p in text.split("\n\n")[1:] if not p.startswith(("#", "|", "```")))
    first = next(paragraphs, f"{title}, as rolediff uses them.")  # a page may be a table alone
    path = "/method" if name == "index" else f"/method/{name}"
    return Document(
        path=path,
        title=title,
        description=re.sub(r"[*`\[\]]|\(.*?\)", "", first)[:300],
        sections=[Section("method", title)],
        result={"title": title, "markdown": text},
        crumbs=(HOME, *((("Method", "/method"),) if name != "index" else ())),
        template="method.html",
        extra={
            "text": partial(_linked, name),
            "contents": [(n, _source(n).partition("\n")[0].lstrip("# ")) for n in NAMES],
        },
    )


@cache
def _source(name: str) -> str:
    inside = Path(str(resources.files("rolediff"))) / "method"
    # In a wheel the pages lie inside the package; in a checkout, where they are written.
    folder = inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "docs" / "method"
    return (folder / f"{name}.md").read_text(encoding="utf-8")


@cache
def _html(name: str) -> str:
    from markdown_it import MarkdownIt

    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(_source(name))
    html = re.sub(r"\A<h1>.*?</h1>\s*", "", html)  # the template has it
    html = re.sub(r"<(h[2-6])>(.*?)</h", lambda m: f'<{m[1]} id="{_anchor(m[2])}">{m[2]}</h', html)
    # What is wider than a phone scrolls by itself, also by keyboard, and not the whole page.
    html = html.replace("<pre>", '<pre tabindex="0">').replace("</table>", "</table></div>")
    return html.replace("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')


def _anchor(heading: str) -> str:
    """The name of a heading in links, as GitHub makes it."""
    words = re.sub(r"<.*?>|&\w+;", "", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def _linked(name: str, link: Callable[[str], str]) -> str:
    """A page whose links lead to pages of the site; what is no page of it stands without a link."""

    def lead(found: re.Match[str]) -> str:
        file, hash_, anchor = found[1].partition("#")
        there = file.removesuffix(".md")
        if ":" in file:
            return found[0]
        if not file:
            return f'<a href="{hash_}{anchor}">{found[2]}</a>'
        if there not in NAMES:
            return found[2]
        path = "/method" if there == "index" else f"/method/{there}"
        return f'<a href="{link(path)}{hash_}{anchor}">{found[2]}</a>'

    return re.sub(r'<a href="(.*?)">(.*?)</a>', lead, _html(name), flags=re.DOTALL)
