"""Scores the extraction against labels made by hand: `rolediff eval`.

How things count:

- Skills are distinct surface strings of a posting, in lower case with white space folded. Two strings
  match where they are equal or one holds the other as whole words ("SQL" and "SQL Server", but not "C"
  and "C++"). A found string is right if it matches any labelled string that counts, ignored if it
  matches only labels of kind V (wording that no taxonomy holds), else wrong. A labelled string is found
  if any found string matches it; kind V never counts. So one string may meet several on the other
  side; precision counts found strings and recall labelled ones.
- Need is scored on labelled skills that were found: the strongest need of all matching found strings
  against the label.
- A label of null says that the posting does not state the field: only null is right. A label that lacks
  the field altogether says nothing, and the posting is left out of that measure. Whether experience
  may stand in for a degree is yes or not yes, so there null is read as false.
- Pay is right where minimum, maximum, currency and period all are. `industry.accuracy` is over postings
  labelled with an industry, `industry.precision` over those for which one was read.

Intervals are percentiles of a bootstrap over postings (Efron 1979), because strings of one posting are
right or wrong together. A measure without an error has an interval without width: it then says only
that these labels hold no counterexample.
"""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rolediff.errors import FeedError, LabelsError
from rolediff.extract.lines import extract_records
from rolediff.feeds import find_sources, open_feed
from rolediff.titles import families, read_titles, seniorities

Floats = npt.NDArray[np.float64]
Counts = dict[str, tuple[int, int]]  # measure -> (right, of how many) in one posting

RESAMPLES = 1_000
LEVEL = 0.95
SEED = 20_240_229  # any number; fixed, so that the same labels give the same intervals
#: Fewer postings, or fewer counted strings, say next to nothing about a source or a family.
MIN_GROUP = 10
PAIRS = 10
FREQUENT = 30
_BATCH_ROWS = 1_000
_BLOCK = 4_000_000  # weights of resamples held at once, so that memory does not grow with the labels
_WEAKEST = 8
_NAMED = 10  # of what was not scored, in the text; JSON has all

_NEED = {"mentioned": 1, "preferred": 2, "required": 3}
_KINDS = ("T", "M", "V")
_PAY = ("min", "max", "currency", "period")

#: Every measure, in the order shown; F1 is the harmonic mean of the two before it.
MEASURES = (
    *("skills.precision", "skills.recall", "skills.f1"),
    *("skills.recall_tools", "skills.recall_methods", "skills.need"),
    *("family.accuracy", "seniority.accuracy"),
    *("pay.precision", "pay.recall"),
    *("degree.min", "degree.preferred", "degree.or_experience", "years.min", "years.max"),
    "work_mode.accuracy",
    *("responsibilities.precision", "responsibilities.recall", "responsibilities.f1"),
    *("industry.accuracy", "industry.precision", "language.accuracy"),
)
_RATIOS = tuple(m for m in MEASURES if not m.endswith(".f1"))


# ── labels ───────────────────────────────────────────────────────────────────────────────────────


