"""Counts how the facts that are read differ from those that people labelled: data/reading_errors.csv.

    python tools/reading_errors.py

Counted on the labelled postings from which nothing is learnt: those of ROLEDIFF_SHARED and those of
tests/eval; English ones only, since no other posting enters a share. They are dealt into folds, so
that the audit can learn on some and check on others. Figures only, no text.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Any

from rolediff.evaluate import find_labelled, fold, read_labels, strongest_needs, surfaces_match
from rolediff.labels import FIELD_VALUES
from rolediff.taxonomy import responsibilities, skills

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ROLEDIFF_SHARED", ROOT.parent / "shared"))
LABELS = (
    SHARED / "labels" / "postings-dev.jsonl",
    *(ROOT / "tests" / "eval" / f"postings-{name}.jsonl" for name in ("fresh", "roles")),
)
OUT = ROOT / "src" / "rolediff" / "data" / "reading_errors.csv"
FOLDS = 5
REQUIRED = 3

Fact = tuple[str, str]


@cache
def _skill_of() -> dict[str, str]:
    return {fold(name): s.id for s in skills().values() for name in (*s.aliases, s.name)}


def resolve(surface: str) -> str | None:
    """The skill that a labelled string names: that of its spelling, or of its singular."""
    known = _skill_of()
    return known.get(surface) or known.get(surface.removesuffix("s"))


def compare_skills(label: Mapping[str, Any], read: Mapping[str, Any]) -> tuple[set[Fact], set[Fact]]:
    """Skills, and skills required, as read and as labelled.

    Strings match as in `rolediff eval`; what matches only vague wording (kind V) is left out. A labelled
    string that nothing matches is the skill of its spelling; one that the taxonomy lacks is in no share.
    """
    kinds: dict[str, set[str | None]] = {}
    for skill in label["skills"]:
        kinds.setdefault(fold(skill["text"]), set()).add(skill.get("kind"))
    asked = strongest_needs(label["skills"])
    counted = {surface for surface, kind in kinds.items() if kind != {"V"}}
    surfaces: dict[str, set[str]] = {}
    need: dict[str, int] = {}
    for skill in read["skills"]:
        surfaces.setdefault(skill["skill"], set()).add(fold(skill["text"]))
        need[skill["skill"]] = max(need.get(skill["skill"], 0), strongest_needs([skill]).popitem()[1])
    found: set[Fact] = set()
    stated: set[Fact] = set()
    matched: set[str] = set()
    for skill_id, texts in surfaces.items():
        near = {s for s in kinds for text in texts if surfaces_match(s, text)}
        matched |= near
        if near and not near & counted:
            continue
        found.add(("skill", skill_id))
        if need[skill_id] == REQUIRED:
            found.add(("need:required", skill_id))
        if near & counted:
            stated.add(("skill", skill_id))
            if max(asked[s] for s in near & counted) == REQUIRED:
                stated.add(("need:required", skill_id))
    for surface in counted - matched:
        if named := resolve(surface):
            stated.add(("skill", named))
            if asked[surface] == REQUIRED:
                stated.add(("need:required", named))
    return found, stated


def fields_of(posting: Mapping[str, Any], pay: str) -> set[Fact]:
    """The facts of one value a posting, by the rules of sql/facts.sql; a label and a reading are alike."""
    least = (posting["years"] or {}).get("min")
    bands = [(1, "0-1"), (2, "2"), (4, "3-4"), (7, "5-7")]
    band = "not-stated"
    if least is not None:
        band = next((name for most, name in bands if least <= most), "8-or-more")
    facts = {
        ("degree", (posting["degree"] or {}).get("min") or "not-stated"),
        ("years", band),
        ("work-mode", posting["work_mode"] or "not-stated"),
        ("industry", posting["industry"] or "not-stated"),
    }
    assert all(v in FIELD_VALUES[kind] for kind, v in facts if kind != "industry")
    seniority = posting["seniority"]
    if seniority in ("intern", "entry") or (seniority == "unspecified" and least is not None and least <= 1):
        facts.add(("entry", "yes"))
    if posting[pay] is not None:
        facts.add(("pay-stated", "yes"))
    return facts


def read_pairs() -> Iterator[tuple[int, set[Fact], set[Fact]]]:
    """Fold, facts read and facts labelled of each posting."""
    duty_of = {duty.code: duty.id for duty in responsibilities().values()}
    for path in LABELS:
        labels = {row["id"]: row for row in read_labels(path)[1]}
        unscored: dict[str, Any] = {"missing": [], "repeated": [], "unread": [], "rejected": 0}
        for _, read in find_labelled(labels, [SHARED / "corpus"], unscored):
            if read["language"] != "en":
                continue
            label = labels[read["id"]]
            found, stated = compare_skills(label, read)
            found |= {("responsibility", d["responsibility"]) for d in read["responsibilities"]}
            stated |= {("responsibility", duty_of[code]) for code in label["responsibilities"]}
            found |= fields_of(read, "pay")
            stated |= fields_of(label, "salary")
            yield int(sha1(read["id"].encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS, found, stated


def main() -> None:
    counts: Counter[tuple[Fact, int, int]] = Counter()
    postings: Counter[int] = Counter()
    for part, found, stated in read_pairs():
        postings[part] += 1
        for column, facts in enumerate((found & stated, found - stated, stated - found)):
            counts.update((fact, part, column) for fact in facts)
    rows: list[tuple[str | int, ...]] = [
        ("postings", "", part, count, 0, 0) for part, count in sorted(postings.items())
    ]
    for fact, part in sorted({(fact, part) for fact, part, _ in counts}):
        rows.append((*fact, part, *(counts[fact, part, column] for column in range(3))))
    with OUT.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("kind", "value", "fold", "both", "read_only", "labelled_only"))
        writer.writerows(rows)
    print(f"{OUT}: {len(rows)} rows, {sum(postings.values())} postings")


if __name__ == "__main__":
    main()
