"""What changed between two snapshots, claim by claim.

Two snapshots hold mostly the same openings. So a share is not compared as if they were two samples: what
went, what is read otherwise and what came are told apart, and only what went and came is tested, against
what stayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.labels import label_of
from rolediff.paying import BASES, group_rows, read_pay
from rolediff.profiles import KINDS, as_groups, read_profiles
from rolediff.results import (
    ClaimChange,
    OriginChange,
    PayChange,
    RoleChange,
    ShareChange,
    SnapshotChanges,
    SnapshotState,
    Turnover,
    VerdictChange,
)
from rolediff.roles import Role, find_role, pair
from rolediff.snapshots import Snapshot
from rolediff.statistics.changes import Changes, changes, share_of
from rolediff.tested import LEAST_SHARE, TESTED, judge_pair
from rolediff.titles import families

#: Of a snapshot's inputs, those that are rules of reading.
RULES = ("version", "taxonomy", "readers")
# A change that is not a sure one is told from here on: half a point is less than a page rounds to.
_LEAST_CHANGE = 0.005
# As many statements must be expected among what went and came, as in a comparison of two roles.
_LEAST_STATING = 2.0
_ALPHA = 0.05
_PARTS = ("all", "stayed", "others")
# Kinds whose shares a reader is told of, but for the one whose values repeat those of "skill".
_TOLD = tuple(kind for kind in KINDS if kind != "need:required")


# ── openings ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Side:
    """The postings of a snapshot, and which of its openings the other one has too."""

    openings: frozenset[str]
    stayed: frozenset[str]
    employers: frozenset[str]
    families: dict[str, str | None]  # of each opening


def _match(old: Snapshot, new: Snapshot) -> tuple[_Side, _Side, int]:
    """Both sides, and how many openings of both are read as of another family.

    A posting is in both where the same row of the same file is, or one of the same title and employer with
    the same text, or of the same title and address. An opening stayed if one of its copies did.
    """
    tables = [snapshot.ask("present") for snapshot in (old, new)]
    keys = [_keys(table) for table in tables]
    known = [{key for row in found for key in row} for found in keys]
    sides, homes = [], list[dict[Any, str]]()
    for table, mine, others in zip(tables, keys, known[::-1], strict=True):
        opening = table["opening"].tolist()
        stayed = {o for o, row in zip(opening, mine, strict=True) if not others.isdisjoint(row)}
        family = dict(zip(table["id"].tolist(), table["family"].tolist(), strict=True))
        homes.append({key: o for o, row in zip(opening, mine, strict=True) for key in row})
        sides.append(
            _Side(
                openings=frozenset(opening),
                stayed=frozenset(stayed),
                employers=frozenset(k for k in table["employer_key"].tolist() if k is not None),
                families={o: family[o] for o in opening},
            )
        )
    other = {
        there
        for key, there in homes[1].items()
        if key in homes[0] and sides[0].families[homes[0][key]] != sides[1].families[there]
    }
    return sides[0], sides[1], len(other)


def _keys(table: dict[str, npt.NDArray[Any]]) -> list[list[Any]]:
    """What each posting is known by in another snapshot."""
    columns = (table[name].tolist() for name in ("id", "text_hash", "title", "employer_key", "url"))
    return [
        [posting, (text, title, employer), *([(url, title)] if url and title else [])]
        for posting, text, title, employer, url in zip(*columns, strict=True)
    ]


# ── shares ───────────────────────────────────────────────────────────────────────────────────────


class _Counted:
    """What the openings of each role state, by part: all, those that stayed, and the others."""

    def __init__(self, snapshot: Snapshot, roles: Sequence[Role], stayed: frozenset[str]) -> None:
        snapshot.run("members", roles=as_groups(roles))
        of = {"stayed": sorted(stayed)}
        self.sizes = {(r["grp"], r["part"]): r for r in snapshot.rows("part_sizes", **of)}
        found = snapshot.ask("part_counts", kinds=list(KINDS), **of)
        self._found = found
        self._rows: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        columns = (found[name].tolist() for name in ("grp", "part", "kind", "value"))
        for at, (grp, part, kind, value) in enumerate(zip(*columns, strict=True)):
            self._rows.setdefault((grp, part), {})[kind, value] = at

    def n(self, role: str, part: str) -> int:
        """Openings of a part that were read in full."""
        return int(self.sizes.get((role, part), {}).get("n") or 0)

    def facts(self, role: str) -> set[tuple[str, str]]:
        """All that any of its openings states."""
        return set(self._rows.get((role, "all"), ()))

    def counts(self, role: str, part: str, facts: Sequence[tuple[str, str]]) -> npt.NDArray[np.int64]:
        """How many openings of a part state each fact, and the two sums: three rows."""
        rows = self._rows.get((role, part), {})
        at = np.array([rows.get(fact, -1) for fact in facts], np.int64)
        sums = np.zeros((3, len(facts)), np.int64)
        there = np.flatnonzero(at >= 0)
        for i, name in enumerate(("k", "sum_x2", "sum_xn")):
            sums[i, there] = self._found[name][at[there]]
        return sums


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the openings of all roles: the counts of all their facts, one after the other."""

    n: npt.NDArray[np.int64]
    k: npt.NDArray[np.int64]
    shares: statistics.Shares


