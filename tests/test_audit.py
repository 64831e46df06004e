"""The audit: its command on invented postings, and the arithmetic of its parts on known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rolediff import statistics
from rolediff.audit import Part, Result, coverage, null_pairs, power, report, thin
from rolediff.audit.openings import Openings, Voices, draw_until, often, rate_of, read_openings
from rolediff.cli import main
from rolediff.profiles import read_profiles
from rolediff.roles import Role
from rolediff.storage import read_manifest, reference_snapshot
from rolediff.tested import COMPARED, TESTED, judge_pair, judge_pairs
from rolediff.warehouse import Warehouse

OWN = ("null_pairs", "power", "coverage", "thin")
FIELDS = {"test", "value", "low", "high", "target", "holds"}


def made(voice: list[int], states: list[list[int]], seniority: list[str] | None = None) -> Openings:
    """Openings with skills alone."""
    width = len(states[0])
    return Openings(
        "data-analyst",
        np.array(voice),
        np.array(seniority or ["senior"] * len(voice)),
        {"skill": slice(0, width)},
        {"skill": [f"s{i}" for i in range(width)]},
        np.array(states, np.float32),
    )


# ── the command ──────────────────────────────────────────────────────────────────────────────────


def run(*arguments: object) -> str:
    found = CliRunner().invoke(main, ["audit", "--quick", *map(str, arguments)])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_json_is_a_list_of_results_and_the_same_twice(invented, monkeypatch):
    monkeypatch.setattr(report, "PARTS", OWN)
    first = run("--format", "json", "-s", invented.snapshot)
    results = json.loads(first)
    assert all(set(row) == FIELDS for row in results)
    assert {row["test"].partition(":")[0] for row in results} >= {"null pairs", "coverage", "thin roles"}
    assert run("--format", "json", "-s", invented.snapshot) == first


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_report_names_every_part(invented, monkeypatch, form):
    monkeypatch.setattr(report, "PARTS", OWN)
    text = run("--format", form, "-s", invented.snapshot)
    for title in ("Null pairs", "Power", "Coverage of 95% intervals", "Thin roles"):
        assert title in text


def test_strict_tells_by_its_status(invented, monkeypatch):
    def fails(warehouse, rng, quick):
        return Part("null-pairs", "Null pairs", (), (Result("t", 0.2, 0.1, 0.3, "at most 0.05", False),))

    monkeypatch.setattr(report, "PARTS", ("null_pairs",))
    monkeypatch.setattr(null_pairs, "run", fails)
    arguments = ["audit", "--quick", "-s", str(invented.snapshot)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert CliRunner().invoke(main, [*arguments, "--strict"]).exit_code == 1


def test_each_part_draws_for_itself(invented, monkeypatch):
    monkeypatch.setattr(report, "PARTS", ("power", "thin"))
    warehouse = Warehouse(invented.snapshot)
    both = report.run_audit(warehouse, quick=True, tell=lambda line: None)
    monkeypatch.setattr(report, "PARTS", ("thin",))
    assert report.run_audit(warehouse, quick=True, tell=lambda line: None)[0] in both


def test_figures_as_they_are_shown():
    assert [report.say_figure(x) for x in (0.0123, -0.00001, -0.25, 12345.6)] == [
        "0.012",
        "0.000",
        "−0.250",
        "12,346",
    ]


# ── openings and comparisons ─────────────────────────────────────────────────────────────────────


def test_a_family_counted_by_products_is_the_profile(invented):
    """The audit's shares and verdicts are the product's, to the last digit."""
    warehouse = Warehouse(invented.snapshot)
    roles = [Role("data-analyst"), Role("machine-learning-engineer")]
    facts, profiles = read_profiles(warehouse, roles)
    for role, profile in zip(roles, profiles, strict=True):
        openings = read_openings(warehouse, role.family)
        assert len(openings) == profile.n
        shares = Voices(openings).count(np.ones((1, openings.voice[-1] + 1))).shares()
        for kind, at in openings.kinds.items():
            places = [facts[kind].index(value) for value in openings.facts[kind]]
            for column in ("share", "low", "high", "n_eff"):
                mine, theirs = getattr(shares, column)[at], getattr(profile.shares[kind], column)[places]
                assert mine == pytest.approx(theirs, abs=1e-12)


def test_comparisons_judged_together_are_judged_apart(invented):
    warehouse = Warehouse(invented.snapshot)
    _, (a, b) = read_profiles(warehouse, [Role("data-analyst"), Role("machine-learning-engineer")])
    alone = judge_pair(a.shares, b.shares)
    assert list(alone) == list(COMPARED)
    for answer, sign in zip(judge_pairs([(a.shares, b.shares), (b.shares, a.shares)]), (1, -1), strict=True):
        for kind in TESTED:
            assert (answer[kind].at == alone[kind].at).all()
            assert answer[kind].difference.difference == pytest.approx(
                sign * alone[kind].difference.difference, nan_ok=True
            )
            assert answer[kind].q == pytest.approx(alone[kind].q, rel=1e-6, nan_ok=True)
            assert (answer[kind].claimed == alone[kind].claimed).all()


def test_sums_of_samples_by_hand():
    voices = Voices(made([0, 0, 0, 1, 2], [[1], [1], [0], [1], [0]]))
    sums = voices.count(np.array([[1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]))
    # Employers of 3, 1 and 1 openings, of which 2, 1 and 0 state it; the second sample has the first twice.
    assert sums.n.tolist() == [[4], [7]]
    assert sums.employers.tolist() == [[2], [3]]
    assert sums.sum_n2.tolist() == [[10], [19]]
    assert (sums.k.tolist(), sums.sum_x2.tolist(), sums.sum_xn.tolist()) == (
        [[2], [5]],
        [[4], [9]],
        [[6], [13]],
    )


def test_facts_that_no_sample_states_often_are_passed_over():
    voices = Voices(made(list(range(40)), [[1, 0, int(i == 0)] for i in range(40)]))
    assert often(voices.count(np.ones((1, 40)))).tolist() == [True, False, False]
    one = np.zeros((1, 40))
    one[0, :10] = 1
    assert often(voices.count(one)).tolist() == [True, False, True]


def test_only_numbers_voices_anew():
    openings = made([0, 1, 1, 2], [[0], [1], [0], [1]], ["lead", "senior", "lead", "senior"])
    kept = openings.only(openings.seniority == "senior")
    assert kept.voice.tolist() == [0, 1]
    assert kept.states.tolist() == [[1], [1]]


def test_employers_are_drawn_until_there_are_enough_openings():
    n = np.array([5.0, 1, 1, 1, 1, 1])
    for seed in range(20):
        kept = draw_until(np.random.default_rng(seed), n, 4)
        assert 4 <= n[kept].sum() <= 8


def test_rate_takes_families_as_the_units():
    value, low, high = rate_of([100, 100, 100, 100], [0, 0, 0, 40])
    assert value == 0.1
    alone = statistics.cluster_shares(400, 400, 400, 40, 40, 40)
    assert low < alone.low[0]
    assert high > 2 * alone.high[0]


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def test_null_pairs_find_a_difference_that_is_there_and_none_that_is_not():
    states = [[int(i < 100), i % 2] for i in range(200)]
    voices = Voices(made(list(range(200)), states))
    first = np.arange(200) < 100
    mixed = np.arange(200) % 4 < 2
    assert null_pairs.count_claims(null_pairs.pair_up(voices, np.stack([first, mixed]))) == [1, 0]


def test_large_levels_only():
    openings = made(list(range(200)), [[1]] * 200, ["senior"] * 130 + ["lead"] * 60 + ["staff"] * 10)
    found = [
        (str(level.seniority[0]), len(level), len(rest)) for level, rest in null_pairs.levels_of(openings)
    ]
    assert found == [("lead", 60, 140), ("senior", 130, 70)]


def test_covers():
    low, high = np.array([0.1, 0.3, np.nan]), np.array([0.2, 0.4, 0.5])
    assert coverage.covers(low, high, 0.2).tolist() == [True, False, False]


def test_samples_have_the_openings_expected():
    voices = Voices(made([0, 0, 0, 1], [[1]] * 4))
    times = coverage.draw(np.random.default_rng(1), voices, 100, 400)
    assert (times.sum(axis=1) == 50).all()
    assert (times @ voices.n).mean() == pytest.approx(100, abs=3)


def test_planted_difference_has_its_size():
    voices = Voices(made(list(range(5000)), [[int(i % 4 == 0), int(i % 2)] for i in range(5000)]))
    x = power.plant(voices, np.array([0, 1]), 0.1, np.random.default_rng(1))
    assert x.mean(axis=0) - voices.share() == pytest.approx([0.1, 0.1], abs=0.02)
    assert (x >= voices.x).all()


def test_log_loss_by_hand():
    assert thin.log_loss(np.array([0.5, 0.25]), np.array([3.0, 1.0]), 4) == pytest.approx(
        [np.log(2), -(np.log(0.25) + 3 * np.log(0.75)) / 4]
    )
    assert np.isfinite(thin.log_loss(np.array([0.0]), np.array([1.0]), 4)).all()


def test_thin_roles_are_levels_with_few_openings():
    levels = ["lead"] * 10 + ["senior"] * 80 + ["staff"] * 3 + ["unspecified"] * 20
    found = list(thin.thin_roles(made(list(range(113)), [[1]] * 113, levels)))
    assert [(name, len(level), len(rest)) for name, level, rest in found] == [("lead", 10, 103)]


def test_shift_moves_log_odds():
    family = statistics.cluster_shares(99, 99, 99, [49.5], [49.5], [49.5])
    moved = thin.shifted(family, np.array([np.log(3)]))
    assert moved.share == pytest.approx([0.75])
    assert thin.shifted(family, np.array([0.0])).share == pytest.approx([0.5])


class Counted:
    """Stands in for a snapshot: families x, y and z, whose leads state a skill more often than others."""

    def ask(self, name, **values):
        rows = []
        for family, (lead, others) in {"x": (30, 20), "y": (30, 20), "z": (2, 38)}.items():
            for level, k in (("lead", lead), ("senior", others)):
                rows += [(family, level, "skill", "a", k), (family, level, "years", "2", 40)]
        return dict(
            zip(
                ("family", "seniority", "kind", "value", "k"),
                map(np.array, zip(*rows, strict=True)),
                strict=True,
            )
        )


def test_level_effects_leave_their_own_family_out():
    levels = thin.Levels(Counted())
    # Peto by hand: in x and y 30 of 40 where 25 are expected, variance 40 * 0.625 * 0.375 / 2.
    excess, variance = 2 * 5 / 2, 2 * 40 * 0.625 * 0.375 / 2 / 2
    assert levels.shift("lead", "z", ["skill/a"]) == pytest.approx([excess / (variance + 4)])
    assert levels.shift("lead", "x", ["skill/a"])[0] < 0
    assert levels.shift("senior", "z", ["skill/a"])[0] < 0


def test_the_report_in_the_docs_is_of_the_reference_snapshot() -> None:
    """`rolediff audit -s reference --format markdown > docs/method/audit.md` after the reference changes."""
    report = (Path(__file__).parents[1] / "docs" / "method" / "audit.md").read_text(encoding="utf-8")
    assert f"on snapshot {read_manifest(reference_snapshot())['id']};" in report
