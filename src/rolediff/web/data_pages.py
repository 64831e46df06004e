"""The page of data: what the snapshot holds, where it comes from, what changed, and files to download."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from rolediff.changes import compare_snapshots
from rolediff.compare import compare_roles
from rolediff.downloads import (
    TABLES,
    Facts,
    claims_table,
    comparison_table,
    origin_lines,
    pay_table,
    snapshot_table,
)
from rolediff.errors import UnknownPageError
from rolediff.layout import Cell, Section, Table
from rolediff.layout_changes import lay_out_changes
from rolediff.lineage import COMPARED_BY, previous_snapshot
from rolediff.results import Download, Holdings, OriginLine, SnapshotChanges
from rolediff.roles import find_role
from rolediff.salary_pages import salary_rows
from rolediff.snapshots import Snapshot
from rolediff.table_files import FORMS
from rolediff.web.catalogue import PAIRS, Catalogue, canonical
from rolediff.web.document import HOME, Document
from rolediff.web.feed import write_feed
from rolediff.wording import say_count

if TYPE_CHECKING:
    from rolediff.web.site import Site

File = tuple[str, bytes]  # media type and bytes

_DESCRIPTION = (
    "The facts behind every figure, to download as CSV, Excel, Parquet and JSON: claims about roles, pay, roles and "
    "origins, with their licences and hashes."
)
_FORM_NAMES = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "json": "JSON"}
_ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Made:
    """All that a store makes."""

    downloads: tuple[Download, ...]
    changes: tuple[SnapshotChanges | None, str]
    files: dict[tuple[str, str], bytes]


class Store:
    """The tables of a snapshot and what changed since the one before it, made once and kept.

    It asks over a connection of its own, so that it may work while pages are made. All together take some
    twenty seconds of a processor for a snapshot of thirty thousand postings.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._tables: dict[str, Facts] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self._downloads: tuple[Download, ...] = ()
        self._changes: tuple[SnapshotChanges | None, str] | None = None

    def _open(self) -> Snapshot:
        if self._snapshot is None:
            self._snapshot = Snapshot(self._folder, in_memory=True)
        return self._snapshot

    def file(self, table: str, form: str) -> bytes:
        """A table of the whole snapshot in a form."""
        with self._lock:
            return self._file(table, form)

    def _file(self, table: str, form: str) -> bytes:
        if table not in self._tables and (table, form) not in self.files:
            self._tables[table] = snapshot_table(self._open(), table)
        if (table, form) not in self.files:
            self.files[table, form] = FORMS[form][1](self._tables[table], self._open().id)
        return self.files[table, form]

    def fill(self, make: Callable[[], Made]) -> None:
        """Takes what another process makes; who asks for it meanwhile waits."""
        with self._lock:
            made = make()
            self._downloads, self._changes, self.files = made.downloads, made.changes, made.files

    def all(self) -> Made:
        """All that a store holds."""
        return Made(self.downloads, self.changes, self.files)

    @property
    def downloads(self) -> tuple[Download, ...]:
        """All files, with their sizes."""
        with self._lock:
            if not self._downloads:
                self._downloads = tuple(self._describe(table, form) for table in TABLES for form in FORMS)
                self._tables.clear()  # the files are made; the rows would only fill memory
            return self._downloads

    def _describe(self, table: str, form: str) -> Download:
        body = self._file(table, form)
        facts = self._tables[table]
        digest = sha256(body).hexdigest()
        return Download(table, facts.title, form, f"/data/{table}.{form}", facts.height, len(body), digest)

    @property
    def changes(self) -> tuple[SnapshotChanges | None, str]:
        """What changed since the snapshot before, or why that is not known."""
        with self._lock:
            if self._changes is None:
                before, why = previous_snapshot(self._folder)
                self._changes = None, why
                if before is not None:
                    old, new = (Snapshot(f, COMPARED_BY) for f in (before, self._folder))
                    self._changes = compare_snapshots(old, new, pairs=PAIRS), ""
            return self._changes


@lru_cache(maxsize=2)  # the snapshot that is served, and the one that takes its place
def store(folder: Path) -> Store:
    """The store of a snapshot's folder; snapshots do not change, so it is kept."""
    return Store(folder)


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def data_files() -> tuple[str, ...]:
    """Addresses of the files that stand beside the page of data."""
    return (*(f"/data/{table}.{form}" for table in TABLES for form in FORMS), "/feed.atom")


def needs_all(path: str) -> bool:
    """Whether an address shows what is made of the whole snapshot."""
    return path in ("/data", "/data.json", "/data.md") or path in data_files()