def _part(
    counted: _Counted, roles: Sequence[Role], facts: Sequence[Sequence[tuple[str, str]]], part: str
) -> _Part:
    sizes = np.concatenate(
        [
            np.repeat([[int(counted.sizes.get((r.slug, part), {}).get(name) or 0)]
                       for name in ("n", "employers", "sum_n2")], len(f), axis=1)
            for r, f in zip(roles, facts, strict=True)
        ], axis=1,
    )  # fmt: skip
    sums = np.concatenate(
        [counted.counts(r.slug, part, f) for r, f in zip(roles, facts, strict=True)], axis=1
    )
    return _Part(sizes[0], sums[0], statistics.cluster_shares(*sizes, *sums))


def _share_changes(
    roles: Sequence[Role], old: _Counted, new: _Counted
) -> tuple[list[ShareChange], list[ClaimChange], int, int]:
    """Shares that changed, claims that one side alone shows, how many both show, and how many were tested."""
    facts: list[list[tuple[str, str]]] = []
    for role in roles:
        # A fact below the floor on both sides is neither shown nor told of; most facts are.
        found = sorted(f for f in old.facts(role.slug) | new.facts(role.slug) if f[0] in _TOLD)
        share = [
            side.counts(role.slug, "all", found)[0] / max(side.n(role.slug, "all"), 1) for side in (old, new)
        ]
        facts.append([found[i] for i in np.flatnonzero(np.maximum(*share) >= LEAST_SHARE).tolist()])
    if not any(facts):
        return [], [], 0, 0
    (all_old, before, went), (all_new, after, came) = (
        [_part(side, roles, facts, part) for part in _PARTS] for side in (old, new)
    )
    shown_old, shown_new = (
        (p.shares.n_eff >= statistics.MIN_EFFECTIVE) & (np.nan_to_num(p.shares.share) >= LEAST_SHARE)
        for p in (all_old, all_new)
    )
    both = shown_old & shown_new
    away, added = (
        np.array([share_of(x, n) for x, n in zip(part.n.tolist(), whole.n.tolist(), strict=True)])
        for part, whole in ((went, all_old), (came, all_new))
    )
    change = changes(went.shares, before.shares, after.shares, came.shares, away, added)
    keys = [(role, *fact) for role, found in zip(roles, facts, strict=True) for fact in found]
    tested = both & np.isin([kind for _, kind, _ in keys], (*TESTED, "pay-stated", "entry"))
    together = (all_old.k + all_new.k) / np.maximum(all_old.n + all_new.n, 1)
    tested &= (change.n_eff >= statistics.MIN_EFFECTIVE) & (together * change.n_eff >= _LEAST_STATING)
    q = statistics.adjust_fdr(np.where(tested, change.p, np.nan))
    verdicts = _verdicts(change, q, all_old, all_new)
    told = both & ((verdicts == "moved") | (np.abs(change.change) >= _LEAST_CHANGE))
    rows = [
        ShareChange(
            claim=f"{role.slug}/{kind}/{value}",
            role=role.slug,
            kind=kind,
            value=value,
            label=label_of(kind, value),
            old=float(all_old.shares.share[i]),
            new=float(all_new.shares.share[i]),
            old_openings=int(all_old.k[i]),
            old_n=int(all_old.n[i]),
            new_openings=int(all_new.k[i]),
            new_n=int(all_new.n[i]),
            went=int(went.k[i]),
            went_n=int(went.n[i]),
            came=int(came.k[i]),
            came_n=int(came.n[i]),
            q=float(q[i]) if np.isfinite(q[i]) else None,
            verdict=str(verdicts[i]),
            **{
                name: float(getattr(change, name)[i])
                for name in ("change", "low", "high", "by_went", "by_reading", "by_came")
            },
        )
        for i in np.flatnonzero(told).tolist()
        for role, kind, value in (keys[i],)
    ]
    rows.sort(key=lambda r: (r.verdict != "moved", -abs(r.change), r.claim))
    appeared = _appeared("appeared", keys, shown_new & ~shown_old, all_new, all_old)
    vanished = _appeared("vanished", keys, shown_old & ~shown_new, all_old, all_new)
    return rows, [*appeared, *vanished], int(both.sum()), int(tested.sum())


