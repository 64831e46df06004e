"""The facts of a snapshot as tables to download: what columns they have, and how they are made.

One table, four forms: CSV, XLSX, Parquet and JSON (`table_files`). Shares are rounded to six digits: what lies
beyond depends on the machine's arithmetic, and the same snapshot is to give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rolediff import statistics
from rolediff.labels import group_of, label_of
from rolediff.paying import read_own_pay
from rolediff.profiles import KINDS, THIN, as_groups, borrow, take_shares
from rolediff.reading_errors import shifts_of
from rolediff.results import Comparison, Difference, OriginLine, PayClaim, PayGroup
from rolediff.roles import Role
from rolediff.snapshots import Snapshot
from rolediff.titles import families, seniorities

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its type in Arrow's words, its unit, and what it says."""

    name: str
    type: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A table to download.

    Attributes:
        name: of the file, without ending.
        title: what it holds, in a few words.
        columns: in order.
        rows: column by column, as lists.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    values: Mapping[str, Sequence[Any]]

    @property
    def height(self) -> int:
        """Rows."""
        return len(self.values[self.columns[0].name])

    @classmethod
    def from_arrow(cls, name: str, title: str, table: pa.Table) -> Facts:
        """A table of other facts; units and descriptions are taken from the metadata of its fields."""
        columns = []
        for field in table.schema:
            about = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
            columns.append(
                Column(field.name, str(field.type), about.get("unit", ""), about.get("description", ""))
            )
        return cls(name, title, tuple(columns), {c: table[c].to_pylist() for c in table.column_names})

    def to_arrow(self) -> pa.Table:
        """As an Arrow table, each field with its unit and description."""
        import pyarrow as pa

        fields = [
            pa.field(c.name, pa.type_for_alias(c.type), metadata={"unit": c.unit, "description": c.description})
            for c in self.columns
        ]  # fmt: skip
        arrays = [pa.array(self.values[f.name], f.type) for f in fields]
        return pa.table(arrays, schema=pa.schema(fields))


_ROLE_COLUMNS = (
    Column("role", "string", "", "slug of the role; its page is /roles/<role>"),
    Column("family", "string", "", "slug of the role's family"),
    Column("seniority", "string", "", "level of the role; empty for a whole family"),
)
_SHARE_COLUMNS = (
    Column("share", "double", "part of 1", "share of the role's openings, as on its page; empty where it is withheld"),
    Column("low", "double", "part of 1", "lower end of its 95% interval"),
    Column("high", "double", "part of 1", "upper end of its 95% interval"),
    Column("read", "double", "part of 1", "share before the measured errors of reading moved it; empty where withheld"),
    Column("openings", "int64", "openings", "openings of the role that state it"),
    Column("n", "int64", "openings", "openings of the role read in full"),
    Column("employers", "int64", "employers", "sampling units among the n: employers, or an origin that names none"),
    Column("n_effective", "double", "openings",
           "openings that independent employers would need for the same precision"),
    Column("borrowed", "double", "part of 1", "weight of the family in the share of a thin role"),
    Column("needed", "int64", "openings", "of a withheld share: openings that it takes more; else empty"),
)  # fmt: skip
CLAIMS = (
    Column("claim", "string", "", "id of the claim; `rolediff evidence <id>` opens its postings"),
    *_ROLE_COLUMNS,
    Column("kind", "string", "", "what is stated: responsibility, skill, need:required (a skill that is required), "
           "degree, years, work-mode, industry, pay-stated, entry"),
    Column("value", "string", "", "id of what is stated"),
    Column("label", "string", "", "its name"),
    Column("group", "string", "", "category of a skill"),
    *_SHARE_COLUMNS,
)  # fmt: skip
PAY = (
    Column("claim", "string", "", "id of the claim; of a group, that of the role's whole pay"),
    *_ROLE_COLUMNS,
    Column("basis", "string", "", "stated (by employers in adverts), board estimate, pay table"),
    Column("currency", "string", "", "ISO 4217; none is converted"),
    Column("by", "string", "", "what the rows are grouped by: seniority, level (as a pay table gives it), country, "
           "year; empty for all of the role"),
    Column("group", "string", "", "the group"),
    Column("n", "int64", "observations", "observations"),
    Column("employers", "int64", "employers", "employers among them; empty where the source names none"),
    *(
        Column(name, "double", "currency a year", text)
        for name, text in (
            ("p10", "10th percentile, from 20 observations on"),
            ("p25", "25th percentile, from 8 observations on"),
            ("median", "median; empty where too few employers state pay"),
            ("p75", "75th percentile, from 8 observations on"),
            ("p90", "90th percentile, from 20 observations on"),
            ("median_low", "lower end of the median's 95% interval"),
            ("median_high", "upper end of the median's 95% interval"),
        )
    ),
    Column("period", "string", "", "years observed"),
    Column("note", "string", "", "what the observations are, and what was left out"),
)  # fmt: skip
ROLES = (
    *_ROLE_COLUMNS,
    Column("name", "string", "", "name of the role"),
    Column("definition", "string", "", "what the family is"),
    Column("openings", "int64", "openings", "openings, each once"),
    Column("n", "int64", "openings", "of these, read in full: in English and not cut"),
    Column("not_english", "int64", "openings", "in other languages, or in one that cannot be told"),
    Column("cut", "int64", "openings", "in English, with a cut text"),
    Column("employers", "int64", "employers", "sampling units among those read in full"),
    Column("named_employers", "int64", "employers", "employers named in them"),
    Column("origins", "int64", "origins", "origins of the openings"),
    Column("first_posted", "string", "ISO date", "oldest date of an opening"),
    Column("last_posted", "string", "ISO date", "newest date of an opening"),
    Column("dated", "int64", "openings", "openings that bear a date"),
)
ORIGINS = (
    Column("id", "string", "", "first 12 digits of the hash"),
    Column("name", "string", "", "name of the file, without its endings"),
    Column("kind", "string", "", "postings, or pay (a pay table)"),
    Column(
        "publisher", "string", "", "who published it, as given by whoever ingested it; empty where not given"
    ),
    Column("licence", "string", "", "under which licence, likewise"),
    Column("date", "string", "ISO date", "of publication or access, likewise"),
    Column("url", "string", "", "where, likewise"),
    Column("rows", "int64", "rows", "rows of the source = kept + rejected"),
    Column("kept", "int64", "rows", "rows that could be used"),
    Column("rejected", "int64", "rows", "rows that could not"),
    Column("sha256", "string", "", "hash of the bytes that were read"),
)
DIFFERENCES = (
    Column("claim", "string", "", "id of the difference; `rolediff evidence <id>` opens both sides"),
    Column("kind", "string", "", "what is stated"),
    Column("value", "string", "", "id of what is stated"),
    Column("label", "string", "", "its name"),
    Column("group", "string", "", "category of a skill"),
    *(
        Column(f"{c.name}_{side}", c.type, c.unit, f"{role}: {c.description}")
        for side, role in (("a", "first role"), ("b", "second role"))
        for c in _SHARE_COLUMNS
    ),
    Column("difference", "double", "part of 1", "share of the first role less that of the second"),
    Column("difference_low", "double", "part of 1", "lower end of its 95% interval"),
    Column("difference_high", "double", "part of 1", "upper end of its 95% interval"),
    Column("q", "double", "", "false-discovery-adjusted p-value; empty where it was not tested"),
    Column("verdict", "string", "", "more-in-a, more-in-b, no-detectable-difference, too-few-postings, not-tested"),
)  # fmt: skip


