"""What a notebook holds: an open snapshot, and answers that show themselves.

An answer is the frozen dataclass of `results` with ways to show it; the ways stand in `Shown` alone.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints
from zlib import crc32

from rolediff import rendering, results
from rolediff.compare import compare_roles
from rolediff.describe import describe_role
from rolediff.errors import FilterError, RolediffError, UnknownRoleError, WorkspaceError
from rolediff.layout import Cell, Section, Table, lay_out, lay_out_evidence, lay_out_role
from rolediff.learning import read_list
from rolediff.postings import find_evidence
from rolediff.roles import Role, find_role
from rolediff.settings import setting
from rolediff.snapshots import Snapshot, describe, open_snapshot
from rolediff.wording import say_count

if TYPE_CHECKING:
    from rolediff.charts import Figure

#: Skills one has: a list of them, the text of a list or a CV, or a file with it.
Have = Iterable[str] | str | Path

_Answer = TypeVar("_Answer")


def open_for_questions(workspace: str | Path | None, snapshot: str | Path | None) -> OpenSnapshot:
    """What `rolediff.open` does."""
    known = setting("workspace")
    folder = Path(known.read() if workspace is None else workspace)
    # Who named a workspace would take the reference's answer for that of their own postings.
    if snapshot is None and not folder.is_dir() and (workspace is not None or known.variable in os.environ):
        raise WorkspaceError(
            f"There is no workspace {folder}. Make it with `rolediff ingest FILE -w {folder}` and "
            f'`rolediff build -w {folder}`, or use the reference: `rolediff.open(snapshot="reference")`.'
        )
    return OpenSnapshot(open_snapshot(folder, None if snapshot is None else Path(snapshot)))


class OpenSnapshot:
    """A snapshot, ready to be asked. Roles are named as a person does, or by their slug."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @property
    def id(self) -> str:
        """Hash of the inputs: the same inputs give the same id."""
        return self._snapshot.id

    def compare(self, a: str, b: str, have: Have | None = None) -> Comparison:
        """Everything the snapshot says about how two roles differ.

        Args:
            a: one role.
            b: another.
            have: skills one has; what to learn for B is then counted from these, not from those usual in A.

        Raises:
            UnknownRoleError: with the nearest roles there are.
            SameRoleError: both are the same role.
        """
        return _shown(Comparison, self._compare(a, b, have))

    def path(self, a: str, b: str, have: Have | None = None) -> Learning:
        """What to learn on the way from role A to role B, in order. Arguments and errors as of `compare`."""
        return _shown(Learning, self._compare(a, b, have))

    def _compare(self, a: str, b: str, have: Have | None) -> results.Comparison:
        return compare_roles(self._snapshot, self.id, find_role(a), find_role(b), have=_lines(have))

    def role(self, name: str) -> RoleProfile:
        """A role by itself: what its openings state, most frequent first.

        Raises:
            UnknownRoleError: with the nearest roles there are.
        """
        return _shown(RoleProfile, describe_role(self._snapshot, self.id, find_role(name)))

    def roles(self, words: str = "") -> Roles:
        """The roles that the snapshot has openings of.

        Args:
            words: keeps those that the words name, at all levels, or whose name holds all of the words.

        Raises:
            UnknownRoleError: no role is named so; with the nearest there are.
        """
        known = [
            RoleCount(role.slug, role.name, role.family, role.seniority, row["openings"], row["readable"])
            for row in self._snapshot.rows("roles")
            for role in (Role(row["family"], row["seniority"]),)
        ]
        return Roles(self.id, tuple(_matching(known, words) if words.strip() else known))

    def evidence(self, claim: str, limit: int = 20, offset: int = 0) -> Evidence:
        """The postings behind a claim, with the words it was read from.

        Args:
            claim: `<role>/<kind>/<value>`, or `<role a>..<role b>/<kind>/<value>` for both sides of a difference.
            limit: postings of a side.
            offset: postings before these.

        Raises:
            UnknownClaimError: with the nearest claims there are.
            UnknownRoleError: the claim names a role that does not exist.
        """
        return Evidence(self.id, claim, offset, tuple(find_evidence(self._snapshot, claim, limit, offset)))

    def __repr__(self) -> str:
        counts = self._snapshot.manifest["counts"]
        return f"<Snapshot {self.id}: {counts['openings']:,} openings>"

    def __str__(self) -> str:
        return describe(self._snapshot.folder)