def _verdicts(change: Changes, q: npt.NDArray[np.float64], old: _Part, new: _Part) -> npt.NDArray[np.str_]:
    same = (old.k == new.k) & (old.n == new.n) & (np.abs(change.change) < 1e-12)
    read = np.abs(change.by_reading) > np.abs(change.by_went + change.by_came)
    sure = np.isfinite(q)
    choices = [same, sure & (q <= _ALPHA), read, sure]
    return np.select(choices, ["unchanged", "moved", "read-otherwise", "within-chance"], "too-few-postings")


def _appeared(
    change: str,
    keys: Sequence[tuple[Role, str, str]],
    where: npt.NDArray[np.bool_],
    here: _Part,
    there: _Part,
) -> list[ClaimChange]:
    """Claims that one side alone shows, the largest shares first."""

    def why(i: int) -> str:
        k, n = int(there.k[i]), int(there.n[i])
        if not n:
            return "no opening was read in full"
        if there.shares.n_eff[i] < statistics.MIN_EFFECTIVE:
            return f"{k} of {n}: too few openings"
        return f"{k} of {n}: below {LEAST_SHARE:.0%}"

    rows = [
        ClaimChange(
            change=change,
            claim=f"{role.slug}/{kind}/{value}",
            role=role.slug,
            kind=kind,
            label=label_of(kind, value),
            share=float(here.shares.share[i]),
            openings=int(here.k[i]),
            n=int(here.n[i]),
            why=why(i),
        )
        for i in np.flatnonzero(where).tolist()
        for role, kind, value in (keys[i],)
    ]
    return sorted(rows, key=lambda r: (-r.share, r.claim))


# ── verdicts and pay ─────────────────────────────────────────────────────────────────────────────


def _verdict_changes(old: Snapshot, new: Snapshot, pairs: Sequence[tuple[str, str]]) -> list[VerdictChange]:
    """Differences of these pairs of roles that one snapshot claims and the other does not, or the other way."""
    sides = [pair(find_role(a), find_role(b)) for a, b in pairs]
    judged = [_judge(snapshot, sides) for snapshot in (old, new)]
    rows = []
    for number, (a, b) in enumerate(sides):
        before, after = (found[number] for found in judged)
        for kind, value in sorted(before.keys() | after.keys()):
            (was, was_size), (now, now_size) = (x.get((kind, value), (None, None)) for x in (before, after))
            # One of the two is a claim: that too few became no detectable difference is no news.
            if was != now and any((verdict or "").startswith("more") for verdict in (was, now)):
                claim = f"{a.slug}..{b.slug}/{kind}/{value}"
                rows.append(VerdictChange(claim, a.name, b.name, kind, label_of(kind, value),
                                          was, now, was_size, now_size))  # fmt: skip
    return rows


