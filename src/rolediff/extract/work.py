"""Where the work is done and on what terms: from a posting's title, place and text, or a feed's field.

Phrases of data/work_cues.csv are sure, weak (they count where nothing surer stands) or bare words
that count only in the company of other words: "remote sensing" is no way of working.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from rolediff.extract.batch import Hits, TextBatch, longest
from rolediff.extract.employment import (
    EMPLOYMENT_TYPES,
    NEGATED,
    OF_EVERYBODY,
    Evidence,
    decide_types,
    read_stated_employment_type,
    read_type,
    type_of_title,
)
from rolediff.extract.mentions import Mentions
from rolediff.taxonomy import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from rolediff.extract.headings import Headings

__all__ = [
    "EMPLOYMENT_TYPES",
    "WORK_MODES",
    "phrases",
    "read_stated_employment_type",
    "read_stated_work_mode",
    "read_work",
]

#: Where the work is done.
WORK_MODES = ("remote", "hybrid", "onsite")

_STRENGTHS = ("sure", "weak", "bare")


@dataclass(frozen=True, slots=True)
class _Cue:
    kind: str
    phrase: str
    value: str
    strength: str


@cache
def _cues() -> list[_Cue]:
    rows = read_table("work_cues")
    for row in rows:
        known = WORK_MODES if row["kind"] == "mode" else EMPLOYMENT_TYPES
        if row["kind"] not in ("mode", "employment") or row["value"] not in known:
            raise row.broken(f"unknown value {row['value']!r} of {row['kind']!r}; known: {', '.join(known)}")
        if row["strength"] not in _STRENGTHS:
            raise row.broken(f"unknown strength {row['strength']!r}; known: {', '.join(_STRENGTHS)}")
    return [_Cue(r["kind"], r["phrase"], r["value"], r["strength"]) for r in rows]


def phrases() -> list[str]:
    """The phrases of the table, then the words for days that tell hybrid work, then those for an office."""
    return [*(cue.phrase for cue in _cues()), *_DAYS, *_OFFICES]


# ── work mode ────────────────────────────────────────────────────────────────────────────────────

_DAYS = ("days", "day", "days/week", "tage", "jours", "times")

# Where the role is said to be at an office and nothing else stands, it is on site.
_OFFICES = ("office", "offices", "office setting", "office environment", "office space")

_REMOTE_AFTER = re.compile(
    rb"[ -](?:positions?|roles?|jobs?|opportunity|eligible|friendly|based|option|options|possible"
    rb"|anywhere|ok|okay|allowed|employees? (?:in|must)|within|with access|us\b|usa\b|uk\b|eu\b"
    rb"|europe|canada|india|latam|global|worldwide|or (?:hybrid|on-?\s?site|in[ -](?:office|person"
    rb"|the))|candidates|contract|full|flexib\w+)"
    rb"|\s?(?:[(|/\n,;\])]|-\s|\.\s|\.?\Z|\xe2\x80[\x93\x94]|\xe2\x80\xa2)"
)
# A field of the advert, or LinkedIn's tag: these settle it whatever follows.
_MODE_LABEL = re.compile(
    rb"(?:work ?place|work ?place type|work ?site|work type|work mode|work model|work arrangement"
    rb"|work location|job location|location|remote type|location type|employment type"
    rb"|work setting)\s?:{1,2}[\s*-]{0,3}\Z|#li-\Z"
)
# Indeed's question "Work remotely:" with its answers.
_ANSWER = re.compile(rb"\s?:[\s*-]{0,4}(?P<answer>no|yes|temporarily)\b")
# "Telework eligible? No"; yes says too little here, for it may be a day now and then.
_REFUSAL = re.compile(
    rb"(?: (?:positions?|eligible|eligibility|options?|available|work))?\s?[:?\n][\s*-]{0,4}(?:no|none)\b(?! [a-z])"
)
_BAR_AFTER = re.compile(rb"\s?\|")
# A phrase that speaks of a possibility, a skill or a benefit is no way of working.
_MAYBE_BEFORE = re.compile(
    rb"(?:opportunit|option|possib|flexib|abilit|\bable\b|occasion|\bmay\b|\bsome\b|benefit|while"
    rb"|\bwhen\b|comfort|potential|m\xc3\xb6glich|experience|eligible to|days/year|days (?:a|per) year)[^.\n]{0,30}\Z"
)
_MAYBE_AFTER = re.compile(
    rb"[^.\n]{0,12}(?:opportunit|option|possib|flexib|occasion|benefit|stipend|reimburs|allowance"
    rb"|\bdays?\b|monday|friday|when|equipment|setup|program|polic|expenses)"
)
_RULED_OUT = re.compile(
    rb" (?:[a-z-]+ ){0,4}(?:not (?:be )?(?:an option|available|considered|possible|permitted"
    rb"|allowed|offered|eligible|accepted)|no option)"
)
_REMOTE_BEFORE = re.compile(
    rb"(?:location|locations|work ?place|workplace type|work ?site|site|work type|work mode"
    rb"|work model|work arrangement|job type|type|schedule|work)\s?[:(-]{1,3}\s?\Z"
    rb"|(?:fully|100%|completely|entirely|primarily|mostly|permanent(?:ly)?|\bis|\bbe|\bis a|be a"
    rb"|open to|either|both|offices?\)? or|office/|onsite or|on-site or|in[ -]person or"
    rb"|in[ -]office or|hybrid or|or hybrid/|us|usa|uk|eu)\s?\Z"
    rb"|[|(/\[\n#]\s?\Z|\s(?:-|\xe2\x80\x93)\s\Z"
)
_MARKS = (b"/", b"|", b"(", b"-", b",")
# In raw text: the end of a word or a semicolon before, a dash, bracket or a new sentence behind.
_ENTRY_BEFORE = re.compile(rb"[a-z0-9)]\s\Z|;\s?\Z")
_ENTRY_AFTER = re.compile(rb"\s(?:-|\xe2\x80[\x93\x94])\s(?:[A-Z(x0-9])|\s\([A-Zx0-9]")
# Words after which, or before which, the bare word says nothing of the role.
_NO_REMOTE_AFTER = re.compile(
    rb"[ -](?:sensing|sensor|sensed|controls?|controlled|teams?|team members|monitoring|access"
    rb"|support|servers?|sites?|locations|offices|desktop|diagnos|groups|video|patient|management"
    rb"|learning|troubleshoot|procedure|connect|workforce|workers|areas?|communit|colleagues|user"
    rb"|users|operations|machine|systems?|devices?|data|repositor|debug|environments?|meeting"
    rb"|collaboration|employees\b|staff|deployment|assistance|interview|stakeholder|customers?"
    rb"|clients?|hands|visual|health|care\b|network|vehicle|server|host|sales|possibility|worksite"
    rb"|viewing|opportunities available|work stipend|setup|office stipend|onboarding)"
)
_REMOTELY_BEFORE = re.compile(
    rb"(?:work|working|works|based|performed|done|operates?|operating|hired?|located|sit|either|or"
    rb"|fully|100%|position|role|completely|mostly|tutor|teach)\W{1,2}(?:[a-z-]+ ){0,2}\Z"
)
_HYBRID_AFTER = re.compile(
    rb"[ -](?:schedule|week\b|from|is (?:our|the|a)\b|at (?:our|the)|in (?:our|the|office|[A-Za-z]+,"
    rb"|[a-z]+(?: [a-z]+){0,2}\n)|position|role|with|team"
    rb"|opportunity|mode\b|model (?:where|with|of|which|that|in|-)|option|flexib|days|\d"
    rb"|environment (?:with|where|that)|out of|based)"
    rb"|\s?(?:[(|/\n,;\])]|-\s|\.\s|\.?\Z|\xe2\x80[\x93\x94]|\xe2\x80\xa2|:\s?\d)"
)
_HYBRID_BEFORE = re.compile(
    rb"(?:location|locations|work ?place|workplace type|site|work type|work mode|work model"
    rb"|work arrangement|job type|type|schedule|work|model|environment|working)\s?[:(-]{1,3}\s?\Z|["
    rb"|(/\[\n#]\s?\Z"
    rb"|(?:flexible|\bis|\bis a|\bare|\bare a|\bbe|our|remote or|remote,|\ba|as a|in a|on a|either"
    rb"|onsite/|on-site or|remote/|or)\s?\Z"
)
_NO_HYBRID_AFTER = re.compile(
    rb"[ -](?:clouds?|multi|environments?[ ,.]|infrastructure|technolog|architect|cnn|solutions?"
    rb"|apps?\b|applications?|mobile|vehicles?|electric|deploy|approach|data|it\b|powertrain|search"
    rb"|systems?|networks?|quantum|on-prem|models\b|generative|rag|and multi|method|algorithm"
    rb"|simulation|integration|intelligence|computing|storage|retriev|recommend|platform|warehouse"
    rb"|annuit|instrument|manag|agile|project)"
    rb"|,? (?:and|or|&) (?:multi|cloud|electric|public|private)|/multi"
)
_ONSITE_AFTER = re.compile(
    rb"[ -](?:positions?|roles?|jobs?|at (?:our|the)|in (?:our|the|(?:[a-z]+ ){0,2}[a-z]+,)|out of\b|at their\b"
    rb"|presence|work\b|5 days"
    rb"|five days|full|monday|required|daily|every day|employee|only|from day)"
    rb"|\s?(?:[(|/\n,;\])]|-\s|\.\s|\.?\Z|\xe2\x80[\x93\x94]|\xe2\x80\xa2)"
)
_ONSITE_BEFORE = re.compile(
    rb"(?:location|locations|work ?place|workplace type|site|work type|work mode|work model"
    rb"|work arrangement|job type|type|schedule)\s?[:(-]{1,3}\s?\Z|[|(\[\n#,.?!]\s?\Z|\s(?:-"
    rb"|\xe2\x80\x93)\s\Z"
    rb"|(?:fully|100%|strictly|\bis|\bis an?|\bbe|\bperformed|work|works|working|required|position"
    rb"|role|must work|report|team|located|primarily|full[- ]time,?)\s(?:entirely |primarily "
    rb"|fully |conducted )?\Z"
)
# Before "on-site" these settle it, whatever follows.
_PERFORMED_ONSITE = re.compile(
    rb"(?:performed|conducted|fully|100%|based|(?:required|expected"
    rb"|asked) to (?:be|work)|must (?:be|work)|will (?:be|work)|position is|role is"
    rb"|job is)\s(?:entirely |primarily |fully |conducted )?\Z"
)
_NO_ONSITE_AFTER = re.compile(
    rb"[ -](?:gym|visit|interview|mass|park|caf|fitness|clinic|health|child|daycare|support|train"
    rb"|client|customer|lunch|meal|chef|doctor|event|ameni|shower|off ?shore|coord|assess|meeting"
    rb"|class|session|present|service|food|snack|medical|wellness|yoga|dry|barista|pharm|bike|perk"
    rb"|kitchen|catered|installation|inspect|audits?|networking|social|workshops?|experience"
    rb"|conversation|customers|account|commun|stakehold|consult|technical|staff|learning|delivery"
    rb"|happy|and off|or virtual|or online|online|retreat|gathering|partner|interaction)"
    rb"|/off| ?& ?off| of |,? (?:and|or) (?:off|virtual|online|via|remote|by phone|over)"
)
# "In the office on Tuesdays and Thursdays" counts days as well.
_WEEKDAYS = re.compile(
    rb",? (?:on |every |each |\()?(?:(?P<all>mon(?:day)?s? ?(?:-|to|through|thru|\xe2\x80[\x93\x94]) ?fri)"
    rb"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri)(?:day)?s?\b(?P<more>(?:,| and| or| &| ?/)? ?(?:mon|tue|wed|thu|fri))?)"
)
# "Roles that are based in an office are onsite Tuesday and Thursday": whether this one is, its place says.
_SOME_ROLES = re.compile(rb"(?:\broles that|\bthose|\bif you|employees who)[^.\n]{0,36}\Z")
# A day or two at home is hybrid.
_NOW_AND_THEN = re.compile(
    rb"[^.\n]{0,14}(?:on an occasional basis|occasionally|from time to time|(?:one|two|1|2|1-2) days?\b|some days)"
)
_SELDOM = re.compile(
    rb"\b(?:occasional(?:ly)?|partial(?:ly)?|part[- ]time|sometimes)\s(?:work )?\Z|\boffices? and (?:at )?\Z"
)
# "Experience in remote-first companies" is asked of the holder.
_LIVED_THROUGH = re.compile(
    rb"(?:experience (?:in|with|at|of|working in)|background in|familiar\w* with|worked in|success in)"
    rb"(?: an?| the)?\W?\Z"
)
_UNLESS = re.compile(
    rb"unless[^.\n]{0,50}\Z|except[^.\n]{0,50}\Z|listed(?<!\wlisted) as (?:remote or |hybrid or )?\Z"
)
_FOR_A_WHILE = re.compile(
    rb"[^.\n]{0,50}(?:pandemic|covid|temporar|until (?:our|the|we|offices?)"
    rb"|interviews?\b)|\W{0,4}temporar"
)

_COUNTS = {b"one": 1, b"two": 2, b"three": 3, b"four": 4, b"five": 5}
_DAY_COUNT = re.compile(
    rb"(?P<n>\b[1-5]|one|two|three|four|five)(?:\s?\([1-5]\))?(?:\s?(?:-"
    rb"|\xe2\x80\x93|to|or)\s?(?P<m>[2-5]|two|three|four|five))?\+?\s?(?:full |work(?:ing)? "
    rb"|office |in-office |onsite |on-site |remote )?\Z"
)
_EVERY = re.compile(rb" (?:per|a|each|every) (?:week|month|quarter)")
_OFFICE = re.compile(rb"office|on[- ]?site|in[- ]person|\bcampus\b|b\xc3\xbcro|bureau|site\b")
_HOME = re.compile(rb"remote|home|telework|telecommut|t\xc3\xa9l\xc3\xa9travail|wfh|homeoffice")


def read_work(
    batch: TextBatch,
    hits: Hits,
    titles: pa.Array | None = None,
    places: pa.Array | None = None,
    sections: Headings | None = None,
) -> tuple[pa.Array, pa.Array, Mentions, Mentions]:
    """Work mode and employment type of each row.

    Args:
        batch: n texts.
        hits: hits of `phrases`.
        titles: n titles; a mode or type that a title states wins over the text.
        places: n places of work as stated.
        sections: the parts of the texts; weak phrases about benefits or the law do not count.

    Returns:
        n work modes (a value of `WORK_MODES` or null), n employment types (`EMPLOYMENT_TYPES` or
        null), and the mentions of each that stand in the texts.
    """
    cues = _cues()
    n_cues = len(cues)
    days = hits.where((hits.index >= n_cues) & (hits.index < n_cues + len(_DAYS)))
    offices = longest(hits.where(hits.index >= n_cues + len(_DAYS)))
    hits = longest(hits.where(hits.index < n_cues))
    section = sections.at(hits.start).tolist() if sections is not None and len(hits) else [0] * len(hits)
    rows = batch.row_of(hits.start).tolist()
    modes: list[Evidence] = []
    types: list[Evidence] = []
    for index, start, end, row, part in zip(
        hits.index.tolist(), hits.start.tolist(), hits.end.tolist(), rows, section, strict=True
    ):
        cue = cues[index]
        if cue.kind == "mode":
            found = _mode(batch, cue, row, start, end, part)
            modes += [found] if found else []
        else:
            found = read_type(batch, cue.value, cue.strength, row, start, end, part)
            types += [found] if found else []
    modes += _hybrid_days(batch, days)
    modes += _at_office(batch, offices, sections)
    mode, weak = _decide_modes(len(batch), modes)
    kind = decide_types(len(batch), types)
    _overrule(mode, titles, _mode_of_title)
    _overrule(mode, places, read_stated_work_mode, only=_REMOTE_PLACES, always=weak)
    _overrule(kind, titles, type_of_title)
    return (
        pa.array(mode, pa.string()),
        pa.array(kind, pa.string()),
        _as_mentions("work_mode", modes),
        _as_mentions("employment_type", types),
    )


def _mode(batch: TextBatch, cue: _Cue, row: int, start: int, end: int, section: int) -> Evidence | None:
    low = batch.low
    begin, stop = int(batch.starts[row]), int(batch.starts[row + 1])
    before = low[max(begin, start - 40) : start] if start - begin > 1 else b"\n"
    after = low[end : min(end + 40, stop)]
    if cue.value == "remote" and (answer := _ANSWER.match(low, end, min(end + 24, stop))):
        return Evidence(row, start, end, "remote" if answer["answer"] == b"yes" else "onsite", 3, "answer")
    if cue.value == "remote" and _REFUSAL.match(low, end, min(end + 30, stop)):
        return Evidence(row, start, end, "onsite", 3, "answer")
    if cue.value != "hybrid" and (days := _WEEKDAYS.match(low, end, min(end + 60, stop))):
        value = cue.value if days["all"] else "hybrid"
        if days["all"] or days["more"] or cue.value == "remote":
            return Evidence(row, start, end, value, 1 if _SOME_ROLES.search(before) else 4, "weekdays")
    if _LIVED_THROUGH.search(before):
        return None
    if cue.strength == "weak" and (_NOW_AND_THEN.match(after) or _SELDOM.search(before)):
        return Evidence(row, start, end, "hybrid", 2, "occasional")
    if _UNLESS.search(before) or _FOR_A_WHILE.match(low, end, min(end + 60, stop)):
        return None
    negated = NEGATED.search(before) is not None or _RULED_OUT.match(low, end, end + 60) is not None
    if negated:
        # "not remote" is on site; "not on-site" and "not hybrid" tell nothing.
        return Evidence(row, start, end, "onsite", 3, "negated") if cue.value == "remote" else None
    if low[start:end] == b"on site" and before.endswith((b"based ", b", ")):
        return None  # "based on site traffic", "hazards, on site"
    is_labelled = (b":" in before[-6:] or before.endswith(b"#li-")) and _MODE_LABEL.search(before) is not None
    if cue.strength == "bare" and not (is_labelled and cue.phrase != "remotely"):
        shown = batch.data[start : start + 1].isupper() and _stands_out(batch.data, start, end)
        if not _in_company(cue, before, after, shown=shown):
            return None
    weight = {"sure": 3, "bare": 2, "weak": 3 if is_labelled else 1}[cue.strength]
    if weight == 1 and (section in OF_EVERYBODY or _MAYBE_BEFORE.search(before) or _MAYBE_AFTER.match(after)):
        return None
    return Evidence(row, start, end, cue.value, weight, cue.strength)


def _stands_out(data: bytes, start: int, end: int) -> bool:
    """Whether a word in capitals in mid-sentence is written like an entry: "Salary 90k Hybrid - Leeds"."""
    if data[start:end].isupper():  # "LONDON/HYBRID UP TO 55,000"
        return data[max(start - 1, 0) : start] in _MARKS
    return _ENTRY_BEFORE.search(data, max(start - 3, 0), start) is not None and (
        _ENTRY_AFTER.match(data, end, end + 6) is not None
    )


def _in_company(cue: _Cue, before: bytes, after: bytes, *, shown: bool) -> bool:
    if cue.phrase == "remotely":
        return _REMOTELY_BEFORE.search(before) is not None
    if _BAR_AFTER.match(after):
        return True
    no_after, yes_after, yes_before = {
        "remote": (_NO_REMOTE_AFTER, _REMOTE_AFTER, _REMOTE_BEFORE),
        "hybrid": (_NO_HYBRID_AFTER, _HYBRID_AFTER, _HYBRID_BEFORE),
        "onsite": (_NO_ONSITE_AFTER, _ONSITE_AFTER, _ONSITE_BEFORE),
    }[cue.value]
    if no_after.match(after):
        return False
    if shown or (cue.value == "onsite" and _PERFORMED_ONSITE.search(before)):
        return True
    return yes_after.match(after) is not None and yes_before.search(before) is not None


def _hybrid_days(batch: TextBatch, days: Hits) -> list[Evidence]:
    """Evidence like "3 days a week in the office" and the like."""
    low = batch.low
    found = []
    for start, end, row in zip(
        days.start.tolist(), days.end.tolist(), batch.row_of(days.start).tolist(), strict=True
    ):
        m = _DAY_COUNT.search(low, max(int(batch.starts[row]), start - 24), start)
        if m is None:
            continue
        line_end = low.find(b"\n", end)
        around = low[end : min(end + 60, line_end)]
        stop = around.find(b". ")
        around = around[:stop] if stop >= 0 else around
        before = low[max(int(batch.starts[row]), m.start() - 40) : m.start()]
        before = before[before.rfind(b". ") + 1 :]
        if low[start:end] == b"times" and _EVERY.match(around) is None:
            continue
        office = _OFFICE.search(around) or _OFFICE.search(before)
        home = _HOME.search(around) or _HOME.search(before)
        if not office and not home and b"hybrid" not in before:
            continue
        most = m["m"] or m["n"]
        count = _COUNTS.get(most) or int(most)
        value = ("onsite" if office else "remote") if count == 5 and not (office and home) else "hybrid"
        found.append(Evidence(row, m.start(), end, value, 4, "days"))
    return found


# What says of the role, not of the firm, that it is done there: the words before "office", and none behind.
_AT_OFFICE = re.compile(
    rb"(?:(?:position|role|job|opportunity|internship|duties|work|candidate|you(?:'ll)?|this individual)\b"
    rb"[^.\n;:]{0,40}\b(?:is|are|be|works?|working|located|based|sit|performed|operates?|functions?)\b[^.\n;:]{0,25}"
    rb"\b(?:in|at|from|out of|within)"
    rb"|(?:position|role|job|opportunity|internship|needed|employment)\s(?:in|at|with|for)|\bbased (?:in|at|out of)"
    rb"|\bworking (?:in|from|out from|out of)|\bwork (?:from|in|out of)|join (?:our|the|us)\b[^.\n;:]{0,40}\b(?:in|at))"
    rb"\s(?:an?|our|the|one of our|its|their)\b[^.\n;:|]{0,40}\Z"
)
# One of these stands in all that the pattern finds.
_AT_WORDS = (
    *(b"based", b"work", b"join", b"role", b"position", b"job", b"located", b"needed", b"duties"),
    *(b"internship", b"opportunity", b"employment", b"candidate", b"you", b"individual"),
)
_PERHAPS = re.compile(rb"\b(?:may|if|whether|prefer|can work|wherever|when|occasional(?:ly)?)\b")
_OFFICE_NO_AFTER = re.compile(
    rb"[ -](?:of\b|manager|admin|suite|tool|product|applic|softw|365|assist|support|equip|location|depart|hours"
    rb"|and remote|staff|program|team|coord|is|has|are|have|machine|suppl|proced|politic|culture|when|if"
    rb"|as needed|occasion|visits?)"
    rb"|/"
)
_OFFICE_NO_BEFORE = re.compile(
    rb"(?:microsoft|ms|home|back|front|middle|box|post|patent|head|project management|open) ?-?\Z"
)


def _at_office(batch: TextBatch, offices: Hits, sections: Headings | None) -> list[Evidence]:
    """Statements like "the position is based in our Leeds office"; they count where nothing else stands."""
    if not len(offices):
        return []
    low = batch.low
    parts = sections.at(offices.start).tolist() if sections is not None else [0] * len(offices)
    found = []
    columns = (offices.start, offices.end, batch.row_of(offices.start))
    for (start, end, row), part in zip(zip(*(c.tolist() for c in columns), strict=True), parts, strict=True):
        # "The Chief Data Office" is a part of a firm.
        if (
            part in OF_EVERYBODY
            or batch.data[start : start + 1] == b"O"
            or _OFFICE_NO_AFTER.match(low, end, end + 14)
        ):
            continue
        begin, stop = max(int(batch.starts[row]), start - 130), int(batch.starts[row + 1])
        if _OFFICE_NO_BEFORE.search(low, max(begin, start - 20), start):
            continue
        before = low[begin:start]
        if (
            any(word in before for word in _AT_WORDS)
            and _AT_OFFICE.search(before)
            and not _PERHAPS.search(before)
            and not NEGATED.search(before)
            and not _HOME.search(low, max(begin, start - 70), min(end + 40, stop))
        ):
            found.append(Evidence(row, start, end, "onsite", 1, "office"))
    return found


def _decide_modes(count: int, evidence: list[Evidence]) -> tuple[list[str | None], set[int]]:
    """The mode of each row: what a count of days says, then hybrid, remote, on site.

    Remote beside on site is remote ("office or remote"); a weak phrase counts alone only. The rows that
    rest on weak phrases come as well: there a place knows better.
    """
    weights: dict[int, dict[str, int]] = {}
    for e in evidence:
        of_row = weights.setdefault(e.row, {})
        of_row[e.value] = max(of_row.get(e.value, 0), e.weight)
    modes: list[str | None] = [None] * count
    weak = set()
    for row, found in weights.items():
        top = max(found.values())
        if top == 4:
            # Days in an office and days at home: hybrid, whatever else stands.
            modes[row] = next(m for m in ("hybrid", "onsite", "remote") if found.get(m) == 4)
        elif top == 1:
            modes[row] = next(m for m in ("remote", "hybrid", "onsite") if m in found)
            weak.add(row)
        else:
            firm = {m for m, weight in found.items() if weight > 1}
            modes[row] = next(m for m in ("hybrid", "remote", "onsite") if m in firm)
    return modes, weak


_TITLE_MODE = re.compile(
    r"(?:^|[(\[|,/\s–—-])(?:(?P<remote>(?:100% |fully )?remote(?!\s+(?:presence|sens|control|monitor|support"
    r"|access|oper|patient|pilot))|work from home|wfh|telecommute)|(?P<hybrid>hybrid(?! cloud"
    r"| vehicle| app| mobile| electric|-cloud| powertrain| infra))|(?P<onsite>on-?site|in-?office"
    r"|in-person))(?=$|[)\]|,./\s–—:*-])"
)


_TITLE_WORD = re.compile(r"remote|hybrid|site|office|person|home|wfh|telecommut|virtual|telework")
# An entry by itself ("Teacher - Virtual"); "Virtual Assistant" and "Virtual Reality" are trades.
_VIRTUAL = re.compile(r"(?:^|[(\[,/;|–—-] ?)(?:virtual|telework|home[- ]based)(?:$| ?[)\],/;|–—-]| with )")


def _mode_of_title(title: str | None) -> str | None:
    low = title.lower() if title else ""
    if not _TITLE_WORD.search(low):
        return None
    found = {m.lastgroup for m in _TITLE_MODE.finditer(low)}
    mode = next((m for m in ("hybrid", "remote", "onsite") if m in found), None)
    return "remote" if mode is None and _VIRTUAL.search(low) else mode


def _overrule(
    values: list[str | None],
    stated: pa.Array | None,
    read: Callable[[str | None], str | None],
    only: tuple[str | None, ...] | None = None,
    always: Container[int] = (),
) -> None:
    """Put what titles or places say in place of what the texts say."""
    if stated is None:
        return
    known: dict[str | None, str | None] = {}
    for row, value in enumerate(stated.to_pylist()):
        if value not in known:
            known[value] = read(value)
        if known[value] is not None and (only is None or values[row] in only or row in always):
            values[row] = known[value]


# A place that says "Remote" counts unless the text tells of days in an office.
_REMOTE_PLACES = (None, "onsite", "remote")


def read_stated_work_mode(value: str | None) -> str | None:
    """The work mode that a feed's field or a place states: "Remote, US", "Hybrid", "On-site"; else None."""
    return _mode_of_title(value)


def _as_mentions(kind: str, evidence: list[Evidence]) -> Mentions:
    evidence = sorted(evidence, key=lambda e: e.start)
    return Mentions(
        kind,
        np.array([e.start for e in evidence], np.int64),
        np.array([e.end for e in evidence], np.int64),
        pa.array([e.value for e in evidence], pa.string()),
        pa.array([e.rule for e in evidence], pa.string()),
    )
