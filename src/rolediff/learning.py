"""What to learn for a role, and in which order: from another role, from a list of skills, or from nothing."""

from __future__ import annotations

import codecs
import math
import pathlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.errors import FeedError
from rolediff.labels import FIELD_VALUES, is_tool, label_of
from rolediff.profiles import Facts, Profile, claim
from rolediff.reading_errors import shifts_of
from rolediff.results import Claim, Estimate, Have, Neighbour, Path, Start, Step
from rolediff.roles import Role
from rolediff.taxonomy import skills
from rolediff.titles import families, seniorities
from rolediff.warehouse import Warehouse
from rolediff.wording import say_interval, say_list, say_percent

#: An opening is open to someone who knows this part of the tools it asks for: adverts describe the
#: ideal, so all of them would open hardly any door. Methods and fields are not counted: who knows the
#: tools of the trade has met them, and nobody ticks "analytics" off a list.
THRESHOLD = 2 / 3
#: Someone in a role is taken to know the skills that this part of its openings names.
USUAL = 0.25
#: A tool is worth learning for so many of the openings. The list goes on while the next tool, or some run
#: of up to `AHEAD` next tools, surely opens that for each of them: where openings ask for many tools, one
#: alone opens nothing.
WORTH = 0.01
AHEAD = 6
_NAMED_AHEAD = 3  # so many of the tools that did not make the list are named
# A role with fewer openings than this is counted on its whole family.
_LEAST_OPENINGS = 30
# A tool that fewer employers ask for is one team's choice.
_LEAST_EMPLOYERS = 3
_MOST_STEPS = 12
_FIRST_SKILLS = 6
_NEIGHBOURS = 5
# The lowest degree and the fewest years that at least this share of the openings state; what fewer
# state is as often read wrongly as meant.
_LOWEST = 0.05
_NOT_AT_THE_START = ("lead", "staff", "principal", "manager", "director", "executive")
#: What no list of tools teaches, by kind: degrees, years of some weight, and people one has led.
_NEEDS = {
    "years": ("5-7", "8-or-more"),
    "degree": ("bachelor", "master", "phd"),
    "responsibility": ("lead-people",),
}
# A list of skills has no longer entries than this; a CV has sentences.
_ENTRY_WORDS = 5
_LARGEST_LIST = 1_000_000  # bytes
_ENTRY = re.compile(r"[,;|•·\t]")

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """The tools that openings of a role ask for.

    Attributes:
        counted_on: the role, or its family where the role has too few.
        asks: openings by tools.
        employer: number of each opening's employer.
        tools: ids of the tools.
    """

    counted_on: Role
    asks: Bools
    employer: Ints
    tools: list[str]

    def has(self, known: Sequence[str]) -> Bools:
        """For each tool, whether it is among some skills."""
        return np.isin(self.tools, list(known))


@dataclass(frozen=True, slots=True)
class Door:
    """A family as a way in: the tools usual in it, and the sums that its share of entry openings needs."""

    family: str
    tools: tuple[str, ...]
    n: int
    employers: int
    sum_n2: int
    k: int
    sum_x2: int
    sum_xn: int


@cache
def _all_tools() -> list[str]:
    return [skill for skill in skills() if is_tool(skill)]


def read_asked(warehouse: Warehouse, profile: Profile) -> Asked | None:
    """What a role's openings ask for; None where its family has too few openings too."""
    role = profile.role
    for counted in (role, Role(role.family)):
        if counted == role and profile.n < _LEAST_OPENINGS:
            continue
        asked = warehouse.once(("asked", counted.slug), partial(_read_asked, warehouse, counted))
        if asked is not None:
            return asked
    return None


def _read_asked(warehouse: Warehouse, role: Role) -> Asked | None:
    found = warehouse.ask("asked", family=role.family, seniorities=role.levels, tools=_all_tools())
    numbers, first, opening = np.unique(found["opening"], return_index=True, return_inverse=True)
    if len(numbers) < _LEAST_OPENINGS:
        return None
    tools, tool = np.unique(found["tool"], return_inverse=True)
    asks = np.zeros((len(numbers), len(tools)), bool)
    asks[opening, tool] = True
    employer = np.unique(found["employer"][first], return_inverse=True)[1]
    return Asked(role, asks, employer, [_all_tools()[i] for i in tools.tolist()])