def _lines(have: Have | None) -> list[str] | None:
    if have is None:
        return None
    if isinstance(have, Path):
        return read_list(have)
    return have.splitlines() if isinstance(have, str) else list(have)


def _matching(known: Sequence[RoleCount], words: str) -> list[RoleCount]:
    """The role that the words name, the rest of its family, then roles whose names hold the words."""
    unknown, named = None, None
    try:
        named = find_role(words)
    except UnknownRoleError as error:
        unknown = error
    parts = words.casefold().replace("-", " ").split()
    ranks = [
        (
            (named is not None and r.slug == named.slug, named is not None and r.family == named.family),
            all(part in r.name.casefold() for part in parts),
            r,
        )
        for r in known
    ]
    found = [r for rank, holds, r in sorted(ranks, key=lambda x: x[0], reverse=True) if any(rank) or holds]
    if not found and unknown is not None:
        raise unknown
    return found


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


class Shown:
    """The ways in which an answer is shown. A notebook shows it as HTML, `print` as text."""

    __slots__ = ()

    def to_markdown(self) -> str:
        """The answer as Markdown, with tables in the GitHub form."""
        return rendering.to_markdown(self._sections())

    def to_json(self) -> str:
        """All fields as indented JSON; what is not a number is null."""
        return rendering.to_json(self).decode()

    def to_arrow(self, table: str | None = None) -> Any:
        """The numbers as a `pyarrow.Table`, one row a statement. Shares run from 0 to 1; unknown is null.

        Args:
            table: which one, where the answer has several; without it the first.

        Raises:
            FilterError: the answer has no such table; with those it has.
        """
        tables = self._tables()
        name = next(iter(tables)) if table is None else table
        if name not in tables:
            raise FilterError(f"There is no table {name!r} here; there are {', '.join(tables)}.")
        return _to_arrow(*tables[name])

    def to_pandas(self, table: str | None = None) -> Any:
        """The same as a `pandas.DataFrame`.

        Raises:
            RolediffError: pandas is not installed.
        """
        if find_spec("pandas") is None:  # pyarrow's own message does not say how to install it
            raise RolediffError(
                "to_pandas() needs pandas: pip install pandas. Without it there is to_arrow()."
            )
        return self.to_arrow(table).to_pandas()

    def charts(self) -> Charts:
        """The charts of the answer, by the id of their section; empty where it has none.

        Raises:
            RolediffError: what draws charts is not installed.
        """
        return Charts(self._figures())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._sections()[0].title}>"

    def __str__(self) -> str:
        return rendering.to_terminal(self._sections())

    def _repr_html_(self) -> str:
        try:
            figures = self._figures()
        except RolediffError:  # the numbers stand in the tables, charts or not
            figures = {}
        return _to_html(self._sections(), figures)

    def _sections(self) -> list[Section]:
        raise NotImplementedError

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        """By name, the class of a row and the rows."""
        raise NotImplementedError

    def _figures(self) -> Mapping[str, tuple[Figure, ...]]:
        return {}


