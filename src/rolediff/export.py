"""A static site: the pages of `web.site`, written to files, which need no server."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from rolediff.charts import draw_card
from rolediff.errors import WorkspaceError
from rolediff.postings import collect_evidence, find_evidence
from rolediff.profiles import read_profiles
from rolediff.rendering import to_html
from rolediff.results import Claim, Comparison, PayClaim
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot
from rolediff.storage import written_aside
from rolediff.web.catalogue import canonical
from rolediff.web.data_pages import data_files
from rolediff.web.document import Document, Moved
from rolediff.web.files import sitemap_of, static_names
from rolediff.web.pages import (
    EVIDENCE_ROWS,
    comparison_document,
    evidence_document,
    find_page,
)
from rolediff.web.site import FORMS, TOOLS, Site, file_of, form_of

#: The values of claims that may become the name of a folder: "." and ".." would be another folder.
_IN_PATHS = re.compile(r"(?!\.+$)[a-z0-9+.#-]+")
#: What a folder may hold that is replaced: the first part of every address of a site.
_PARTS = frozenset(
    {
        "robots.txt",
        "sitemap.xml",
        "openapi.json",
        "feed.atom",
        "static",
        "index.html",
        "index.json",
        "index.md",
    }
    | {f"{name}{form}" for name in ("compare", "roles", "skills", "method", "data") for form in ("", *FORMS)}
    | {"evidence", "openings", "salaries"}
)
#: Comparisons that a worker makes before it tells what it has done.
_AT_ONCE = 8

Report = Callable[[str], None]


def comparison_page(comparison: Comparison) -> str:
    """One comparison as a page of HTML that stands alone, without links to other pages."""
    from importlib import resources

    style = (resources.files("rolediff") / "web" / "static" / "style.css").read_text(encoding="utf-8")
    return to_html(
        "comparison.html",
        site=None,
        link=None,
        path="/",
        style=style,
        title=f"{comparison.a.name} vs {comparison.b.name}",
        document=comparison_document(comparison),
        snapshot=comparison.snapshot,
        **TOOLS,
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """A piece of the site for one worker: addresses of pages, or claims of one role."""

    addresses: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Done:
    """What a worker wrote: pages, the ones that a sitemap should hold, and the claims they show."""

    pages: int
    listed: tuple[str, ...]
    claims: frozenset[str]


def write_site(
    snapshot: Snapshot,
    out: Path,
    pairs: Sequence[tuple[str, str]] | None = None,
    *,
    base: str = "",
    processes: int = 0,
    report: Report = lambda line: None,
) -> int:
    """Writes a site; a site that stands in the folder is replaced in one step.

    Args:
        snapshot: what is shown.
        out: the folder.
        pairs: the comparisons, and of the roles only those that are in them; without them all pairs with
            enough evidence and all roles.
        base: address under which the folder will be published, for canonical links and the sitemap.
        processes: 0 takes one for each processor core.
        report: is told how far it is.

    Returns:
        How many pages it has.

    Raises:
        UnknownRoleError: a pair names a role that does not exist.
        WorkspaceError: the folder holds files that are no part of a site, or a page would leave it.
    """
    out = out.resolve()  # "." has no name to write aside under
    foreign = sorted(p.name for p in out.iterdir() if p.name not in _PARTS) if out.is_dir() else []
    if foreign:
        raise WorkspaceError(f"{out} holds {foreign[0]!r}, which is no part of a site, and would be replaced. "
                             "Name a new or an empty folder.")  # fmt: skip
    chosen = None
    if pairs is not None:
        chosen = tuple(canonical(find_role(a).slug, find_role(b).slug) for a, b in pairs)
    with written_aside(out) as aside:
        writer = _Writer(snapshot.folder, aside, base, chosen)
        site = writer.site
        listed, pages, claims = list[str](), 0, set[str]()
        compared = sorted(site.pairs)
        # The page of data has tables made of the whole snapshot: it is made here, once, with its files.
        standing = [a for a in site.addresses if a != "/data"]
        tasks = [_Task(tuple(part)) for part in (*_parts(compared, _AT_ONCE), *_parts(standing, _AT_ONCE))]
        report(f"Writing {len(compared):,} comparisons and {len(standing):,} other pages.")
        for i, done in enumerate(_run(writer, tasks, processes), 1):
            pages, claims = pages + done.pages, claims | done.claims
            listed += done.listed
            if i % 10 == 0:
                report(f"{pages:,} pages written.")
        by_role: dict[str, list[str]] = {}
        for claim in sorted(claims):
            by_role.setdefault(claim.partition("/")[0], []).append(claim)
        report(f"Writing the evidence of {len(claims):,} claims.")
        for done in _run(writer, [_Task(claims=tuple(c)) for c in by_role.values()], processes):
            pages += done.pages
        last = writer.work(_Task(("/data",)))
        pages, listed = pages + last.pages, [*listed, *last.listed]
        writer.put("sitemap.xml", sitemap_of(site, sorted(listed))[1])
        for name in ("robots.txt", "openapi.json"):
            writer.put(name, site.answer(f"/{name}").body)
        if chosen is None:
            report("Writing the downloads.")
            for address in data_files():
                writer.put(address[1:], site.answer(address).body)
        for name in static_names():
            writer.put(f"static/{name}", site.answer(f"/static/{name}").body)
    return pages


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[i : i + size] for i in range(0, len(items), size))


class _Writer:
    """Writes pages into a folder; each worker has its own, with its own connection."""

    def __init__(
        self, snapshot: Path, folder: Path, base: str, pairs: tuple[tuple[str, str], ...] | None
    ) -> None:
        self.given = (snapshot, folder, base, pairs)
        self.folder = folder
        self.site = Site(Snapshot(snapshot, in_memory=True), base=base, static=True, chosen=pairs)

    def put(self, path: str, content: bytes) -> None:
        """Writes one file."""
        target = inside(self.folder, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def put_document(self, document: Document, forms: Iterable[str] = FORMS) -> None:
        """Writes a page in all its forms."""
        self.put(file_of(document.path), self.site.render(document))
        for form in forms:
            self.put(file_of(form_of(document.path, form)), self.site.render(document, form))

    def work(self, task: _Task) -> _Done:
        """Does one piece."""
        if task.claims:
            documents = list(self._evidence(task.claims))
            for document in documents:
                self.put_document(document, [form for form in FORMS if form != ".md"])
            return _Done(len(documents), (), frozenset())
        listed, claims = [], set[str]()
        for address in task.addresses:
            found = find_page(address, self.site.catalogue, {})
            if isinstance(found, Moved):
                continue
            self.put_document(found)
            if isinstance(found.result, Comparison) and self.site.base:
                # It is named by its full address, which only a site that knows its own can give.
                self.put(file_of(f"{found.path}.png"), draw_card(found.result))
            for _, file in found.data:
                self.put(file_of(file), self.site.answer(file).body)
            claims |= {claim for claim in claims_of(found.result) if _names_folder(claim)}
            if not found.thin:
                listed.append(address)
        return _Done(len(task.addresses), tuple(listed), frozenset(claims))

    def _evidence(self, claims: Sequence[str]) -> Iterator[Document]:
        """The evidence of claims about one role, whose slug says whether it borrows."""
        snapshot = self.site.snapshot
        paid = [claim for claim in claims if claim.split("/")[1] == "pay"]
        counted = [claim for claim in claims if claim not in paid]
        if counted:
            facts, (profile,) = read_profiles(snapshot, [find_role(counted[0].partition("/")[0])])
            wanted = [(kind, value) for _, kind, value in (claim.split("/") for claim in counted)]
            for found in collect_evidence(snapshot, profile, facts, wanted, EVIDENCE_ROWS):
                yield evidence_document(found.claim, [found])
        for claim in paid:
            yield evidence_document(claim, find_evidence(snapshot, claim, EVIDENCE_ROWS))


def _run(writer: _Writer, tasks: Sequence[_Task], processes: int) -> Iterator[_Done]:
    """All pieces, by several processes where there are enough of them; in the order of the tasks."""
    workers = min(processes or os.cpu_count() or 1, len(tasks))
    if workers < 2 or len(tasks) < 2 * workers:
        # Not map(): a StopIteration out of a page would end it, as if all were done.
        for task in tasks:
            yield writer.work(task)
        return
    # Spawned, not forked: a fork would share the database's connection.
    with multiprocessing.get_context("spawn").Pool(workers, _start, writer.given) as pool:
        yield from pool.imap(_work, tasks)


_own: list[_Writer] = []


def _start(*given: Any) -> None:
    _own[:] = [_Writer(*given)]


def _work(task: _Task) -> _Done:
    return _own[0].work(task)


def _names_folder(claim: str) -> bool:
    """Whether the value of a claim may name a folder; a snapshot of others may hold any value."""
    return _IN_PATHS.fullmatch(claim.split("/", 2)[2]) is not None


def inside(folder: Path, path: str) -> Path:
    """The place of a page in a folder.

    Raises:
        WorkspaceError: the path leads out of the folder.
    """
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise WorkspaceError(f"The page {path!r} would be written outside the site's folder. "
                             "The snapshot is damaged: build it anew with `rolediff build`.")  # fmt: skip
    return target


def claims_of(value: Any) -> Iterable[str]:
    """The ids of all claims about one role that a result holds."""
    if isinstance(value, Claim | PayClaim):
        yield value.id
    elif isinstance(value, tuple | list):
        for item in value:
            yield from claims_of(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from claims_of(getattr(value, part.name))