def usual_skills(facts: Facts, profile: Profile) -> list[str]:
    """Skills that someone in a role may be taken to know."""
    share = np.nan_to_num(profile.shares["skill"].share)
    return [facts["skill"][i] for i in np.flatnonzero(share >= USUAL).tolist()]


def find_path(role: Role, asked: Asked | None, known: Sequence[str]) -> Path | None:
    """The tools that open the most openings of a role next, in order.

    Args:
        role: the role to reach.
        asked: what its openings ask for.
        known: ids of the skills one starts with.
    """
    if asked is None:
        return None
    has = asked.has(known)
    found = statistics.climb(
        asked.asks, asked.employer, has, offered_tools(asked), THRESHOLD, _MOST_STEPS + AHEAD
    )
    opened, runs = found.shares(asked.employer, AHEAD)
    names = [label_of("skill", asked.tools[i]) for i in found.order.tolist()]
    length, stop = _stop(names, runs)
    return Path(
        role=role.slug,
        counted_on=asked.counted_on.slug,
        n=len(asked.asks),
        employers=int(asked.employer.max()) + 1,
        threshold=THRESHOLD,
        known=tuple(label_of("skill", s) for s in sorted(set(known)) if is_tool(s)),
        opened_before=float(opened.share[0]),
        before_low=float(opened.low[0]),
        before_high=float(opened.high[0]),
        kept=found.kept,
        steps=tuple(
            Step(
                skill=asked.tools[at],
                label=names[i],
                opened=float(opened.share[i + 1]),
                opened_low=float(opened.low[i + 1]),
                opened_high=float(opened.high[i + 1]),
                gain=float(runs.share[i]),
                gain_low=float(runs.low[i]),
                gain_high=float(runs.high[i]),
                openings=int(found.opened[i + 1].sum()),
            )
            for i, at in enumerate(found.order[:length].tolist())
        ),
        stop=stop,
    )


def offered_tools(asked: Asked) -> Bools:
    """The tools that may be on a list: what too few ask for opens less than it is worth."""
    offered: Bools = asked.asks.sum(0) >= WORTH * len(asked.asks)
    at = np.flatnonzero(offered)
    opening, tool = np.nonzero(asked.asks[:, at])
    askers = np.unique(tool * len(asked.asks) + asked.employer[opening]) // len(asked.asks)
    offered[at] = np.bincount(askers, minlength=len(at)) >= _LEAST_EMPLOYERS
    return offered


def _stop(names: list[str], runs: statistics.Shares) -> tuple[int, str]:
    """How many of the tools are worth learning, and why no more."""
    if not names:
        return 0, f"No other tool is asked for by {_LEAST_EMPLOYERS} employers."
    begin = np.arange(len(names))
    tools = np.minimum(begin + np.arange(1, AHEAD + 1)[:, None], len(names)) - begin
    worth = (runs.low.reshape(tools.shape) >= WORTH * tools).any(0)
    length = min(len(names) if worth.all() else int(np.argmin(worth)), _MOST_STEPS)
    following = names[length : length + _NAMED_AHEAD]
    if not following:
        return length, f"The list ends as no other tool is asked for by {_LEAST_EMPLOYERS} employers."
    at = (len(following) - 1) * len(names) + length
    share, low, high = (float(c[at]) for c in (runs.share, runs.low, runs.high))
    together = " together" if len(following) > 1 else ""
    adds = f"{say_list(following)}{together} would open {say_percent(share)} more ({say_interval(low, high)})"
    if worth[length]:
        return length, f"The list ends after {length} tools, though more would help: {adds}."
    ends = "The list ends where" if length else "There is no list, as"
    return length, f"{ends} no run of further tools surely opens {WORTH:.0%} a tool: {adds}."


def find_start(
    warehouse: Warehouse, profile: Profile, facts: Facts, asked: Asked | None, doors: Sequence[Door]
) -> Start:
    """The entry door of a role: how wide it is, what stands behind it, what to learn first."""
    role = profile.role
    required = np.nan_to_num(profile.corrected["need:required"].share)
    first = np.argsort(-required, kind="stable")[:_FIRST_SKILLS].tolist()
    entry = claim(profile, facts, "entry", facts["entry"].index("yes"))
    senior = role.seniority in _NOT_AT_THE_START
    # Who would start as a lead starts in the family: a way in has to be wider than that.
    family = next((_entry(d) for d in doors if d.family == role.family), None) if senior else None
    own = max((c for c in (entry, family) if c), key=lambda c: float(np.nan_to_num(c.estimate.read)))
    return Start(
        role=role.slug,
        entry=entry,
        first_skills=tuple(claim(profile, facts, "need:required", i) for i in first) if profile.n else (),
        no_degree=claim(profile, facts, "degree", facts["degree"].index("none")),
        lowest_degree=_lowest(profile, facts, "degree"),
        fewest_years=_lowest(profile, facts, "years"),
        family_entry=family,
        lower_levels=_lower_levels(warehouse, role) if senior else {},
        neighbours=_neighbours(role, own, asked, doors),
        path=find_path(role, asked, known=()),
    )