# ── claims ───────────────────────────────────────────────────────────────────────────────────────


def claims_table(snapshot: Snapshot, roles: Sequence[Role], name: str = "claims") -> Facts:
    """All that an opening of each role states, with the share that the role's page gives.

    The same numbers as `profiles.read_profiles` gives for one role, for many roles in one pass: limits are
    worked out only for what some opening of the role states.
    """
    rests = {r.slug: r.rest for r in roles if r.rest}
    needed = list({r.slug: r for r in [*roles, *(r for r in rests.values() if r)]}.values())
    groups = as_groups(needed)
    snapshot.run("members", roles=groups)
    sizes = {row["grp"]: row for row in snapshot.rows("sizes")}
    found = snapshot.ask("role_counts", roles=groups)
    columns = [found[c].tolist() for c in ("grp", "kind", "value", "k", "sum_x2", "sum_xn")]
    counts: dict[str, dict[tuple[str, str], tuple[int, int, int]]] = {}
    for grp, kind, value, *sums in zip(*columns, strict=True):
        counts.setdefault(grp, {})[kind, value] = (sums[0], sums[1], sums[2])
    out: dict[str, list[Any]] = {c.name: [] for c in CLAIMS}
    for role in roles:
        _add_claims(out, role, counts, sizes, rests.get(role.slug))
    return Facts(name, "Claims: what the openings of each role state, and how often", CLAIMS, out)


