"""A static site: pages of comparisons, of their roles and of the evidence, which need no server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rolediff.compare import compare_roles
from rolediff.describe import describe_role
from rolediff.errors import WorkspaceError
from rolediff.layout import lay_out, lay_out_evidence, lay_out_role
from rolediff.postings import collect_evidence, find_evidence
from rolediff.profiles import read_profiles
from rolediff.rendering import to_html, to_json, to_markdown
from rolediff.results import Claim, Comparison, Evidence
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot
from rolediff.storage import written_aside

_LEAD = "lead-machine-learning-engineer"
#: The pairs a site is written for unless others are named.
PAIRS = (
    ("data-specialist", _LEAD),
    ("data-operations-specialist", _LEAD),
    ("data-science-engineer", _LEAD),
    ("data-science-manager", _LEAD),
    ("machine-learning-engineer", _LEAD),
)
_EVIDENCE_ROWS = 20
#: The values of claims that may become the name of a folder: "." and ".." would be another folder.
_IN_PATHS = re.compile(r"(?!\.+$)[a-z0-9+.#-]+")
#: What stands in the folder of a site.
_PARTS = ("compare", "roles", "evidence", "index.html", "style.css")


def comparison_page(comparison: Comparison, *, linked: bool = True) -> str:
    """One comparison as a page of HTML.

    Args:
        comparison: what to show.
        linked: whether claims and roles link to the other pages of a site.
    """
    return to_html(
        "comparison.html",
        title=f"{comparison.a.name} vs {comparison.b.name}",
        sections=lay_out(comparison),
        root="../../" if linked else None,
        style="" if linked else _static("style.css").read_text(encoding="utf-8"),
        snapshot=comparison.snapshot,
        comparison=comparison,
    )


def write_site(snapshot: Snapshot, out: Path, pairs: Sequence[tuple[str, str]]) -> int:
    """Writes a site of comparisons; a site that stands in the folder is replaced in one step.

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
    chosen = [(find_role(a), find_role(b)) for a, b in pairs]
    comparisons = [compare_roles(snapshot, snapshot.id, a, b) for a, b in chosen]
    roles = list(dict.fromkeys(role for two in chosen for role in two))
    pages = 0

    def put(path: str, content: str | bytes) -> None:
        nonlocal pages
        target = inside(aside, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        pages += path.endswith(".html")

    with written_aside(out) as aside:
        for c in comparisons:
            folder = f"compare/{c.id}"
            put(f"{folder}/index.html", comparison_page(c))
            put(f"{folder}/index.json", to_json(c))
            put(f"{folder}/index.md", to_markdown(lay_out(c)))
        profiles = [describe_role(snapshot, snapshot.id, role) for role in roles]
        for p in profiles:
            sections = lay_out_role(p)
            put(
                f"roles/{p.summary.slug}/index.html",
                _page("page.html", p.summary.name, sections, "../../", snapshot),
            )
            put(f"roles/{p.summary.slug}/index.json", to_json(p))
        claims = {c.id: c for page in (*comparisons, *profiles) for c in _claims(page) if _names_folder(c.id)}
        paid = dict.fromkeys(c.id for page in comparisons for c in page.pay if _names_folder(c.id))
        for found in (
            *(e for role_claims in _by_role(claims.values()) for e in _evidence(snapshot, role_claims)),
            *(e for claim in paid for e in find_evidence(snapshot, claim, _EVIDENCE_ROWS)),
        ):
            sections = lay_out_evidence(found)
            page = _page("page.html", sections[0].title, sections, "../../../../", snapshot)
            put(f"evidence/{found.claim}/index.html", page)
        front = {"comparisons": comparisons, "profiles": profiles, "manifest": snapshot.manifest}
        put("index.html", to_html("index.html", title="rolediff", root="", snapshot=snapshot.id, **front))
        shutil.copyfile(_static("style.css"), aside / "style.css")
    return pages


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


def _page(template: str, title: str, sections: Sequence[Any], root: str, snapshot: Snapshot) -> str:
    return to_html(template, title=title, sections=sections, root=root, snapshot=snapshot.id)


def _static(name: str) -> Path:
    from importlib import resources

    return Path(str(resources.files("rolediff") / "web" / "static" / name))


def _claims(value: Any) -> list[Claim]:
    """All claims about one role that a result holds."""
    if isinstance(value, Claim):
        return [value]
    if isinstance(value, tuple):
        return [c for item in value for c in _claims(item)]
    if is_dataclass(value):
        return [c for part in fields(value) for c in _claims(getattr(value, part.name))]
    return []


def _by_role(claims: Iterable[Claim]) -> list[list[Claim]]:
    ordered = sorted(claims, key=lambda c: c.id)
    return [list(group) for _, group in groupby(ordered, key=lambda c: c.role)]


def _evidence(snapshot: Snapshot, claims: list[Claim]) -> list[Evidence]:
    """The evidence of claims about one role, whose slug says whether it borrows."""
    facts, (profile,) = read_profiles(snapshot, [find_role(claims[0].role)])
    wanted = [(c.kind, c.value) for c in claims]
    return collect_evidence(snapshot, profile, facts, wanted, _EVIDENCE_ROWS)
