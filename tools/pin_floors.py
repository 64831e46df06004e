"""Pin the floors of tests/eval/floors.json a little below what is measured now.

    python tools/pin_floors.py [--allow-lower]

Labels and postings are those of ROLEDIFF_SHARED (default: ../shared). A floor rises with the measure;
one that the measure no longer reaches is lowered only with --allow-lower, which is a decision to explain
in the commit. Nothing is written where a measure is refused.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rolediff.evaluate import evaluate_labels, print_scores

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / "tests" / "eval" / "floors.json"
LABELS = ("postings-dev.jsonl", "titles-dev.tsv", "postings-fresh.jsonl", "postings-roles.jsonl")
#: Labels of our own stand beside the floors, the others in the shared folder.
OWN_LABELS = FLOORS.parent
#: Between floor and measure: one or two postings of some hundred may turn for a good reason.
MARGIN = 0.015

Floors = dict[str, float]


def path_of(labels: str, shared: Path) -> Path:
    """Where a labels file stands."""
    own = OWN_LABELS / labels
    return own if own.is_file() else shared / "labels" / labels


def renew_floors(
    old: Mapping[str, float], values: Mapping[str, float], *, allow_lower: bool = False
) -> tuple[Floors, list[str]]:
    """Floors for the values measured, and what keeps each refused measure from having one.

    Without `allow_lower` no floor falls: a measure between its floor and the margin keeps the floor, one
    below its floor, or no longer measured, is refused.
    """
    floors = {name: max(0.0, round(value - MARGIN, 3)) for name, value in values.items()}
    if allow_lower:
        return floors, []
    refused = [f"{name} is no longer measured (floor {old[name]:.3f})" for name in old if name not in values]
    for name, value in values.items():
        floor = old.get(name, 0.0)
        if value < floor:
            refused.append(f"{name} is {value:.4f}, below its floor of {floor:.3f}")
        floors[name] = max(floors[name], floor)
    return floors, refused


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--allow-lower", action="store_true", help="let floors fall to what is measured now")
    allow_lower = parser.parse_args().allow_lower
    shared = Path(os.environ.get("ROLEDIFF_SHARED", ROOT.parent / "shared"))
    if not shared.is_dir():
        print(
            f"No folder {shared}: set ROLEDIFF_SHARED to the folder of labels and postings.", file=sys.stderr
        )
        return 1
    pinned = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    renewed: dict[str, Floors] = {}
    refused: list[str] = []
    for labels in LABELS:
        postings = [shared / "corpus"] if labels.endswith(".jsonl") else []
        scores = evaluate_labels(path_of(labels, shared), postings)
        print(print_scores(scores), end="\n\n")
        values = {name: measured["value"] for name, measured in scores["measures"].items()}
        renewed[labels], faults = renew_floors(pinned.get(labels, {}), values, allow_lower=allow_lower)
        refused += [f"{labels}: {fault}" for fault in faults]
    if refused:
        print("Not pinned; --allow-lower lowers floors:", *refused, sep="\n  ", file=sys.stderr)
        return 1
    FLOORS.write_text(json.dumps(renewed, indent=2) + "\n", encoding="utf-8")
    print(f"{FLOORS.relative_to(ROOT)} pinned.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