def make(site: Site, path: str) -> File | None:
    """Media type and bytes of a file of data, or of the feed; None where the address is that of neither.

    `/data/<table>.<form>` is of the whole snapshot; `/data/roles/<role>.<form>`, `/data/pay/<role>.<form>`,
    `/data/rows/<role>.<form>` (the observations of pay) and `/data/compare/<a>/<b>.<form>` are of a part of it.
    """
    if path == "/feed.atom":
        return _ATOM, write_feed(site, *store(site.snapshot.folder).changes)
    stem, _, form = path.rpartition(".")
    if not stem.startswith("/data/") or form not in FORMS:
        return None
    parts = stem.removeprefix("/data/").split("/")
    media, write = FORMS[form]
    if len(parts) == 1 and parts[0] in TABLES:
        return media, store(site.snapshot.folder).file(parts[0], form)
    facts = _part(site.snapshot, parts)
    if facts is None:
        raise UnknownPageError(path, ["/data"])
    return media, write(facts, site.snapshot.id)


def _part(snapshot: Snapshot, parts: list[str]) -> Facts | None:
    """The claims or the pay of one role, or the differences of one comparison."""
    if len(parts) == 2 and parts[0] == "rows":
        found = find_role(parts[1])
        return Facts.from_arrow("pay-rows", "Rows of pay", salary_rows(snapshot, found.own))
    if len(parts) == 2 and parts[0] in ("roles", "pay"):
        found = find_role(parts[1])
        role = found.own
        make_table = claims_table if parts[0] == "roles" else pay_table
        return make_table(snapshot, [role], parts[0] if parts[0] == "pay" else "claims")
    if len(parts) == 3 and parts[0] == "compare":
        a, b = canonical(*(find_role(part).slug for part in parts[1:]))
        return comparison_table(
            compare_roles(snapshot, snapshot.id, find_role(a), find_role(b)), "differences"
        )
    return None


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def data_page(catalogue: Catalogue) -> Document:
    """What the snapshot holds, and all of it to download."""
    snapshot = catalogue.snapshot
    kept = store(snapshot.folder)
    changes, why = kept.changes
    counts = snapshot.manifest["counts"]
    (dates,) = snapshot.rows("dates")
    first, last = (
        dates[name].isoformat() if dates[name] else None for name in ("first_posted", "last_posted")
    )
    result = Holdings(
        snapshot=snapshot.id,
        rows=counts["rows"],
        openings=counts["openings"],
        copies=counts["copies"],
        rejected=counts["rejected"],
        pay_table_rows=counts["pay_table_rows"],
        read_in_full=dates["readable"],
        first_posted=first,
        last_posted=last,
        origins=origin_lines(snapshot),
        # They take long, and a site of chosen comparisons is not the place for all roles.
        downloads=() if catalogue.chosen is not None else kept.downloads,
        previous=changes.old.id if changes else None,
        no_previous=why,
        changes=changes,
    )
    sections = [
        Section("data", "Data", _about(result)),
        *([Section("downloads", "Downloads", _READING, (_downloads(result),))] if result.downloads else []),
        Section("counts", "Where every row went", tables=_counts(result, counts)),
        Section("origins", "Origins", _licences(result.origins), (_origins(result.origins),)),
        Section("previous", "What changed since the last snapshot", *_changes(result)),
        Section("cite", "How to cite", _cite(result)),
    ]
    return Document(
        path="/data",
        title="Data",
        description=_DESCRIPTION,
        sections=sections,
        result=result,
        linked_data=(_dataset(result),),
        crumbs=(HOME,),
        extra={"also": [("Changes as a feed (Atom)", "/feed.atom")] if catalogue.chosen is None else []},
    )


_READING = (
    (
        "A row is one claim, one role or one origin. The Excel files and the JSON say what each column means and in "
        "which unit; in Parquet that is metadata of the fields. An empty cell is unknown, or a share withheld because "
        "it stands on too little. In CSV and Excel a text that a spreadsheet could run as a formula begins with an "
        "apostrophe."
    ),
)


def _about(h: Holdings) -> tuple[str, ...]:
    posted = (
        f"Postings that bear a date are from {h.first_posted} to {h.last_posted}."
        if h.first_posted
        else "No posting bears a date."
    )
    return (
        (
            f"Snapshot {h.snapshot}: {say_count(h.openings, 'opening')} from {say_count(len(h.origins), 'origin')}, "
            f"{h.read_in_full:,} of them read in full, in English. {posted} A snapshot is named by what it was made "
            "from and bears no time of its own: the same inputs give the same bytes."
        ),
        *(("The files hold what was counted, and where it comes from: no title, employer or text of a posting.",)
          if h.downloads else ()),
    )  # fmt: skip