def _lowest(profile: Profile, facts: Facts, kind: str) -> Claim | None:
    """The lowest requirement of a kind that enough openings of a role state."""
    for value in FIELD_VALUES[kind]:
        if value == "not-stated" or value not in facts[kind]:
            continue
        at = facts[kind].index(value)
        if profile.k[kind][at] and profile.corrected[kind].share[at] >= _LOWEST:
            return claim(profile, facts, kind, at)
    return None


def _lower_levels(warehouse: Warehouse, role: Role) -> dict[str, int]:
    """Openings of the family at each level below a role's, the lowest level first."""
    rows = warehouse.rows("family_levels", family=role.family)
    count = {row["seniority"]: row["openings"] for row in rows}
    below = list(seniorities())[: list(seniorities()).index(str(role.seniority))]
    return {level: count[level] for level in below if level in count}


@lru_cache(maxsize=1)  # a site is many comparisons of one snapshot
def read_doors(warehouse: Warehouse) -> tuple[Door, ...]:
    """The families with enough openings that are one kind of work, as ways in."""
    usual: dict[str, list[str]] = {}
    for row in warehouse.rows("usual_skills", least=_LEAST_OPENINGS, share=USUAL):
        if is_tool(row["skill"]):
            usual.setdefault(row["family"], []).append(row["skill"])
    known = families()
    return tuple(
        Door(**row, tools=tuple(usual.get(row["family"], ())))
        for row in warehouse.rows("doors", least=_LEAST_OPENINGS)
        if known[row["family"]].kind == "data" or known[row["family"]].soc
    )


@lru_cache(maxsize=256)
def _entry(door: Door) -> Claim:
    """How open a family is to beginners: the same claim as its profile's."""
    # One by one, and only of those that are shown: of single numbers the quantiles cost least.
    shares = statistics.cluster_shares(door.n, door.employers, door.sum_n2, door.k, door.sum_x2, door.sum_xn)
    shown = statistics.correct(shares, *shifts_of("entry", ["yes"]))
    return Claim(
        id=f"{door.family}/entry/yes",
        role=door.family,
        kind="entry",
        value="yes",
        label=label_of("entry", "yes"),
        estimate=_estimate(shown, 0, door.k, door.n, door.employers, shares),
        needed=int(statistics.openings_needed(door.n, shares.n_eff)[0]) or None,
    )


def _is_wider(other: Estimate, own: Estimate) -> bool:
    """Whether the interval of a difference leaves out 0 (MOVER, as in `statistics.mover`)."""
    return other.share - own.share > math.hypot(other.share - other.low, own.high - own.share)


def _neighbours(role: Role, own: Claim, asked: Asked | None, doors: Sequence[Door]) -> tuple[Neighbour, ...]:
    """Families surely more open to beginners, by the part of a role's openings their tools open."""
    wider = [
        d
        for d in doors
        if d.family != role.family and d.tools and _is_wider(_entry(d).estimate, own.estimate)
    ]
    if asked is None or not wider:
        return ()
    knows = np.array([asked.has(d.tools) for d in wider])
    named = knows.any(0)
    known = knows[:, named].astype(float) @ asked.asks[:, named].T
    opens = known >= THRESHOLD * asked.asks.sum(1) - 1e-9
    shares = statistics.shares_by_employer(opens, asked.employer)
    reaching = np.flatnonzero(shares.low >= WORTH)
    best = reaching[np.argsort(-shares.share[reaching], kind="stable")][:_NEIGHBOURS].tolist()
    n, employers = len(asked.asks), int(asked.employer.max()) + 1
    return tuple(
        Neighbour(
            family=wider[i].family,
            name=families()[wider[i].family].name,
            entry=_entry(wider[i]),
            tools=tuple(label_of("skill", s) for s in wider[i].tools),
            reached=_estimate(shares, i, opens[i].sum(), n, employers, shares),
        )
        for i in best
    )


