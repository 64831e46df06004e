"""The Atom feed of snapshot changes (RFC 4287): one entry for the snapshot, and its largest changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from rolediff.layout_changes import say_changes, say_share_change
from rolediff.results import SnapshotChanges, VerdictChange
from rolediff.wording import say_count

if TYPE_CHECKING:
    from rolediff.web.site import Site

_ATOM = "http://www.w3.org/2005/Atom"
#: Ids of the feed and of what stands in it are names in this space, made from names that do not change.
_SPACE = uuid5(NAMESPACE_URL, "https://rolediff.invalid/feed")
#: Changes that get an entry of their own.
_SHOWN = 20
# An entry must bear a date, and one may have none: that of the epoch says so.
_UNDATED = "1970-01-01"
_VERDICTS = {
    "more-in-a": "more in the first",
    "more-in-b": "more in the second",
    "no-detectable-difference": "no detectable difference",
    "too-few-postings": "too few postings",
}


def write_feed(site: Site, changes: SnapshotChanges | None, no_previous: str) -> bytes:
    """The feed.

    `updated` is the newest date that the snapshot holds, of a posting or of an origin, never that of the
    clock: the same snapshot gives the same bytes.

    Args:
        site: whose snapshot it tells of, and which knows where it is published.
        changes: since the snapshot before.
        no_previous: why there are none.
    """
    snapshot = site.snapshot
    updated = f"{_newest(site)}T00:00:00Z"
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", _urn(f"feed {site.base}"))
    _add(feed, "title", "rolediff: what changed in the postings")
    _add(feed, "updated", updated)
    SubElement(SubElement(feed, "author"), "name").text = "rolediff"
    SubElement(
        feed, "link", {"rel": "self", "type": "application/atom+xml", "href": _address(site, "/feed.atom")}
    )
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": _address(site, "/data")})
    counts = snapshot.manifest["counts"]
    origins = snapshot.manifest["inputs"]["origins"]
    held = f"{say_count(counts['openings'], 'opening')} from {say_count(len(origins), 'origin')}."
    lines = (held, *(say_changes(changes) if changes else (no_previous,)))
    _entry(
        site, feed, f"snapshot {snapshot.id}", f"Snapshot {snapshot.id}", " ".join(lines), updated, "/data"
    )
    for name, title, text, page in _changes(changes) if changes else ():
        _entry(site, feed, f"{name} {changes.id if changes else ''}", title, text, updated, page)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _changes(c: SnapshotChanges) -> Iterator[tuple[str, str, str, str]]:
    """Name, title, text and page of the largest changes: verdicts that turned, shares that moved, medians."""
    shares = [s for s in c.shares if s.verdict == "moved"]
    # Where nothing moved by itself, what the same openings are now read to state is the news.
    shares = shares or [s for s in c.shares if s.verdict == "read-otherwise"]
    for v in c.verdicts[:_SHOWN]:
        yield v.claim, f"{v.a} vs {v.b}: {v.label}", _say_verdict(v), "/data"
    for s in shares[: max(_SHOWN - len(c.verdicts), 0)]:
        how = (
            ""
            if s.verdict == "moved"
            else " The same openings are read otherwise; it is no change of the postings."
        )
        yield s.claim, f"{s.role}: {s.label}", say_share_change(s) + how, f"/roles/{s.role}"


def _say_verdict(v: VerdictChange) -> str:
    def say(verdict: str | None) -> str:
        return _VERDICTS.get(verdict or "", "not shown")

    return f"Before: {say(v.old_verdict)}. Now: {say(v.new_verdict)}."


def _newest(site: Site) -> str:
    """The newest date of a posting or an origin."""
    (row,) = site.snapshot.rows("dates")
    dates = [str(o["origin"].get("date") or "")[:10] for o in site.snapshot.manifest["inputs"]["origins"]]
    if row["last_posted"]:
        dates.append(row["last_posted"].isoformat())
    # An origin's date is as whoever ingested it gave it: "2026-05" is no date that a feed may bear.
    return max((d for d in dates if _is_date(d)), default=_UNDATED)


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _entry(site: Site, feed: Element, name: str, title: str, text: str, updated: str, page: str) -> None:
    entry = SubElement(feed, "entry")
    _add(entry, "id", _urn(name))
    _add(entry, "title", title)
    _add(entry, "updated", updated)
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": _address(site, page)})
    SubElement(entry, "content", {"type": "text"}).text = _clean(text)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def _urn(name: str) -> str:
    return uuid5(_SPACE, name).urn


def _address(site: Site, page: str) -> str:
    """The full address of a page, or of a site that does not know its own, from the feed."""
    if site.base:
        return site.canonical(page)
    if not site.static:
        return page
    return page.lstrip("/") if page.endswith(".atom") else page.lstrip("/") + "/index.html"