class Comparison(Shown, results.Comparison):
    """Two roles and how they differ.

    Tables: differences, pay, pay_gaps, outlook, trends, steps (of what to learn), openings.
    """

    __slots__ = ()

    @property
    def differences(self) -> tuple[results.Difference, ...]:
        """All differences of the page, each once."""
        rows = (
            *self.responsibilities, *self.skills_more_in_a, *self.skills_more_in_b, *self.skills_shared, *self.needs,
            *self.tools, *self.education, *self.experience, *self.work_modes, *self.industries,
        )  # fmt: skip
        return tuple({d.id: d for d in rows}.values())

    def _sections(self) -> list[Section]:
        return lay_out(self)

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        openings = [
            _OpeningOf(role.slug, opening)
            for role, found in ((self.a, self.featured_a), (self.b, self.featured_b))
            for opening in found
        ]
        return {
            "differences": (results.Difference, self.differences),
            "pay": (results.PayClaim, self.pay),
            "pay_gaps": (results.PayGap, self.pay_gaps),
            "outlook": (results.OfficialLine, self.outlook),
            "trends": (results.Trend, self.trends),
            "steps": (results.Step, self.moving.steps if self.moving else ()),
            "openings": (_OpeningOf, openings),
        }

    def _figures(self) -> Mapping[str, tuple[Figure, ...]]:
        from rolediff.charts import draw_comparison

        return draw_comparison(self)


class Learning(Comparison):
    """Of a comparison, what to learn on the way from A to B: `moving`, `moving_needs` and `have`.

    Tables: steps, needs.
    """

    __slots__ = ()

    def to_json(self) -> str:
        """What to learn as indented JSON."""
        every = json.loads(super().to_json())
        kept = ("snapshot", "a", "b", "moving", "moving_needs", "have")
        return json.dumps({name: every[name] for name in kept}, indent=2, ensure_ascii=False) + "\n"

    def _sections(self) -> list[Section]:
        return [section for section in lay_out(self) if section.id == "moving"]

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        return {
            "steps": (results.Step, self.moving.steps if self.moving else ()),
            "needs": (results.Claim, self.moving_needs),
        }

    def _figures(self) -> Mapping[str, tuple[Figure, ...]]:
        from rolediff.charts import draw_comparison

        return {name: figures for name, figures in draw_comparison(self).items() if name == "moving"}


class RoleProfile(Shown, results.RoleProfile):
    """A role by itself. Tables: claims, openings."""

    __slots__ = ()

    @property
    def claims(self) -> tuple[results.Claim, ...]:
        """All claims of the profile."""
        return (
            *self.responsibilities, *self.tools, *self.methods, *self.education, *self.experience, *self.work_modes,
            *self.industries,
        )  # fmt: skip

    def _sections(self) -> list[Section]:
        return lay_out_role(self)

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        return {"claims": (results.Claim, self.claims), "openings": (results.Opening, self.featured)}

    def _figures(self) -> Mapping[str, tuple[Figure, ...]]:
        from rolediff.charts import draw_role

        return draw_role(self)


@dataclass(frozen=True, slots=True, repr=False)
class Evidence(Shown):
    """A claim opened: a side a role. Table: postings."""

    snapshot: str
    claim: str
    offset: int  # postings before these
    sides: tuple[results.Evidence, ...]

    def _sections(self) -> list[Section]:
        return [section for side in self.sides for section in lay_out_evidence(side, self.offset)]

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        rows = [
            _PostingOf(side.claim, row.opening, row.term, tuple(q.words for q in row.quotes if q.words))
            for side in self.sides
            for row in side.rows
        ]
        return {"postings": (_PostingOf, rows)}


@dataclass(frozen=True, slots=True)
class RoleCount:
    """A role, and how many openings a snapshot holds of it."""

    slug: str
    name: str
    family: str
    seniority: str | None  # None: all of the family's
    openings: int
    n: int  # of those read in full, in English