def _add_claims(
    out: dict[str, list[Any]],
    role: Role,
    counts: Mapping[str, Mapping[tuple[str, str], tuple[int, int, int]]],
    sizes: Mapping[str, Mapping[str, Any]],
    rest: Role | None,
) -> None:
    own, size = counts.get(role.slug, {}), sizes.get(role.slug, {})
    n = int(size.get("n") or 0)
    if not (n and own):
        return
    lends = rest is not None and n < THIN and bool(sizes.get(rest.slug, {}).get("n"))
    family = counts.get(rest.slug, {}) if lends and rest else {}
    facts = sorted({*own, *family})
    mine = [own.get(fact, (0, 0, 0)) for fact in facts]
    stated = np.array([k > 0 for k, *_ in mine])
    # One call for all kinds: its cost is per call more than per share.
    alone, lent = _shares(size, mine, stated), None
    if lends and rest:
        theirs = [family.get(fact, (0, 0, 0)) for fact in facts]
        lent = _shares(sizes[rest.slug], theirs, np.zeros(len(facts), bool))
        # What the role does not state and few of the family do has no row, and tells nothing of others.
        stated_or_tells = np.flatnonzero(stated | (_together(alone, lent) >= statistics.LEAST_INFORMING))
        alone, lent = take_shares(alone, stated_or_tells), take_shares(lent, stated_or_tells)
        facts = [facts[i] for i in stated_or_tells.tolist()]
        mine, stated = [mine[i] for i in stated_or_tells.tolist()], stated[stated_or_tells]
    kinds = np.array([kind for kind, _ in facts])
    for kind in KINDS:
        at = np.flatnonzero(kinds == kind)
        if not stated[at].any():
            continue
        shares = take_shares(alone, at)
        if lent is not None:
            shares = borrow({kind: shares}, {kind: take_shares(lent, at)}, n)[kind]
        values = [facts[i][1] for i in at.tolist()]
        shown = statistics.correct(shares, *shifts_of(kind, values))
        weight = np.nan_to_num(shares.weight) if isinstance(shares, statistics.Pooled) else np.zeros(len(at))
        lacking = statistics.openings_needed(n, shares.n_eff)
        for i, place in enumerate(at.tolist()):
            if not stated[place]:
                continue
            withheld = bool(lacking[i])
            row = {
                "claim": f"{role.slug}/{kind}/{values[i]}",
                **_role_values(role),
                "kind": kind,
                "value": values[i],
                "label": label_of(kind, values[i]),
                "group": group_of(kind, values[i]) or None,
                "share": None if withheld else _round(shown.share[i]),
                "low": None if withheld else _round(shown.low[i]),
                "high": None if withheld else _round(shown.high[i]),
                "read": None if withheld else _round(shares.share[i]),
                "openings": mine[place][0],
                "n": n,
                "employers": int(size["employers"]),
                "n_effective": _round(shares.n_eff[i]),
                "borrowed": _round(weight[i]),
                "needed": int(lacking[i]) or None,
            }
            for name, value in row.items():
                out[name].append(value)


def _together(own: statistics.Shares, family: statistics.Shares) -> statistics.Floats:
    """The share of role and family together that states each fact, as `statistics.pool` asks for it."""
    both = own.n_design + family.n_eff
    return (own.share * own.n_design + family.share * family.n_eff) / both


def _shares(size: Mapping[str, Any], counts: Sequence[tuple[int, int, int]], where: Any) -> statistics.Shares:
    k, x2, xn = np.array(counts, np.int64).T
    return statistics.cluster_shares(size["n"], size["employers"], size["sum_n2"], k, x2, xn, where=where)


def _round(value: Any) -> float | None:
    return round(float(value), _DIGITS) if np.isfinite(value) else None


def _role_values(role: Role) -> dict[str, Any]:
    return {"role": role.slug, "family": role.family, "seniority": role.seniority}


# ── pay, roles, origins, one comparison ──────────────────────────────────────────────────────────


def pay_table(snapshot: Snapshot, roles: Iterable[Role], name: str = "pay") -> Facts:
    """What each role pays, by basis and currency, and by seniority, country and year."""
    rows = []
    for role in roles:
        claims, groups = read_own_pay(snapshot, role)
        by_market = {(c.basis, c.currency): c for c in claims}
        rows += [{**_role_values(role), **_pay_values(c), "claim": c.id, "period": c.period, "note": c.note}
                 for c in claims]  # fmt: skip
        for g in groups:
            whole = by_market.get((g.basis, g.currency))
            rows.append({**_role_values(role), **_pay_values(g), "claim": whole.id if whole else None,
                         "by": g.by, "group": g.label})  # fmt: skip
    return _from_rows(name, "Pay: yearly amounts of each role by basis and currency", PAY, rows)


def _pay_values(pay: PayClaim | PayGroup) -> dict[str, Any]:
    points = ("p10", "p25", "median", "p75", "p90", "median_low", "median_high")
    amounts = {name: getattr(pay, name) for name in points}
    return {
        "basis": pay.basis,
        "currency": pay.currency,
        "n": pay.n,
        "employers": pay.employers,
        # To a hundredth, below which no pay is told.
        **{name: None if x is None else round(float(x), 2) for name, x in amounts.items()},
    }


