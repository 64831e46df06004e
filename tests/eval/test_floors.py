"""The extraction scores no less on the labels than it did: floors.json, pinned by tools/pin_floors.py."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rolediff.evaluate import MEASURES, evaluate_labels

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).resolve().parents[2]
PINNED: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}


@cache
def scores_of(shared: Path, labels: str) -> dict[str, Any]:
    return evaluate_labels(
        pin_floors().path_of(labels, shared), [shared / "corpus"] if labels.endswith(".jsonl") else []
    )


@cache
def pin_floors() -> Any:
    spec = importlib.util.spec_from_file_location("tools_pin_floors", ROOT / "tools" / "pin_floors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_floors_are_pinned_for_all_labels():
    assert set(PINNED) == set(pin_floors().LABELS), "pin them: python tools/pin_floors.py"
    assert set(PINNED["postings-dev.jsonl"]) == set(PINNED["postings-fresh.jsonl"]) == set(MEASURES)
    assert set(PINNED["titles-dev.tsv"]) == {"family.accuracy", "seniority.accuracy"}


@pytest.mark.parametrize(("labels", "measure"), [(n, m) for n, floors in PINNED.items() for m in floors])
def test_no_measure_is_below_its_floor(shared: Path, labels: str, measure: str):
    floor, scored = PINNED[labels][measure], scores_of(shared, labels)["measures"].get(measure)
    assert scored is not None, f"{measure} of {labels} is not measured any more; its floor is {floor}"
    assert scored["value"] >= floor, (
        f"{measure} of {labels} is {scored['value']:.4f}, below its floor of {floor:.3f}"
    )


@pytest.mark.parametrize("labels", list(PINNED))
def test_every_label_is_scored(shared: Path, labels: str):
    scores = scores_of(shared, labels)
    assert (scores["missing"], scores["repeated"], scores["scored"]) == ([], [], scores["rows"])


@pytest.mark.parametrize(
    ("old", "value", "allow_lower", "floor", "refused"),
    [
        (None, 0.8, False, 0.785, 0),  # new: a little below
        (0.7, 0.8, False, 0.785, 0),  # rises
        (0.79, 0.8, False, 0.79, 0),  # within the margin: stays
        (0.81, 0.8, False, 0.81, 1),  # fell
        (0.81, 0.8, True, 0.785, 0),
        (None, 0.01, False, 0.0, 0),  # never below nothing
    ],
)
def test_floors_fall_only_when_allowed(old, value, allow_lower, floor, refused):
    pinned = {} if old is None else {"family.accuracy": old}
    floors, faults = pin_floors().renew_floors(pinned, {"family.accuracy": value}, allow_lower=allow_lower)
    assert floors == {"family.accuracy": floor}
    assert len(faults) == refused


def test_a_measure_that_vanished_is_refused():
    floors, faults = pin_floors().renew_floors({"pay.recall": 0.9}, {})
    assert floors == {}
    assert faults == ["pay.recall is no longer measured (floor 0.900)"]