def read_labels(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """The rows of a labels file, checked.

    Returns:
        "postings" for JSON lines or "titles" for tab-separated titles, and the rows; those of titles
        have family, seniority and title.

    Raises:
        LabelsError: the file cannot be read or has another form.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise LabelsError(f"{path} cannot be read as UTF-8 text ({error}). Name a labels file.") from None
    numbered = [(n, line.rstrip("\r")) for n, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise LabelsError(f"{path} holds no labels. {_FORMS}")
    if numbered[0][1].lstrip().startswith("{"):
        return "postings", _read_posting_labels(path, numbered)
    return "titles", [_read_title_label(path, n, line) for n, line in numbered]


_FORMS = (
    "Labels are JSON lines, one posting each (id, and any of family, seniority, skills, salary, degree, "
    "years, work_mode, responsibilities, industry, language), or lines of number, family, seniority and "
    "title with tabs between and no header."
)


def _read_posting_labels(path: Path, numbered: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for n, line in numbered:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise LabelsError(f"{path}, line {n}: no JSON ({error}). {_FORMS}") from None
        fault = _find_fault(row)
        if fault is None and str(row["id"]) in rows:
            fault = f"the id {row['id']} is there twice"
        if fault is not None:
            raise LabelsError(f"{path}, line {n}: {fault}. {_FORMS}")
        row["id"] = str(row["id"])
        rows[row["id"]] = row
    return list(rows.values())


def _find_fault(row: Any) -> str | None:
    """What keeps a row of JSON from being the labels of a posting."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), (str, int)):
        return "no id"
    if (unknown := _find_unknown(row)) is not None:
        return unknown
    for name in ("salary", "degree", "years"):
        if not isinstance(row.get(name) or {}, dict):
            return f"{name} is neither an object nor null"
    skills, codes = row.get("skills") or [], row.get("responsibilities") or []
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        return "responsibilities is no list of codes"
    if not isinstance(skills, list):
        return "skills is no list"
    for skill in skills:
        if not isinstance(skill, dict) or not isinstance(skill.get("text"), str) or not skill["text"].strip():
            return "a skill without a text"
        if skill.get("kind") not in (*_KINDS, None) or skill.get("need") not in (*_NEED, None):
            return f"skill {skill['text']!r}: kind is one of {', '.join(_KINDS)}, need of {', '.join(_NEED)}"
    return None


def _read_title_label(path: Path, n: int, line: str) -> dict[str, Any]:
    cells = line.split("\t", 3)
    if len(cells) < 4:
        raise LabelsError(f"{path}, line {n}: {len(cells)} columns where four belong. {_FORMS}")
    row = {"family": cells[1].strip() or None, "seniority": cells[2].strip() or None, "title": cells[3]}
    if (unknown := _find_unknown(row)) is not None:
        raise LabelsError(f"{path}, line {n}: {unknown}. {_FORMS}")
    return row


def _find_unknown(row: Mapping[str, Any]) -> str | None:
    for name, known in (("family", families()), ("seniority", seniorities())):
        if row.get(name) is not None and row[name] not in known:
            return f"{row[name]!r} is no {name}; there are {', '.join(known)}"
    return None


# ── one posting ──────────────────────────────────────────────────────────────────────────────────


class Tally:
    """Counts of right and wrong, posting by posting; texts are not kept."""

    def __init__(self) -> None:
        self.counts: list[list[tuple[int, int]]] = []
        self.groups: dict[str, list[str | None]] = {"source": [], "family": []}
        self.confusions: dict[str, Counter[tuple[str | None, str | None]]] = defaultdict(Counter)
        self.frequent: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, label: Mapping[str, Any], read: Mapping[str, Any], source: str | None = None) -> None:
        """Scores one posting.

        Args:
            label: a row of `read_labels`.
            read: what was extracted, in the form of `extract_records`; of a title alone, its family
                and seniority.
            source: name of the file that the posting came from.
        """
        counts: Counts = {}
        for field in ("family", "seniority", "work_mode", "language"):
            if field in label:
                counts[f"{field}.accuracy"] = (int(read[field] == label[field]), 1)
        if "industry" in label:
            right = int(read["industry"] is not None and read["industry"] == label["industry"])
            counts["industry.accuracy"] = (right, int(label["industry"] is not None))
            counts["industry.precision"] = (right, int(read["industry"] is not None))
        for field in ("family", "seniority", "work_mode", "industry"):
            if field in label and label[field] != read[field]:
                self.confusions[field][label[field], read[field]] += 1
        for field, parts in (("degree", ("min", "preferred", "or_experience")), ("years", ("min", "max"))):
            stated = label.get(field) or {}
            for part in parts:
                if part in stated:
                    said, found = stated[part], read[field][part]
                    same = bool(said) == bool(found) if part == "or_experience" else said == found
                    counts[f"{field}.{part}"] = (int(same), 1)
        if "salary" in label:
            right = int(_same_pay(label["salary"], read["pay"]))
            counts["pay.precision"] = (right, int(read["pay"] is not None))
            counts["pay.recall"] = (right, int(label["salary"] is not None))
        if label.get("responsibilities") is not None:
            counts |= self._score_codes(set(label["responsibilities"]), read["responsibilities"])
        if label.get("skills") is not None:
            counts |= self._score_skills(label["skills"], read["skills"])
        self.counts.append([counts.get(m, (0, 0)) for m in _RATIOS])
        self.groups["source"].append(source)
        self.groups["family"].append(label.get("family"))

    def _score_codes(self, labelled: set[str], read: Iterable[Mapping[str, Any]]) -> Counts:
        found = {duty["code"] for duty in read}
        self.frequent["responsibilities_wrong"].update(found - labelled)
        self.frequent["responsibilities_missed"].update(labelled - found)
        right = len(found & labelled)
        return {
            "responsibilities.precision": (right, len(found)),
            "responsibilities.recall": (right, len(labelled)),
        }

    def _score_skills(self, stated: Iterable[Mapping[str, Any]], read: Iterable[Mapping[str, Any]]) -> Counts:
        labelled: dict[str, str | None] = {}
        for skill in stated:  # one string under two kinds counts: V only where nothing else is said
            text = fold(skill["text"])
            if labelled.get(text, "V") == "V":
                labelled[text] = skill.get("kind")
        asked = strongest_needs(stated)
        found = strongest_needs(read)
        matches = {text: [s for s in labelled if surfaces_match(s, text)] for text in found}
        right = {text for text, near in matches.items() if any(labelled[s] != "V" for s in near)}
        wrong = {text for text, near in matches.items() if not near}
        needs: dict[str, int] = {}
        for text in right:
            for surface in matches[text]:
                needs[surface] = max(needs.get(surface, 0), found[text])
        counted = [s for s, kind in labelled.items() if kind != "V"]
        self.frequent["skills_wrong"].update(wrong)
        self.frequent["skills_missed"].update(s for s in counted if s not in needs)
        scored = [s for s in counted if s in needs and asked[s]]

        def recall(surfaces: Sequence[str]) -> tuple[int, int]:
            return sum(s in needs for s in surfaces), len(surfaces)

        return {
            "skills.precision": (len(right), len(right) + len(wrong)),
            "skills.recall": recall(counted),
            "skills.recall_tools": recall([s for s in counted if labelled[s] == "T"]),
            "skills.recall_methods": recall([s for s in counted if labelled[s] == "M"]),
            "skills.need": (sum(needs[s] == asked[s] for s in scored), len(scored)),
        }