def roles_table(snapshot: Snapshot, roles: Sequence[Role], name: str = "roles") -> Facts:
    """The roles, and what their figures stand on."""
    snapshot.run("members", roles=as_groups(roles))
    sizes = {row["grp"]: row for row in snapshot.rows("sizes")}
    counted = ("openings", "n", "not_english", "cut", "employers", "named_employers", "origins", "dated")
    rows = []
    for role in roles:
        size = sizes.get(role.slug, {})
        values = {c: int(size.get(c) or 0) for c in counted}
        # Where the language cannot be told, it is not known to be English.
        values["not_english"] += int(size.get("unknown_language") or 0)
        rows.append({
            **_role_values(role), "name": role.name, "definition": role.definition, **values,
            **{d: size[d].isoformat() if size.get(d) else None for d in ("first_posted", "last_posted")},
        })  # fmt: skip
    return _from_rows(name, "Roles: their openings, and how many were read in full", ROLES, rows)


def origin_lines(snapshot: Snapshot) -> tuple[OriginLine, ...]:
    """The origins of a snapshot, by name."""
    lines = [
        OriginLine(
            id=entry["origin"]["id"],
            name=entry["origin"]["name"],
            kind=entry["kind"],
            publisher=entry["origin"].get("publisher"),
            licence=entry["origin"].get("licence"),
            date=entry["origin"].get("date"),
            url=entry["origin"].get("url"),
            rows=entry["rows"],
            kept=entry["records"],
            rejected=sum(entry["rejected"].values()),
            sha256=entry["origin"]["sha256"],
        )
        for entry in snapshot.manifest["inputs"]["origins"]
    ]
    return tuple(sorted(lines, key=lambda line: (line.name, line.id)))


def origins_table(snapshot: Snapshot, name: str = "origins") -> Facts:
    """Where the postings come from."""
    rows = [{c.name: getattr(line, c.name) for c in ORIGINS} for line in origin_lines(snapshot)]
    return _from_rows(name, "Origins: who published the data, where and under which licence", ORIGINS, rows)


def comparison_table(c: Comparison, name: str) -> Facts:
    """The differences of one comparison, each once, in reading order."""
    lists = (c.responsibilities, c.skills_more_in_a, c.skills_more_in_b, c.skills_shared, c.tools, c.needs, c.education,
             c.experience, c.work_modes, c.industries)  # fmt: skip
    found = {d.id: d for part in lists for d in part}
    rows = [_difference_values(d) for d in found.values()]
    return _from_rows(name, f"Differences: {c.a.name} and {c.b.name}", DIFFERENCES, rows)


def _difference_values(d: Difference) -> dict[str, Any]:
    row: dict[str, Any] = {
        "claim": d.id,
        "kind": d.kind,
        "value": d.value,
        "label": d.label,
        "group": d.group or None,
    }
    for side, claim in (("a", d.a), ("b", d.b)):
        e, withheld = claim.estimate, claim.needed is not None
        for field in ("share", "low", "high", "read"):
            row[f"{field}_{side}"] = None if withheld else _round(getattr(e, field))
        for field in ("openings", "n", "employers"):
            row[f"{field}_{side}"] = getattr(e, field)
        row |= {f"n_effective_{side}": _round(e.n_effective), f"borrowed_{side}": _round(e.borrowed),
                f"needed_{side}": claim.needed}  # fmt: skip
    withheld = d.a.needed is not None or d.b.needed is not None
    sizes = {"difference": d.difference, "difference_low": d.low, "difference_high": d.high}
    row |= {key: None if withheld else _round(x) for key, x in sizes.items()}
    return row | {"q": None if d.q is None else float(f"{d.q:.{_DIGITS}g}"), "verdict": d.verdict}


def _from_rows(
    name: str, title: str, columns: tuple[Column, ...], rows: Sequence[Mapping[str, Any]]
) -> Facts:
    return Facts(name, title, columns, {c.name: [row.get(c.name) for row in rows] for c in columns})


# ── the tables of a snapshot ─────────────────────────────────────────────────────────────────────

#: The tables that every snapshot has.
TABLES = ("claims", "pay", "roles", "origins")


def data_roles(snapshot: Snapshot) -> list[Role]:
    """Roles of data work with openings: families by slug, each followed by its levels."""
    known = families()
    found = [Role(row["family"], row["seniority"]) for row in snapshot.rows("roles")
             if row["family"] in known and known[row["family"]].kind == "data"]  # fmt: skip
    order: dict[str | None, int] = {level: i for i, level in enumerate(seniorities())}
    return sorted(found, key=lambda r: (r.family, order.get(r.seniority, -1)))


def snapshot_table(snapshot: Snapshot, table: str) -> Facts:
    """One of `TABLES`."""
    if table == "origins":
        return origins_table(snapshot)
    makers = {"claims": claims_table, "pay": pay_table, "roles": roles_table}
    return makers[table](snapshot, data_roles(snapshot))
