"""How a title is read: its words become items, its heads take areas, and the pair names a family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rolediff.titles.tables import GRADES, SPLIT, Tables, longest, seniorities

#: An area followed by platform or infrastructure (at most one word between) becomes another area.
_PLATFORM_OF = {
    "machine-learning": "ml-platform",
    "ai": "ml-platform",
    "data": "pipelines",
    "analytics": "pipelines",
    "data-and-analytics": "pipelines",
    "data-and-ai": "ml-platform",
}
#: Areas that name no job by themselves: a title without any head is then `other`.
_NEVER_ALONE = frozenset(
    {"data", "ai", "business", "database", "data-and-analytics", "data-and-ai", "robotics"}
)
#: Who manages engineers of data leads data engineers, not data at large: "VP Engineering, Data".
_PIPELINES_OF = {"data": "pipelines", "data-products": "pipelines"}
#: "Engineering Manager, Payments AI" leads software engineers: these areas alone are meant as disciplines.
_ENGINEERING_TAKES = frozenset(
    {"machine-learning", "ml-platform", "pipelines", "computer-vision", "language", "data-science"}
    | {"data-science-and-ml", "robotics"}
)
#: Heads that stand beside a whole role without making one: "Data Engineer Lead", "Intern, Data Analyst".
_WEAK_HEADS = frozenset({"manager", "lead", "consultant", "generic", "specialist"})
#: Heads that do not make a segment a role of its own: "Data Science Lead" lends its area to "Analyst - ...".
_LENDING_HEADS = frozenset({"manager", "lead", "consultant", "generic"})
#: Heads that take an area from another segment even with other words before them.
_REACHING = frozenset({"software", "staff", "product"})
#: Weak areas that leave a head as good as bare: "Solutions Architect, Machine Learning".
_VAGUE = {
    "architect": frozenset({"engineering", "platform", "infrastructure", "programming"}),
    "analyst": frozenset(
        {"engineering", "platform", "infrastructure", "programming", "reporting", "insights"}
    ),
}
_VAGUE_OF_WEAK = frozenset({"engineering", "platform", "infrastructure"})
_VAGUE_ELSE = frozenset({"engineering", "algorithms", "platform", "programming"})
#: Beside AI and a vague head these say that AI is only the subject: "AI Sales Lead".
_SUBJECTS = frozenset({"foreign", "business", "infrastructure"})
#: Who manages two of these leads data at large: "Director, Data Engineering and Analytics".
_DISCIPLINES = frozenset(
    {"data-engineer", "data-analyst", "business-intelligence-analyst", "data-governance-specialist"}
    | {"database-administrator", "data-scientist", "data-architect", "data-leadership"}
)
#: Bare heads that any other head goes before: "Admin Clerk".
_LAST_HEADS = frozenset({"administrator", "staff"})
#: Before one of these a bare engineer is none: "Technical Lead Software Developer".
_BUILDERS = frozenset({"software", "developer", "engineer"})
#: Bare heads of which most name a science; the others say nothing of the field.
_SCIENCES = frozenset({"scientist", "researcher"})
#: Heads of the words table that share a column of the families table.
_COLUMN = {
    "lead": "manager",
    "developer": "engineer",
    "staff": "software",
    "research-scientist": "researcher",
    "research-engineer": "engineer",
}
#: After one of these a lone figure counts something else than a grade: "2 years", "5 days".
_UNITS = frozenset({"year", "years", "yrs", "yr", "day", "days", "months", "month", "x", "to", "exp", "h"})

#: "Level III" is a grade wherever it stands; "Level 5" apart from the head is a company's own.
_LEVEL = frozenset({"level", "lvl"})
_LEVELS = frozenset({"i", "ii", "iii", "iv", "v", "1", "2", "3"})

_Item = tuple[str, str]  # (kind, value); kinds: area role head noise unknown soft break


class Role(NamedTuple):
    """A family read from a head: 4 and 3 are whole roles, 2 needed another segment, 1 and 0 say little."""

    tier: int
    family: str
    rule: str


def _items(tokens: list[str], tables: Tables) -> list[_Item]:
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        found = longest(tables.words, tokens, at)
        if found is not None:
            words, item = found
            at += len(words)
            if item == ("area", "engineering") and items and items[-1][0] == "area":
                area = items[-1][1]
                if area in tables.strong and area[0] != "=":
                    items[-1] = ("area", "=" + tables.cells[area]["engineer"])  # "data engineering"
                    continue
            if item == ("area", "platform"):
                _raise_platform(items)
            items.append(item)
            continue
        token = tokens[at]
        at += 1
        if token == SPLIT:
            items.append(("break", ""))
        elif token in ("&", "/"):
            items.append(("soft", ""))
        elif len(token) == 1 or token.isdigit():
            items.append(("noise", ""))
        else:
            items.append(("unknown", token))
    return items


def _raise_platform(items: list[_Item]) -> None:
    for back in (-1, -2):
        if len(items) < -back or items[back][0] in ("break", "head", "role"):
            return
        kind, value = items[back]
        if kind == "area" and value in _PLATFORM_OF:
            items[back] = ("area", _PLATFORM_OF[value])
            return


def _cell(tables: Tables, area: str, head: str) -> str:
    """The family that an area and a head make."""
    column = _COLUMN.get(head, head)
    if area[0] == "=":
        family = tables.cells["discipline"][column]
        return area[1:] if family == "=" else family
    family = tables.cells[area][column]
    if head == "developer" and family == "other-engineering":
        return "software-engineer"
    if head == "research-scientist" and family in ("data-scientist", "data-analyst"):
        return "research-scientist"
    if head == "research-engineer" and family in tables.data:
        return "research-engineer"
    return family


def _pick(tables: Tables, areas: Sequence[str]) -> str | None:
    """The first strong area, else the first weak one."""
    for area in areas:
        if area in tables.strong:
            return area
    return areas[0] if areas else None


def _subject_only(items: Sequence[_Item], area: str, head: str) -> bool:
    """Whether AI beside a vague head only tells the subject: "AI Success Manager", "AI Policy Lead"."""
    if area != "ai" or head not in _WEAK_HEADS:
        return False
    return any(kind == "unknown" or value in _SUBJECTS for kind, value in items)


def _joined(items: list[_Item], at: int, area: str, tables: Tables) -> str:
    """Of two areas joined before a head, one of data before one that is none: "MLOps/DevOps Engineer"."""
    head = items[at][1]
    if _cell(tables, area, head) not in tables.data:
        last = max(n for n in range(at) if items[n] == ("area", area))
        if last >= 2 and items[last - 1][0] == "soft" and items[last - 2][0] == "area":
            other = items[last - 2][1]
            if other in tables.strong and _cell(tables, other, head) in tables.data:
                return other
    return area


def _several(items: Sequence[_Item], tables: Tables) -> bool:
    """Whether two disciplines of data stand joined: "Data Platform & BI"."""
    for (kind, first), (joint, _), (last, second) in zip(items, items[1:], items[2:], strict=False):
        if kind == last == "area" and joint == "soft":
            both = {_cell(tables, first, "manager"), _cell(tables, second, "manager")}
            if len(both) == 2 and both <= _DISCIPLINES:
                return True
    return False


def _areas_before(items: list[_Item], at: int) -> tuple[list[str], bool, int]:
    """Areas before a head in its segment, nearest first; whether nothing unknown stands there; the stop."""
    areas: list[str] = []
    bare = True
    j = at - 1
    while j >= 0:
        kind, value = items[j]
        if kind in ("break", "role") or (kind == "head" and value not in _WEAK_HEADS):
            break
        if kind == "area":
            areas.append(value)
        elif kind == "unknown":
            bare = False
        j -= 1
    return areas, bare, j


def _areas_after(items: list[_Item], at: int, tables: Tables) -> tuple[list[str], int]:
    """Areas after a head in its segment that belong to no later head; the stop."""
    areas: list[str] = []
    soft = 0
    k = at + 1
    while k < len(items):
        kind, value = items[k]
        if kind == "break":
            break
        if kind in ("head", "role"):
            if kind == "role" or value not in _WEAK_HEADS or items[at][1] in _WEAK_HEADS:
                areas = areas[:soft]
            break
        if kind == "area":
            # "Head of Data Analytics": of areas that stand together the last is the noun
            noun = value in tables.strong and _cell(tables, value, "generic") in tables.data
            if areas and areas[-1] == "software":
                pass  # "Développeur full stack IA" stays one
            elif areas and noun and items[k - 1][0] == "area":
                areas[-1] = value
            else:
                areas.append(value)
        elif kind == "soft":
            soft = len(areas)
        k += 1
    return areas, k


def _head_follows(items: list[_Item], at: int, tables: Tables) -> bool:
    """Whether a weak head only stands before another: "Lead Engineer", "Associate Director"."""
    k = at + 1
    while k < len(items):
        kind, value = items[k]
        if kind == "head":
            return k == at + 1 or value not in _WEAK_HEADS
        if kind != "noise" and not (kind == "area" and value not in tables.strong):
            return False
        k += 1
    return False


def _read_head(items: list[_Item], at: int, tables: Tables) -> Role | None:
    """The role that the head at `at` makes; None where it only stands beside another."""
    head = items[at][1]
    if head == "closed":
        return Role(2, "other", "closed")
    weak = head in _WEAK_HEADS
    if weak and _head_follows(items, at, tables):
        return None
    before, bare, start = _areas_before(items, at)
    builder = at + 1 < len(items) and items[at + 1][0] == "head" and items[at + 1][1] in _BUILDERS
    if head == "engineer" and builder and not before:
        return None
    after, stop = _areas_after(items, at, tables)
    own = _pick(tables, before)
    if own not in tables.strong and weak and start >= 0 and items[start][0] != "break":
        return None  # "Data Engineer Lead"
    near = own if own in tables.strong else _pick(tables, after)
    if near is not None and near in tables.strong:
        if _subject_only(items[start + 1 : stop], near, head):
            return Role(1, "other", "head")
        if head == "manager" and _several(items[start + 1 : stop], tables):
            return Role(4, "data-leadership", "left")
        if near is own:
            return Role(4, _cell(tables, _joined(items, at, near, tables), head), "left")
        return Role(3, _cell(tables, near, head), "right")
    return _read_vague_head(items, at, tables, own or near, bare=bare)


def _read_vague_head(items: list[_Item], at: int, tables: Tables, area: str | None, *, bare: bool) -> Role:
    """The role of a head with a weak area or none in its segment."""
    head = items[at][1]
    weak = head in _WEAK_HEADS
    if head in ("manager", "lead") and area in (None, "platform") and ("area", "engineering") in items:
        area = "engineering"  # "Manager, Engineering"
    if area is not None and area != "engineering":
        family = _cell(tables, area, head)
        if family in tables.data:
            return Role(3, family, "left")
    research = head in ("research-scientist", "research-engineer")
    if research and not bare:
        return Role(1, "other" if head == "research-scientist" else "other-engineering", "head")
    vague = _VAGUE_OF_WEAK if weak else _VAGUE.get(head, _VAGUE_ELSE)
    if (bare and (area is None or area in vague)) or head in _REACHING:
        far = _far_area(items, at, tables, head)
        if research and far != "foreign" and far is not None and _cell(tables, far, head) not in tables.data:
            far = None  # "Research Scientist, Security" stays one
        if far is not None and area == "engineering" and head in ("manager", "lead"):
            far = _PIPELINES_OF.get(far, far)
        if far is not None and (area != "engineering" or far in _ENGINEERING_TAKES or far[0] == "="):
            if _subject_only(items, far, head):
                return Role(1, "other", "head")
            if area == "platform":
                far = _PLATFORM_OF.get(far, far)  # "Platform Engineer, Data"
            if head == "manager" and far != "foreign" and _several(items, tables):
                return Role(2, "data-leadership", "cross")
            return Role(2, _cell(tables, far, head), "cross")
    if head == "research-scientist" and _other_science(items, tables):
        return Role(1, "other", "head")
    if research:
        return Role(3, head, "role")
    return Role(
        0 if area is None and (weak or head in _LAST_HEADS) else 1,
        _cell(tables, area or "none", head),
        "head",
    )


def _other_science(items: Sequence[_Item], tables: Tables) -> bool:
    """Whether a title names a science outside AI: "Research Scientist, Immunology"."""
    return any(
        (kind == "unknown" and value.startswith(tables.sciences)) or value == "closed"
        for kind, value in items
    )


def _far_area(items: list[_Item], at: int, tables: Tables, head: str) -> str | None:
    """The strong area of a segment without a head of its own: the first after `at`, else before it."""
    if head in ("software", "staff") and ("area", "software") in items:
        return None  # backend and full stack engineers keep their family
    before: list[str] = []
    after: list[str] = []
    areas: list[str] = []
    headed = False
    start = 0
    for n, (kind, value) in enumerate([*items, ("break", "")]):
        if kind == "break":
            if areas and not headed:
                (after if start > at else before).append(areas[0] if start > at else areas[-1])
            areas, headed, start = [], False, n
        elif kind == "area" and value in tables.strong:
            if areas and items[n - 1][0] == "area":
                areas[-1] = value
            else:
                areas.append(value)
        elif head != "product" and (kind == "role" or (kind == "head" and value not in _LENDING_HEADS)):
            headed = True
    found = after or before
    return found[0] if found else None


def read_family(tokens: list[str], tables: Tables) -> tuple[str | None, str]:
    """The family that the words of a title name, and the rule that read it."""
    items = _items(tokens, tables)
    roles: list[Role] = []
    for at, (kind, value) in enumerate(items):
        if kind == "role":
            roles.append(Role(4 if value in tables.data else 2, value, "role"))
        elif kind == "head":
            role = _read_head(items, at, tables)
            if role is not None:
                roles.append(role)
    closed = ("head", "closed") in items  # "Trainer - Data Science Faculty": no area from afar beside one
    for least in (3, 3 if closed else 2):  # of two whole roles the first, a data role before another
        for role in roles:
            if role.tier >= least and role.family in tables.data:
                return role.family, role.rule
    for least in (1, 0):
        for role in roles:
            if role.tier >= least:
                says_more = role.rule == "closed" or ("head", "product") in items
                # most Members of Technical Staff (tier 0) are software engineers, but it is not said
                says_more |= role.family == "software-engineer" and role.tier > 0
                says_more |= any(k in ("unknown", "area", "role") for k, _ in items)
                if says_more:
                    return role.family, role.rule
                science = any(kind == "head" and value in _SCIENCES for kind, value in items)
                return role.family, "science" if science else "bare"
    alone = [value for kind, value in items if kind == "area" and value not in _NEVER_ALONE]
    meant = [area for area in alone if _cell(tables, area, "generic") in tables.data]
    if alone[:1] == ["foreign"] and tables.strong.isdisjoint(meant):
        return "other", "area"  # "Data Entry - Informatica"
    area = _pick(tables, meant or alone)
    if area is not None and (meant or area in tables.strong or area == "engineering"):
        return _cell(tables, area, "generic"), "area"
    areas = {value for kind, value in items if kind == "area"}
    if areas and areas <= _NEVER_ALONE and all(kind != "unknown" for kind, _ in items):
        return "other", "bare"  # "Data & AI"
    if areas or any(kind == "unknown" for kind, _ in items):
        return "other", "words"
    return None, "empty"


def read_seniority(tokens: list[str], tables: Tables) -> tuple[str, bool]:
    """The highest seniority that the words of a title name, and whether they name any."""
    if tables.mark_firsts.isdisjoint(tokens):
        return "unspecified", False
    best = 0
    head_before = False  # the word before is a head or a grade: a grade may follow
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in GRADES and head_before and not _counts_something(tokens, at):
            best = max(best, seniorities()[GRADES[token]].rank)
            continue
        if token in (SPLIT, "/", "&"):
            # "I/II", "1, 2, Senior", "Data Scientist - 2": a lone figure between breaks or at the end
            then = tokens[at + 2] if at + 2 < len(tokens) else SPLIT
            head_before = head_before and after in GRADES and then in (SPLIT, "/")
            continue
        head_before = token in tables.last_words or (token in _LEVEL and (head_before or after in _LEVELS))
        found = longest(tables.marks, tokens, at)
        if found is None:
            continue
        words, (_, place) = found
        mark = tables.mark_rules[int(place)]
        end = at + len(words)
        if before in mark.not_after or (end < len(tokens) and tokens[end] in mark.not_before):
            continue
        if mark.needs_role and not _role_follows(tokens, end, tables):
            continue
        if words[-2:] == ("in", "training"):
            return "intern", True  # a manager in training is none yet
        best = max(best, mark.rank)
    return (list(seniorities())[best - 1], True) if best else ("unspecified", False)


def _counts_something(tokens: list[str], at: int) -> bool:
    """Whether a lone figure is no grade: "2 years", "3+ years", "3-5 yrs"."""
    after = tokens[at + 1 : at + 3]
    if tokens[at].isdigit() and after[:1] == ["&"]:
        return True
    return bool(after) and (after[0] in _UNITS or (after[0].isdigit() and after[-1] in _UNITS))


def _role_follows(tokens: list[str], at: int, tables: Tables) -> bool:
    """Whether a head follows in the segment that is no rank ("Associate Data Scientist")."""
    for n in range(at, len(tokens)):
        if tokens[n] == SPLIT:
            return False
        found = longest(tables.words, tokens, n)
        if found is not None and found[1][0] in ("head", "role") and found[1][1] != "manager":
            return True
    return False
