"""Saved web pages: the schema.org JobPosting data that search engines read, and nothing else of them.

https://schema.org/JobPosting
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from selectolax.lexbor import LexborHTMLParser

from rolediff.feeds.base import (
    DAMAGE,
    NOT_A_POSTING,
    UNREADABLE,
    Rows,
    decode,
    open_bytes,
    read_sample,
    tell_encoding,
    text_array,
    unreadable,
)

#: Properties taken as they are, in the order in which they are shown.
_PLAIN = ("title", "datePosted", "validThrough", "description", "responsibilities", "qualifications", "url")


def is_job_posting(item: Any) -> bool:
    """Whether an object of JSON-LD is a JobPosting."""
    kinds = item.get("@type") if isinstance(item, dict) else None
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] == "JobPosting" for kind in named)


def posting_columns(item: dict[str, Any]) -> dict[str, str]:
    """The properties of a JobPosting by the column names that data/columns.csv knows."""
    found: dict[str, str | None] = {name: _text(item.get(name)) for name in _PLAIN}
    if not found["title"]:
        found["title"] = _text(item.get("name"))
    identifier = item.get("identifier")
    found["identifier"] = _text(identifier.get("value") if isinstance(identifier, dict) else identifier)
    found["hiringOrganization"] = _named(item.get("hiringOrganization"))
    found["employmentType"] = _joined(item.get("employmentType"))
    found["industry"] = _joined(item.get("industry"))
    found["jobLocationType"] = _joined(item.get("jobLocationType"))
    found.update(_places(item.get("jobLocation")))
    found.update(_pay(item.get("baseSalary")))
    if not found.get("baseSalary.currency"):
        found["baseSalary.currency"] = _text(item.get("salaryCurrency"))
    return {name: value for name, value in found.items() if value}


def _text(value: Any) -> str | None:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return "\n".join(text for part in value if (text := _text(part))) or None
    if isinstance(value, dict):
        return _text(value.get("@value") or value.get("@id"))
    return None


def _named(value: Any) -> str | None:
    if isinstance(value, list):
        return next((name for part in value if (name := _named(part))), None)
    return _text(value.get("name") or value.get("legalName")) if isinstance(value, dict) else _text(value)


def _joined(value: Any) -> str | None:
    parts = value if isinstance(value, list) else [value]
    return ", ".join(name for part in parts if (name := _named(part))) or None


def _places(value: Any) -> dict[str, str | None]:
    """One place by its parts; several as one text, parted by ";"."""
    parts = [part for place in (value if isinstance(value, list) else [value]) if (part := _address(place))]
    if len(parts) == 1:
        return {
            f"jobLocation.address.{name}" if name != "jobLocation" else name: v
            for name, v in parts[0].items()
        }
    return {"jobLocation": "; ".join(", ".join(part.values()) for part in parts) or None}


def _address(place: Any) -> dict[str, str]:
    address = place.get("address") if isinstance(place, dict) else place
    if isinstance(address, list):
        address = address[0] if address else None
    if isinstance(address, dict):
        names = ("addressLocality", "addressRegion", "addressCountry")
        found = {name: text for name in names if (text := _named(address.get(name)))}
        if found:
            return found
        address = _named(address)
    text = _text(address) or (_named(place) if isinstance(place, dict) else None)
    return {"jobLocation": text} if text else {}


def _pay(value: Any) -> dict[str, str | None]:
    """A number, a MonetaryAmount, a QuantitativeValue; `unitText` stands inside `value` or beside it."""
    if isinstance(value, list):
        value = next((part for part in value if part), None)
    if not isinstance(value, dict):
        return {"baseSalary": _text(value)}
    inner = value.get("value")
    inside = inner if isinstance(inner, dict) else value
    low, high = _text(inside.get("minValue")), _text(inside.get("maxValue"))
    single = None if low or high else _text(inside.get("value"))
    unit = inside.get("unitText") or value.get("unitText") or inside.get("unitCode") or value.get("unitCode")
    currency = value.get("currency") or inside.get("currency") or value.get("priceCurrency")
    return {
        "baseSalary": single or (None if low or high else _text(value.get("price"))),
        "baseSalary.minValue": low,
        "baseSalary.maxValue": high,
        "baseSalary.currency": _text(currency),
        "baseSalary.unitText": _text(unit),
    }


class PageReader:
    """A saved page (.html); each JobPosting in it is a row, a page without one is a rejected row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding: str | None = tell_encoding(read_sample(path))
        try:
            with open_bytes(path) as file:
                text = decode(file.read())
        except DAMAGE as error:
            raise unreadable(path, error) from error
        tree = LexborHTMLParser(text)
        link = tree.css_first('link[rel="canonical"]')
        address = link.attributes.get("href") if link else None
        self._rows: list[tuple[int, dict[str, str]]] = []
        self._broken: list[tuple[int, str, str | None]] = []
        for script in tree.css("script"):
            if (script.attributes.get("type") or "").partition(";")[
                0
            ].strip().lower() != "application/ld+json":
                continue
            self._add(script.text(), address)
        if not self._rows and not self._broken:
            title = tree.css_first("title")
            reason = f"{NOT_A_POSTING}: the page has no JobPosting data"
            self._broken.append((1, reason, title.text(strip=True) if title else None))
        self.names = list(dict.fromkeys(name for _, row in self._rows for name in row))

    def _add(self, script: str, address: str | None) -> None:
        number = len(self._rows) + len(self._broken) + 1
        try:
            found = list(_postings(_parse(script)))
        except ValueError as error:
            # Pages carry data of other kinds: a broken one of those is no lost posting.
            if "JobPosting" in script:
                self._broken.append((number, f"{UNREADABLE}: {error}", script.strip()))
            return
        for offset, item in enumerate(found):
            columns = posting_columns(item)
            if address:
                columns.setdefault("url", address)
            self._rows.append((number + offset, columns))

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The postings of the page; there are few."""
        for start in range(0, max(len(self._rows), 1), batch_rows):
            part = self._rows[start : start + batch_rows]
            columns = {name: text_array([row.get(name) for _, row in part]) for name in self.names}
            broken = self._broken if start + batch_rows >= len(self._rows) else []
            yield Rows([number for number, _ in part], columns, list(broken))


def _parse(script: str) -> Any:
    """JSON-LD as sites write it: inside a comment or CDATA, with raw line breaks, a semicolon after it."""
    text = script.strip()
    for opening, closing in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")):
        text = text.removeprefix(opening).removesuffix(closing).strip()
    text = text.removesuffix(";")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text, strict=False)


def _postings(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The JobPostings of a JSON-LD text: itself, in a list, in @graph, or what a page is about."""
    if isinstance(value, list) and depth < 5:
        for part in value:
            yield from _postings(part, depth + 1)
    elif is_job_posting(value):
        yield value
    elif isinstance(value, dict) and depth < 5:
        for key in ("@graph", "mainEntity", "itemListElement", "item"):
            if key in value:
                yield from _postings(value[key], depth + 1)