def strongest_needs(skills: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The strongest need of each folded string of some skills; 0 where none is told."""
    needs: dict[str, int] = {}
    for skill in skills:
        text = fold(skill["text"])
        needs[text] = max(needs.get(text, 0), _NEED.get(skill.get("need") or "", 0))
    return needs


def fold(text: str) -> str:
    """A surface string as it is compared: lower case, one blank for any white space."""
    return " ".join(text.lower().split())


def surfaces_match(a: str, b: str) -> bool:
    """Whether two folded strings are equal or the longer holds the other as whole words."""
    short, long = sorted((a, b), key=len)
    at = long.find(short)
    while at >= 0:
        before, after = long[at - 1 : at] if at else "", long[at + len(short) : at + len(short) + 1]
        # "+" and "#" belong to the word before them: C is neither C++ nor C#.
        if not _in_word(before) and not _in_word(after) and after not in ("+", "#"):
            return True
        at = long.find(short, at + 1)
    return False


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _same_pay(label: Mapping[str, Any] | None, read: Mapping[str, Any] | None) -> bool:
    if label is None or read is None:
        return False
    return all(label.get(part) == read.get(part) for part in _PAY)


# ── all postings ─────────────────────────────────────────────────────────────────────────────────


def measure(counts: Floats) -> dict[str, dict[str, float | int | None]]:
    """Value, interval and n of every measure that the labels say anything about.

    Args:
        counts: (postings, ratios, 2): right, and of how many.

    Returns:
        By measure: value, low and high (null where undefined), n: what the value is a share of; for F1
        the labelled items.
    """
    postings = len(counts)
    totals = _values(counts.sum(axis=0)[None])
    weights_at_once = max(1, _BLOCK // postings)
    random = np.random.default_rng(SEED)
    resampled: list[dict[str, Floats]] = []
    for start in range(0, RESAMPLES, weights_at_once):
        size = min(weights_at_once, RESAMPLES - start)
        weights = random.multinomial(postings, np.full(postings, 1 / postings), size=size).astype(float)
        resampled.append(_values((weights @ counts.reshape(postings, -1)).reshape(size, *counts.shape[1:])))
    of = dict(zip(_RATIOS, counts[:, :, 1].sum(axis=0).astype(int).tolist(), strict=True))
    found: dict[str, dict[str, float | int | None]] = {}
    for name in MEASURES:
        n = of[name.replace(".f1", ".recall")]
        value = totals[name][0]
        if np.isnan(value):
            continue
        draws = np.concatenate([block[name] for block in resampled])
        low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        found[name] = {
            "value": round(float(value), 4),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
            "n": n,
        }
    return found


def _values(sums: Floats) -> dict[str, Floats]:
    """The measures of each row of sums (rows, ratios, 2); NaN where nothing was counted."""
    right, of = sums[..., 0], sums[..., 1]
    ratios = np.divide(right, of, out=np.full(right.shape, np.nan), where=of > 0)
    values = {name: ratios[:, i] for i, name in enumerate(_RATIOS)}
    for field in ("skills", "responsibilities"):
        precision, recall = values[f"{field}.precision"], values[f"{field}.recall"]
        p, r = np.nan_to_num(precision), np.nan_to_num(recall)
        f1 = np.divide(2 * p * r, p + r, out=np.zeros_like(p), where=p + r > 0)
        values[f"{field}.f1"] = np.where(np.isnan(precision) & np.isnan(recall), np.nan, f1)
    return values


def summarise(tally: Tally) -> dict[str, Any]:
    """All scores of a tally, as JSON can hold them: measures, by, confusions and frequent."""
    counts = np.array(tally.counts, float)
    breakdowns: dict[str, dict[str, Any]] = {}
    for axis, members in tally.groups.items():
        sizes = Counter(m for m in members if m is not None)
        groups = {}
        for name in sorted(n for n, size in sizes.items() if size >= MIN_GROUP):
            own = measure(counts[[m == name for m in members]])
            kept = {m: score for m, score in own.items() if (score["n"] or 0) >= MIN_GROUP}
            groups[name] = {"postings": sizes[name], "measures": kept}
        breakdowns[axis] = groups

    def ranked(counter: Counter[Any], most: int) -> list[tuple[Any, int]]:
        return sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))[:most]

    return {
        "scored": len(tally.counts),
        "interval": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
        "measures": measure(counts),
        "by": breakdowns,
        "confusions": {
            field: [{"label": a, "read": b, "count": count} for (a, b), count in ranked(pairs, PAIRS)]
            for field, pairs in tally.confusions.items()
        },
        "frequent": {
            what: [{"text": text, "count": count} for text, count in ranked(texts, FREQUENT)]
            for what, texts in tally.frequent.items()
        },
    }


def evaluate_labels(labels: Path, postings: Sequence[Path] = ()) -> dict[str, Any]:
    """Scores the extraction against a labels file.

    Args:
        labels: JSON lines of labelled postings, or tab-separated titles (number, family, seniority,
            title); either may be gzipped.
        postings: files or folders that hold the labelled postings, joined by the source's id; the first
            posting of an id counts. Titles need none.

    Returns:
        labels (file name), form, rows, scored, measures (value, low, high, n), by (source and family:
        groups of at least `MIN_GROUP` postings), confusions, frequent, and what could not be scored:
        missing and repeated (ids), unread (file and reason), rejected (rows of the feeds).

    Raises:
        LabelsError: the labels have another form, postings were needed and not given, or none of
            them was found.
        FeedError: a path of postings does not exist.
    """
    form, rows = read_labels(labels)
    tally = Tally()
    unscored: dict[str, Any] = {"missing": [], "repeated": [], "unread": [], "rejected": 0}
    if form == "titles":
        family, seniority, _ = read_titles([row["title"] for row in rows])
        for row, *said in zip(rows, family.to_pylist(), seniority.to_pylist(), strict=True):
            tally.add(row, {"family": said[0], "seniority": said[1]})
    else:
        if not postings:
            raise LabelsError(
                f"{labels} labels postings, and none were given. Name the files or folders that hold them: "
                "`rolediff eval LABELS --postings PATH`."
            )
        by_id = {row["id"]: row for row in rows}
        for source, read in find_labelled(by_id, postings, unscored):
            tally.add(by_id.pop(read["id"]), read, source)
        unscored["missing"] = sorted(by_id)
        if not tally.counts:
            raise LabelsError(
                f"None of the {len(rows):,} ids of {labels}, for example {rows[0]['id']!r}, was found in the "
                "postings. Name with --postings the very files that were labelled."
            )
    return {"labels": labels.name, "form": form, "rows": len(rows), **unscored, **summarise(tally)}


def find_labelled(
    ids: Iterable[str], postings: Sequence[Path], unscored: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Source and reading of each labelled posting; only these are extracted."""
    wanted = pa.array(list(ids), pa.string())
    seen: set[str] = set()
    files, unread = find_sources(postings)
    unscored["unread"] = [{"file": path.name, "reason": reason} for path, reason in unread]
    for path in files:
        try:
            feed = open_feed(path)
            if feed.kind != "postings":
                raise FeedError("A pay table: it holds no postings.")
            for batch in feed.read(_BATCH_ROWS):
                unscored["rejected"] += batch.rejected.num_rows
                records = batch.records
                records = records.filter(pc.is_in(records.column("source_id"), value_set=wanted))
                fresh = []
                for posting in records.column("source_id").to_pylist():
                    fresh.append(posting not in seen)
                    if posting in seen:
                        unscored["repeated"].append(posting)
                    seen.add(posting)
                if any(fresh):
                    source = path.name.partition(".")[0]
                    yield from ((source, r) for r in extract_records(records.filter(pa.array(fresh))))
        except FeedError as error:
            unscored["unread"].append({"file": path.name, "reason": str(error)})


# ── for people ───────────────────────────────────────────────────────────────────────────────────


def print_scores(scores: Mapping[str, Any]) -> str:
    """The scores as aligned text: the overall measures, the weakest groups, what was not scored."""
    what = "postings" if scores["form"] == "postings" else "titles"
    lines = [f"{scores['labels']}: {scores['scored']:,} of {scores['rows']:,} labelled {what} scored.", ""]
    overall = scores["measures"]
    table = [("measure", "value", "95% interval", "n")]
    table += [(name, f"{m['value']:.3f}", _interval(m), f"{m['n']:,}") for name, m in overall.items()]
    lines += _align(table)
    below = sorted(
        (
            (overall[name]["value"] - m["value"], axis, group, name, m)
            for axis, groups in scores["by"].items()
            for group, own in groups.items()
            for name, m in own["measures"].items()
            if m["value"] < overall[name]["value"]
        ),
        key=lambda row: (-row[0], row[1:4]),
    )
    if below:
        lines += ["", f"Furthest below the whole, of groups with at least {MIN_GROUP} {what}:", ""]
        weakest = [
            (f"{name}, {axis} {group}", f"{m['value']:.3f}", _interval(m), f"{m['n']:,}")
            for _, axis, group, name, m in below[:_WEAKEST]
        ]
        lines += _align([("measure and group", *table[0][1:]), *weakest])
    notes = {
        f"Labelled {what} that were not found": scores["missing"],
        "Ids met again, of which the first counted": scores["repeated"],
        "Files not read": [f"{u['file']} ({u['reason']})" for u in scores["unread"]],
    }
    for note, names in notes.items():
        if names:
            more = f" and {len(names) - _NAMED:,} more (--format json)" if len(names) > _NAMED else ""
            lines += ["", f"{note}, {len(names):,}: {', '.join(names[:_NAMED])}{more}"]
    return "\n".join(lines)


def _interval(score: Mapping[str, Any]) -> str:
    return f"{score['low']:.3f} to {score['high']:.3f}"


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns of equal width: the first to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