def _downloads(h: Holdings) -> Table:
    by_table = {(d.table, d.form): d for d in h.downloads}
    rows = tuple(
        (
            Cell(by_table[table, "csv"].title),
            Cell(f"{by_table[table, 'csv'].rows:,}"),
            *(
                Cell(f"{_FORM_NAMES[form]}, {say_size(found.bytes)}", page=found.address)
                for form in FORMS
                for found in (by_table[table, form],)
            ),
        )
        for table in TABLES
    )
    return Table("", ("Table", "Rows", *_FORM_NAMES.values()), rows)


def say_size(count: int) -> str:
    """A number of bytes: "830 bytes", "12 kB", "5.8 MB"."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1e6:.1f} MB" if count >= 999_500 else f"{count / 1e3:.0f} kB"


def _counts(h: Holdings, counts: dict[str, dict[str, int]]) -> tuple[Table, ...]:
    """The sum that must come out, and what the rejected rows lacked."""
    rows = [
        ("Rows in", h.rows),
        ("= Openings", h.openings),
        ("+ Copies of them", h.copies),
        ("+ Rows rejected", h.rejected),
        ("+ Rows of pay tables", h.pay_table_rows),
    ]
    tables = [Table("", ("", "Rows"), tuple((Cell(name), Cell(f"{n:,}")) for name, n in rows))]
    reasons = sorted(counts["rejected_by_reason"].items(), key=lambda item: (-item[1], item[0]))
    if reasons:
        found = tuple((Cell(reason), Cell(f"{n:,}")) for reason, n in reasons)
        tables.append(Table("Rejected", ("Reason", "Rows"), found))
    return tuple(tables)


def _licences(origins: tuple[OriginLine, ...]) -> tuple[str, ...]:
    named = sum(o.licence is not None for o in origins)
    return (
        (
            f"{named:,} of {say_count(len(origins), 'origin')} come with a licence that was told; what is not told is "
            "unknown. The hash is of the bytes that were read: who has the same file can check it."
        ),
    )


def _origins(origins: tuple[OriginLine, ...]) -> Table:
    rows = tuple(
        (
            Cell(o.name, url=_web(o.url)),
            Cell(o.publisher or "unknown"),
            Cell(o.licence or "unknown"),
            Cell(o.date or "unknown"),
            Cell(f"{o.rows:,}" + (" of pay" if o.kind == "pay" else "")),
            Cell(o.sha256[:12], title=o.sha256),
        )
        for o in origins
    )
    return Table("", ("Origin", "Publisher", "Licence", "Date", "Rows", "Hash (sha256)"), rows)


def _web(url: str | None) -> str | None:
    """An address that may be linked to."""
    return url if url and url.startswith(("https://", "http://")) else None


def _changes(h: Holdings) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    """The most important changes; all are in the JSON and told by `rolediff diff`."""
    if h.changes is None:
        return (f"{h.no_previous} Two snapshots are compared by `rolediff diff OLD NEW`.",), ()
    laid = {section.id: section for section in lay_out_changes(h.changes)}
    told = [laid[name] for name in ("changes", "moved", "read-otherwise", "verdicts")]
    tables = [table for section in told for table in section.tables]
    more = (
        f"The snapshot before is {h.previous}. `rolediff diff {h.previous} {h.snapshot}` tells all of it, and how "
        "it is counted."
    )
    return (*told[0].paragraphs, more), tuple(tables)


def _cite(h: Holdings) -> tuple[str, ...]:
    when = f", postings to {h.last_posted}" if h.last_posted else ""
    return (
        f"rolediff, snapshot {h.snapshot}{when}: {say_count(h.openings, 'opening')} from "
        f"{say_count(len(h.origins), 'origin')}.",
        (
            "Name the snapshot: another one holds other figures. A single figure is cited by the id of its claim, and "
            "the words it was read from by the posting's origin and row."
        ),
    )  # fmt: skip


def _dataset(h: Holdings) -> dict[str, object]:
    """The snapshot as a data set, for search engines."""
    found: dict[str, object] = {
        "@type": "Dataset",
        "name": "rolediff: what job postings in data, analytics, machine learning and AI state",
        "description": _DESCRIPTION,
        "version": h.snapshot,
        "isAccessibleForFree": True,
        "keywords": ["job postings", "roles", "skills", "pay"],
        "variableMeasured": ["share of openings that state a skill, duty, degree or years", "yearly pay"],
    }
    if h.first_posted and h.last_posted:
        found["temporalCoverage"] = f"{h.first_posted}/{h.last_posted}"
    licences = sorted({o.licence for o in h.origins if o.licence})
    if len(licences) == 1 and all(o.licence for o in h.origins):
        found["license"] = licences[0]
    return found