def _judge(
    snapshot: Snapshot, sides: Sequence[tuple[Role, Role]]
) -> list[dict[tuple[str, str], tuple[str, float]]]:
    """By pair: the verdict and the difference of each fact that is tested."""
    answers = []
    for a, b in sides:
        facts, (one, other) = read_profiles(snapshot, [a, b])
        found = {}
        for kind, tested in judge_pair(_common(one.shares), _common(other.shares)).items():
            for i, at in enumerate(tested.at.tolist() if kind in TESTED else []):
                found[kind, facts[kind][at]] = (
                    str(tested.verdicts[i]),
                    float(tested.difference.difference[i]),
                )
        answers.append(found)
    return answers


def _common(shares: dict[str, statistics.Shares]) -> dict[str, statistics.Shares]:
    return {kind: found for kind, found in shares.items() if kind in TESTED}


def _pay_changes(old: Snapshot, new: Snapshot, roles: Sequence[Role]) -> list[PayChange]:
    """Medians whose observations are not the same in both."""
    tables = [read_pay(snapshot, roles) for snapshot in (old, new)]
    found = [group_rows(t, t["plausible"] & t["recent"], ("basis", "currency", "grp")) for t in tables]
    samples: dict[tuple[str, str, str], list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]] = {}
    for key in found[0].keys() | found[1].keys():
        both = list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]()
        for table, groups in zip(tables, found, strict=True):
            at = groups.get(key, np.zeros(0, np.int64))
            # In one order, since equal samples are to be seen as equal and sums depend on the order.
            at = at[np.lexsort((table["voice"][at], table["pay"][at]))]
            both.append((table["pay"][at], table["voice"][at]))
        (pay, voice), (pay_now, voice_now) = both
        if not (np.array_equal(pay, pay_now) and np.array_equal(voice, voice_now)):
            samples[key] = both
    order = sorted(samples, key=lambda k: (BASES.index(k[0]), k[1], k[2]))
    quantiles = statistics.median_intervals([sample for key in order for sample in samples[key]])
    rows = []
    for i, (basis, currency, role) in enumerate(order):
        was, now = quantiles[2 * i : 2 * i + 2]
        ratio, low, high = statistics.median_gap(now, was)
        shown = [bool(np.isfinite([q.low, q.high]).all()) for q in (was, now)]
        if any(shown):
            sure = all(shown) and bool(np.isfinite([ratio, low, high]).all())
            verdict = "too-few-postings" if not sure else "moved" if low > 1 or high < 1 else "within-chance"
            rows.append(
                PayChange(
                    claim=f"{role}/pay/{basis.replace(' ', '-')}-{currency.lower()}",
                    role=role,
                    basis=basis,
                    currency=currency,
                    **_median("old", was, shown=shown[0]),
                    **_median("new", now, shown=shown[1]),
                    ratio=float(ratio) if sure else None,
                    low=float(low) if sure else None,
                    high=float(high) if sure else None,
                    verdict=verdict,
                )
            )
    return sorted(rows, key=lambda r: (r.verdict != "moved", -abs(np.log(r.ratio or 1)), r.claim))


def _median(side: str, q: statistics.Quantiles, *, shown: bool) -> dict[str, Any]:
    at = statistics.QUANTILES.index(0.5)
    return {
        side: float(q.values[at]) if shown else None,
        f"{side}_low": float(q.low) if shown else None,
        f"{side}_high": float(q.high) if shown else None,
        f"{side}_n": q.n,
    }


# ── all of it ────────────────────────────────────────────────────────────────────────────────────