def _estimate(
    shares: statistics.Shares, at: int, k: int, n: int, employers: int, read: statistics.Shares
) -> Estimate:
    return Estimate(
        share=float(shares.share[at]),
        low=float(shares.low[at]),
        high=float(shares.high[at]),
        openings=int(k),
        n=int(n),
        employers=int(employers),
        n_effective=float(shares.n_eff[at]),
        read=float(read.share[at]),
    )


def find_needs(facts: Facts, a: Profile, b: Profile) -> tuple[Claim, ...]:
    """What of role B no list of tools teaches: of each kind B's claims, then A's of the same."""
    if not b.n:
        return ()
    found = []
    for kind, values in _NEEDS.items():
        places = [facts[kind].index(v) for v in values if v in facts[kind]]
        found += [claim(p, facts, kind, at) for p in (b, a) for at in places if p.n]
    return tuple(found)


def read_list(path: pathlib.Path) -> list[str]:
    """The lines of a list of skills or of a CV.

    Raises:
        FeedError: no plain text, or nothing in it.
    """
    as_text = "Save the list or CV as plain text (UTF-8), for example skills.txt with a skill a line."
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_LIST + 1)
    except OSError as error:
        raise FeedError(f"{path} cannot be read ({error.strerror}). {as_text}") from error
    if len(data) > _LARGEST_LIST:
        raise FeedError(f"{path} is larger than {_LARGEST_LIST // 1000:,} kB, so no list or CV. {as_text}")
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as Windows saves "Unicode text"
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedError(f"{path} is not plain text in UTF-8. {as_text}") from error
    if "\0" in text or text.startswith(("%PDF", "{\\rtf")):
        raise FeedError(f"{path} is not plain text. {as_text}")
    if not text.strip():
        raise FeedError(f"{path} is empty. {as_text}")
    return text.splitlines()


def read_have(lines: Sequence[str], usual: Sequence[str]) -> tuple[list[str], Have]:
    """The ids of the skills that a person's list or CV names, and what to tell of them.

    Args:
        lines: of the list or CV.
        usual: ids of the skills that are usual in the role the person comes from.
    """
    known, unread = recognise_skills(lines)
    return known, Have(
        skills=tuple(label_of("skill", s) for s in known),
        not_assumed=tuple(label_of("skill", s) for s in sorted(set(usual) - set(known)) if is_tool(s)),
        unread_lines=unread,
    )


def recognise_skills(lines: Sequence[str]) -> tuple[list[str], tuple[int, ...]]:
    """The ids of the skills that a list or a CV names, and for a list the lines that name none.

    Read as postings are; in a list, whose entries are a few words each, an entry that is a skill's very
    name is that skill even where an advert would leave it in doubt ("R", "Excel").
    """
    import pyarrow as pa

    from rolediff.extract import extract_batch
    from rolediff.schema import TEXT

    entries = [[e.strip() for e in _ENTRY.split(line) if e.strip()] for line in lines]
    is_list = all(len(e.split()) <= _ENTRY_WORDS for line in entries for e in line)
    # Of a list each line is a text of its own; a CV is one text, as what stands near decides.
    texts = list(lines) if is_list else ["\n".join(lines)]
    columns = {"posting": [str(i) for i in range(len(texts))], "text": texts}
    read = extract_batch(
        pa.RecordBatch.from_arrays(
            [pa.array(columns.get(f.name, [""] * len(texts)), f.type) for f in TEXT], schema=TEXT
        )
    )
    named = [{m["value"] for m in row if m["kind"] == "skill"} for row in read.column("mentions").to_pylist()]
    if is_list:
        for found, line in zip(named, entries, strict=True):
            found.update(_names()[e.casefold()] for e in line if e.casefold() in _names())
    unread = (
        tuple(i for i, (found, line) in enumerate(zip(named, entries, strict=True), 1) if line and not found)
        if is_list
        else ()
    )
    return sorted(set().union(*named)), unread


@cache
def _names() -> dict[str, str]:
    """Skills by their names, aliases and ids, in small letters."""
    known: dict[str, str] = {}
    for skill in skills().values():
        for name in (skill.name, skill.id, *skill.aliases):
            known.setdefault(name.casefold(), skill.id)
    return known