@dataclass(frozen=True, slots=True, repr=False)
class Roles(Shown):
    """The roles of a snapshot. Table: roles."""

    snapshot: str
    roles: tuple[RoleCount, ...]

    def __iter__(self) -> Iterator[RoleCount]:
        return iter(self.roles)

    def __len__(self) -> int:
        return len(self.roles)

    def _sections(self) -> list[Section]:
        rows = tuple(
            (Cell(r.name), Cell(r.slug), Cell(f"{r.openings:,}"), Cell(f"{r.n:,}")) for r in self.roles
        )
        columns = ("Role", "Slug", "Openings", "Read in full")
        return [Section("roles", say_count(len(rows), "role"), tables=(Table("", columns, rows),))]

    def _tables(self) -> dict[str, tuple[type, Sequence[Any]]]:
        return {"roles": (RoleCount, self.roles)}


@dataclass(frozen=True, slots=True)
class _OpeningOf:
    role: str
    opening: results.Opening


@dataclass(frozen=True, slots=True)
class _PostingOf:
    claim: str
    opening: results.Opening
    term: str
    words: tuple[str, ...]


def _shown(kind: type[_Answer], plain: Any) -> _Answer:
    """A result as the class that shows it."""
    return kind(**{f.name: getattr(plain, f.name) for f in fields(plain)})


class Charts(dict[str, "tuple[Figure, ...]"]):
    """Charts by the id of their section; `figure.svg` is the drawing. A notebook shows them all."""

    def __init__(self, figures: Mapping[str, tuple[Figure, ...]]) -> None:
        super().__init__(figures)

    def _repr_html_(self) -> str:
        return _wrapped([_figure(f) for figures in self.values() for f in figures])


# ── tables ───────────────────────────────────────────────────────────────────────────────────────

# A claim's estimate and an opening's facts are columns of the row itself: "a_share", not "a_estimate_share".
_OPENED = ("estimate", "opening")
# What a difference says once for both of its claims.
_SAID = ("kind", "value", "label")


def _to_arrow(kind: type, rows: Sequence[Any]) -> Any:
    """Rows of a dataclass as an Arrow table; dataclasses within it become columns with their name before."""
    import pyarrow as pa

    columns = list(_columns(kind, (), ""))
    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema(
        [(name, types[hint] if hint in types else pa.list_(pa.string())) for name, _, hint in columns]
    )
    arrays = {name: [_reach(row, path) for row in rows] for name, path, _ in columns}
    return pa.table(arrays, schema=schema)


def _columns(kind: type, path: tuple[str, ...], before: str) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Name, way to the value and type of each column."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        (hint,) = [h for h in get_args(hints[field.name]) if h is not NoneType][:1] or [hints[field.name]]
        if get_args(hints[field.name])[1:] == (Ellipsis,):
            hint = list
        way = (*path, field.name)
        if is_dataclass(hint):
            assert isinstance(hint, type)
            yield from _columns(hint, way, before if field.name in _OPENED else f"{before}{field.name}_")
        elif not (before and field.name in _SAID):
            yield before + field.name, way, hint