def compare_snapshots(
    old: Snapshot,
    new: Snapshot,
    roles: Sequence[Role] = (),
    pairs: Sequence[tuple[str, str]] = (),
) -> SnapshotChanges:
    """What changed from one snapshot to another.

    Both are counted by the code that runs now; what the snapshots differ in is what was gathered, and how it
    was read.

    Args:
        old: the one before.
        new: the one after.
        roles: whose claims are compared; without them all families of data work.
        pairs: of roles whose verdicts are compared.
    """
    known = families()
    chosen = list(roles) or [Role(family) for family in sorted(known) if known[family].kind == "data"]
    before, after, other_role = _match(old, new)
    counted = [_Counted(snapshot, chosen, side.stayed) for snapshot, side in ((old, before), (new, after))]
    sizes = [_openings(snapshot) for snapshot in (old, new)]
    shares, shown, claims, tested = _share_changes(chosen, *counted)
    there = [(a, b) for a, b in pairs if all(find_role(x).family in known for x in (a, b))]
    inputs_old, inputs_new = old.manifest["inputs"], new.manifest["inputs"]
    return SnapshotChanges(
        id=f"{old.id}..{new.id}",
        old=_state(old, before),
        new=_state(new, after),
        rules=tuple(name for name in RULES if inputs_old[name] != inputs_new[name]),
        turnover=Turnover(
            went=len(before.openings - before.stayed),
            stayed=len(before.stayed),
            came=len(after.openings - after.stayed),
            still_there=len(after.stayed),
            other_role=other_role,
            employers_went=len(before.employers - after.employers),
            employers_came=len(after.employers - before.employers),
        ),
        origins=_origin_changes(inputs_old["origins"], inputs_new["origins"]),
        roles=tuple(
            RoleChange(
                role=role.slug,
                name=role.name,
                old_openings=sizes[0].get(role, 0),
                new_openings=sizes[1].get(role, 0),
                old_n=counted[0].n(role.slug, "all"),
                new_n=counted[1].n(role.slug, "all"),
                came=counted[1].n(role.slug, "others"),
                went=counted[0].n(role.slug, "others"),
            )
            for role in chosen
            if sizes[0].get(role) or sizes[1].get(role)
        ),
        claims=claims,
        tested=tested,
        shares=tuple(shares),
        shown=tuple(shown),
        verdicts=tuple(_verdict_changes(old, new, there)),
        pairs=len(there),
        pay=tuple(_pay_changes(old, new, chosen)),
    )


def _openings(snapshot: Snapshot) -> dict[Role, int]:
    return {Role(r["family"], r["seniority"]): r["openings"] for r in snapshot.rows("roles")}


def _state(snapshot: Snapshot, side: _Side) -> SnapshotState:
    inputs, counts = snapshot.manifest["inputs"], snapshot.manifest["counts"]
    (dates,) = snapshot.rows("dates")
    return SnapshotState(
        id=snapshot.id,
        version=inputs["version"],
        taxonomy=inputs["taxonomy"],
        readers=inputs["readers"],
        rows=counts["rows"],
        openings=len(side.openings),
        copies=counts["copies"],
        employers=len(side.employers),
        origins=len(inputs["origins"]),
        last_posted=dates["last_posted"].isoformat() if dates["last_posted"] else None,
    )


def _origin_changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[OriginChange, ...]:
    """Origins that one side alone holds; a file that was gathered anew goes and comes under one name."""
    ids = [{o["origin"]["id"] for o in side} for side in (old, new)]
    names = [{o["origin"]["name"] for o in side} for side in (old, new)]
    rows = [
        OriginChange(change, o["origin"]["name"], o["origin"]["id"], o["rows"], o["origin"].get("date"),
                     o["origin"]["name"] in other)
        for change, side, known, other in (("went", old, ids[1], names[1]), ("came", new, ids[0], names[0]))
        for o in side
        if o["origin"]["id"] not in known
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda o: (o.name, o.change != "went", o.id)))