def _reach(row: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        row = None if row is None else getattr(row, name)
    return None if isinstance(row, float) and math.isnan(row) else row  # a share of no opening


# ── HTML for notebooks ───────────────────────────────────────────────────────────────────────────

# A notebook's theme is not the system's, so ink is what the notebook writes with. The colours of A and B
# keep a contrast above 4.2 on white and on #111 alike; where a theme says that it is dark, they are lighter.
_STYLE = """
.rolediff{--ink:currentColor;--quiet:color-mix(in srgb,currentColor 68%,transparent);
--line:color-mix(in srgb,currentColor 22%,transparent);--a:#ad6a1f;--b:#12857d;
--paper:var(--jp-layout-color0,var(--vscode-editor-background,Canvas));max-width:62rem;line-height:1.5}
[data-jp-theme-light="false"] .rolediff,.vscode-dark .rolediff,html[theme="dark"] .rolediff{--a:#f0b36c;--b:#7fd3cb}
.rolediff h3{font-size:1.4em;margin:.4em 0}
.rolediff summary{cursor:pointer;font-weight:600;font-size:1.1em;padding:.4em 0;border-top:1px solid var(--line)}
.rolediff details details summary{font-weight:400;font-size:.95em;border:0;padding:0}
.rolediff p{max-width:46rem;margin:.4em 0}
.rolediff .scroll{overflow-x:auto}
.rolediff table{border-collapse:collapse;margin:.6em 0 1.2em;font-variant-numeric:tabular-nums;font-size:.95em}
.rolediff caption{text-align:left;caption-side:top;font-weight:600;padding:.2em 0;color:inherit}
.rolediff th,.rolediff td{text-align:left;vertical-align:top;padding:.3em 1em .3em 0;background:none;
border:0;border-bottom:1px solid var(--line);white-space:normal}
.rolediff td.whole{white-space:nowrap}
.rolediff thead th{color:var(--quiet);vertical-align:bottom}
.rolediff tbody th{font-weight:500;min-width:9em}
.rolediff td.a{color:var(--a);font-weight:600}.rolediff td.b{color:var(--b);font-weight:600}
.rolediff figure{margin:1em 0;max-width:44rem}.rolediff svg{width:100%;height:auto}
.rolediff figcaption,.rolediff .detail{color:var(--quiet);font-size:.9em}
""".replace("\n", "")


def _wrapped(parts: Iterable[str]) -> str:
    return f'<div class="rolediff"><style>{_STYLE}</style>{"".join(parts)}</div>'


def _to_html(sections: Sequence[Section], figures: Mapping[str, tuple[Figure, ...]]) -> str:
    """Sections as HTML that stands alone; the first two are open, the others unfold."""
    parts = []
    for place, section in enumerate(sections):
        own = figures.get(section.id, ())
        tables = "".join(_table(table) for table in section.tables)
        if own and tables:
            tables = f"<details><summary>The numbers</summary>{tables}</details>"
        body = (
            "".join(f"<p>{escape(p)}</p>" for p in section.paragraphs)
            + "".join(_figure(f) for f in own)
            + tables
            + _items(section)
        )
        title = escape(section.title)
        if not place:
            parts.append(f"<h3>{title}</h3>{body}")
        else:
            shut = "" if place > 1 else " open"
            parts.append(f"<details{shut}><summary>{title}</summary>{body}</details>")
    return _wrapped(parts)


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{escape(c)}</th>' if c else "<td></td>" for c in table.columns)
    rows = "".join(
        f'<tr><th scope="row"{_hint(row[0])}>{_cell(row[0])}</th>'
        + "".join(f"<td{_tone(c)}{_hint(c)}>{_cell(c)}</td>" for c in row[1:])
        + "</tr>"
        for row in table.rows
    )
    return f'<div class="scroll"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    return f'<a href="{escape(cell.url)}" rel="nofollow noopener">{text}</a>' if cell.url and text else text


def _tone(cell: Cell) -> str:
    for verdict, tone in (("more in A", "a"), ("more in B", "b")):
        if cell.text.startswith(verdict):
            return f' class="{tone}"'
    return ' class="whole"' if cell.whole else ""


def _hint(cell: Cell) -> str:
    """What a cell stands on, and the id with which `evidence` opens its claim."""
    told = "; ".join(filter(None, (cell.title, cell.claim)))
    return f' title="{escape(told)}"' if told else ""


def _items(section: Section) -> str:
    rows = "".join(
        f'<li><b>{_cell(item.heading)}</b><br><span class="detail">{escape(item.detail)}</span>'
        + "".join(f"<p>{escape(line)}</p>" for line in item.lines)
        + "</li>"
        for item in section.items
    )
    return f"<ol>{rows}</ol>" if rows else ""


def _figure(figure: Figure) -> str:
    # A notebook holds many answers on one page: an id of a chart is told apart by its title.
    own = f"{crc32(figure.title.encode()):08x}-{figure.id}"
    svg = re.sub(rf'(?<=[" ]){re.escape(figure.id)}-(?=[td][" ])', f"{own}-", figure.svg)
    return f"<figure>{svg}<figcaption>{escape(figure.description)}</figcaption></figure>"
