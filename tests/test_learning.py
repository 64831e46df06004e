"""What to learn and in which order: the choice, what it opens elsewhere, lists of one's own, ways in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import Invented
from rolediff import statistics
from rolediff.audit import skill_order
from rolediff.compare import compare_roles
from rolediff.errors import FeedError
from rolediff.layout import lay_out
from rolediff.learning import AHEAD, THRESHOLD, WORTH, read_doors, read_have, read_list, recognise_skills
from rolediff.results import Comparison
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot
from rolediff.statistics import paths


def climb(
    rows: list[str], known: str = "", offered: str = "abcdef", employers: list[int] | None = None, steps=6
):
    """Openings as strings of tools, a letter each."""
    asks = [[tool in row for tool in "abcdef"] for row in rows]
    found = statistics.climb(
        asks,
        range(len(rows)) if employers is None else employers,
        [tool in known for tool in "abcdef"],
        [tool in offered for tool in "abcdef"],
        THRESHOLD,
        steps,
    )
    return "".join("abcdef"[i] for i in found.order), found


# ── the order ────────────────────────────────────────────────────────────────────────────────────


def test_the_order_opens_doors_and_counts_them():
    order, found = climb(["a", "a", "a", "b", "b", "cd"], steps=4)
    assert order == "abcd"
    # Two thirds of two tools are both of them: c alone opens nothing.
    assert found.opened.sum(1).tolist() == [0, 3, 5, 5, 6]


def test_two_tools_of_three_are_enough():
    _, found = climb(["abc"] * 3, steps=2)
    assert found.opened.sum(1).tolist() == [0, 0, 3]


def test_what_is_missing_counts_not_what_is_frequent():
    # a is asked for most, but is known; b and c are asked for alike, and c opens more at once.
    rows = ["ab", "a", "a", "a", "bdef", "bdef", "c", "c", "c"]
    order, found = climb(rows, known="a", steps=2)
    assert order == "cb"
    assert found.opened.sum(1).tolist() == [3, 6, 7]


def test_only_what_is_offered_is_chosen():
    order, _ = climb(["ab", "cd", "ef"], known="a", offered="abcd")
    assert sorted(order) == list("bcd")
    order, found = climb(["a", "b"], known="a", offered="a")
    assert order == ""
    assert found.opened.tolist() == [[True, False]]
    opened, runs = found.shares([0, 1], AHEAD)
    assert (opened.share.tolist(), len(runs.share)) == ([0.5], 0)


def test_ties_go_by_the_place_in_the_table():
    assert climb(["a", "b", "c"] * 7)[0] == "abc" + "def"


def test_folds_keep_employers_whole_and_are_about_as_large():
    rng = np.random.default_rng(5)
    employer = np.repeat(np.arange(80), rng.integers(1, 9, 80))
    fold = paths.fold_of(employer)
    assert all(len(set(fold[employer == e].tolist())) == 1 for e in range(80))
    sizes = np.bincount(fold, minlength=paths.FOLDS)
    assert sizes.max() - sizes.min() <= 8


def test_a_choice_that_holds_is_kept_and_one_of_chance_is_not():
    assert climb(["a", "ab", "b"] * 40)[1].kept == 1
    rng = np.random.default_rng(3)
    # Every opening asks for one of 60 tools at random: what the first ten chosen open is mostly luck.
    asks = np.eye(60, dtype=bool)[rng.integers(0, 60, 80)]
    nothing = np.zeros(60, bool)
    found = statistics.climb(asks, np.arange(80), nothing, ~nothing, THRESHOLD, 10)
    assert found.opened[-1].mean() > 0.3
    assert 0.2 < found.kept < 0.8  # truly ten of sixty, so a half or so


def test_shares_and_their_intervals_on_employers_kept_out_of_the_choice():
    """Samples of a market that is wholly known: intervals of what is shown cover the truth."""
    rng = np.random.default_rng(11)
    popular = rng.dirichlet(np.full(25, 2.0))
    market = rng.random((3000, 25)) < np.minimum(popular * 4, 0.9)
    market = market[market.any(1)]
    nothing = np.zeros(25, bool)
    covered, counted, shown = [], [], []
    for _ in range(60):
        rows = rng.integers(0, len(market), 50)
        found = statistics.climb(market[rows], np.arange(50), nothing, ~nothing, THRESHOLD, 8)
        opened, gained = found.shares(np.arange(50), 1)
        known = np.cumsum(market[:, found.order], axis=1)
        truth = np.r_[0, (known >= THRESHOLD * market.sum(1)[:, None] - 1e-9).mean(0)]
        covered.append(((opened.low <= truth) & (truth <= opened.high))[1:])
        covered.append((gained.low <= np.diff(truth)) & (np.diff(truth) <= gained.high))
        counted.append(found.opened.mean(1)[-1] - truth[-1])
        shown.append(opened.share[-1] - truth[-1])
    assert np.mean(covered) > 0.93
    assert np.mean(counted) > 0.03
    assert abs(np.mean(shown)) < np.mean(counted) / 2


def test_wilson_limits_are_the_published_ones():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 and 0 of 20.
    low, high = paths.wilson_limits(np.array([81 / 263, 0.0]), np.array([263.0, 20.0]))
    assert low == pytest.approx([0.2553, 0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1611], abs=5e-5)


def test_adverts_of_one_employer_widen_the_interval():
    holds = [[True] * 20 + [False] * 40]
    apart = statistics.shares_by_employer(holds, np.arange(60))
    alike = statistics.shares_by_employer(holds, np.repeat(np.arange(6), 10))
    assert apart.share == alike.share
    assert alike.high - alike.low > 1.5 * (apart.high - apart.low)


# ── a comparison ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def snapshot(invented: Invented) -> Snapshot:
    return Snapshot(invented.snapshot)


def compare(snapshot: Snapshot, a: str, b: str, have: list[str] | None = None) -> Comparison:
    return compare_roles(snapshot, snapshot.id, find_role(a), find_role(b), have)


def text_of(comparison: Comparison, section: str) -> str:
    found = next(s for s in lay_out(comparison) if s.id == section)
    cells = [cell.text for table in found.tables for row in table.rows for cell in row]
    return "\n".join((*found.paragraphs, *(t.caption for t in found.tables), *cells))


def test_the_path_of_a_comparison(snapshot: Snapshot):
    found = compare(snapshot, "data specialist", "data analyst")
    path = found.moving
    assert path is not None
    assert found == compare(snapshot, "data specialist", "data analyst")
    assert "Microsoft Excel" in path.known
    assert path.counted_on == path.role == "data-analyst"
    assert 0 < path.kept <= 1
    assert path.before_low <= path.opened_before <= path.before_high
    shares = [path.opened_before, *(s.opened for s in path.steps)]
    assert shares == sorted(shares)
    for before, step in zip(shares, path.steps, strict=False):
        assert step.opened - before == pytest.approx(step.gain)
        assert step.gain_low <= step.gain <= step.gain_high
        assert step.opened_low <= step.opened <= step.opened_high
        assert step.label not in path.known


def test_why_the_list_ends(snapshot: Snapshot):
    ends = [
        c.moving.stop
        for c in (compare(snapshot, "data specialist", b) for b in ("data analyst", "ml engineer"))
    ]
    assert all(e.startswith("The list ends") for e in ends)


def test_runs_of_steps_open_what_single_steps_do_not():
    _, found = climb(["ab"] * 30 + ["cd"] * 10, steps=4)
    opened, runs = found.shares(range(40), 2)
    assert opened.share.tolist() == pytest.approx([0, 0, 0.75, 0.75, 1])
    assert runs.share.tolist() == pytest.approx([0, 0.75, 0, 0.25, 0.75, 0.75, 0.25, 0.25])


def test_what_no_list_teaches_stands_as_claims_of_both(snapshot: Snapshot):
    found = compare(snapshot, "data analyst", "lead machine learning engineer")
    by_role = {
        role: [c.value for c in found.moving_needs if c.role == role] for role in (found.a.slug, found.b.slug)
    }
    assert by_role[found.a.slug] == by_role[found.b.slug] != []
    assert "lead-people" in by_role[found.b.slug]
    lead = next(c for c in found.moving_needs if (c.role, c.value) == (found.b.slug, "lead-people"))
    assert lead.estimate.openings >= 5  # half of the 14 invented leads lead a team, some of the others hire
    assert "Lead or manage people" in text_of(found, "moving")


# ── a list of one's own ──────────────────────────────────────────────────────────────────────────


def test_a_list_of_one_skill_a_line():
    known, unread = recognise_skills(
        ["Python", "R", "", "excel", "juggling", "Power BI; Tableau", "SQL (ten years)"]
    )
    assert {"python", "r", "microsoft-excel", "power-bi", "tableau", "sql"} <= set(known)
    assert unread == (5,)


def test_a_cv_is_read_as_postings_are():
    lines = [
        "Jane Example",
        "For six years I have written Python and SQL at a mill that grinds oats for the whole county.",
        "On Sundays I go out, excel at chess, and read.",
    ]
    known, unread = recognise_skills(lines)
    assert {"python", "sql"} <= set(known)
    assert not {"go", "microsoft-excel", "r"} & set(known)
    assert unread == ()  # lines of a CV need not name any


def test_skills_of_a_list_stand_in_place_of_what_is_usual(snapshot: Snapshot):
    without = compare(snapshot, "data specialist", "data analyst")
    found = compare(snapshot, "data specialist", "data analyst", have=["SQL", "Tableau", "whittling"])
    assert found.have is not None
    assert set(found.have.skills) == {"SQL", "Tableau"}
    assert found.have.unread_lines == (3,)
    assert "Microsoft Excel" in found.have.not_assumed
    assert found.moving is not None
    assert set(found.moving.known) == {"SQL", "Tableau"}
    assert "Microsoft Excel" in [s.label for s in found.moving.steps]
    assert (found.starting_a, found.starting_b, found.glance) == (
        without.starting_a,
        without.starting_b,
        without.glance,
    )
    text = text_of(found, "moving")
    assert "Recognised as yours: SQL and Tableau. Not recognised: line 3." in text
    assert "whittling" not in text


def test_a_list_without_any_skill_starts_from_nothing(snapshot: Snapshot):
    found = compare(snapshot, "data specialist", "data analyst", have=["whittling"])
    assert found.moving is not None
    assert (found.moving.known, found.moving.opened_before) == ((), 0)
    assert "No skill was recognised as yours" in text_of(found, "moving")
    assert read_have([], usual=["sql"])[1].not_assumed == ("SQL",)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"%PDF-1.7 and so on", "is not plain text"),
        (b"{\\rtf1 Python}", "is not plain text"),
        (b"Python\0SQL", "is not plain text"),
        (b"PK\x03\x04\xff\xfe\xff", "is not plain text in UTF-8"),
        (b"Python\n" * 200_000, "is larger than"),
    ],
)
def test_files_that_are_no_list(tmp_path: Path, data: bytes, what: str):
    path = tmp_path / "skills.txt"
    path.write_bytes(data)
    with pytest.raises(FeedError, match=what) as caught:
        read_list(path)
    assert "plain text (UTF-8)" in str(caught.value)
    with pytest.raises(FeedError, match="cannot be read"):
        read_list(tmp_path / "nothing.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_a_list(tmp_path: Path, encoding: str):
    (tmp_path / "skills.txt").write_bytes("Python\r\nSQL".encode(encoding))
    assert read_list(tmp_path / "skills.txt") == ["Python", "SQL"]


# ── getting started ──────────────────────────────────────────────────────────────────────────────


def test_the_door_of_a_role(snapshot: Snapshot):
    start = compare(snapshot, "data specialist", "data analyst").starting_a
    assert start.fewest_years is not None
    assert start.fewest_years.value == "0-1"
    assert start.lowest_degree is not None
    assert start.lowest_degree.value in ("none", "associate")
    assert (start.family_entry, start.lower_levels) == (None, {})


def test_a_lead_is_told_of_the_levels_below(snapshot: Snapshot):
    found = compare(snapshot, "data specialist", "lead machine learning engineer")
    start = found.starting_b
    assert start.family_entry is not None
    assert start.family_entry.id == "machine-learning-engineer/entry/yes"
    assert set(start.lower_levels) == {"unspecified", "senior"}
    assert sum(start.lower_levels.values()) == start.family_entry.estimate.n - 14
    assert "Hardly anybody" not in text_of(found, "starting-b")
    assert f"{sum(start.lower_levels.values())} openings read in full" in text_of(found, "starting-b")


def test_neighbours_are_wider_and_open_something(snapshot: Snapshot):
    found = compare(snapshot, "data specialist", "data analyst")
    (neighbour,) = found.starting_a.neighbours
    assert neighbour.family == "data-analyst"
    assert neighbour.entry.estimate.share > found.starting_a.entry.estimate.share
    assert neighbour.reached.low >= WORTH
    assert "Microsoft Excel" in neighbour.tools
    assert found.starting_b.neighbours == ()  # nobody is more open than the analysts
    assert "Data Analyst" in text_of(found, "starting-a")
    # The door is told by the same claim as on the family's own page.
    door, own = neighbour.entry, found.starting_b.entry
    assert (door.id, door.estimate.openings, door.estimate.n) == (
        own.id,
        own.estimate.openings,
        own.estimate.n,
    )
    for name in ("share", "low", "high", "read", "n_effective"):
        assert getattr(door.estimate, name) == pytest.approx(getattr(own.estimate, name), rel=1e-12)


def test_doors_are_families_of_one_kind_of_work(snapshot: Snapshot):
    families = {d.family for d in read_doors(snapshot)}
    assert families == {"data-analyst", "data-specialist", "machine-learning-engineer"}


# ── the audit ────────────────────────────────────────────────────────────────────────────────────


def test_the_audit_of_the_order_is_repeatable(snapshot: Snapshot):
    part = skill_order.run(snapshot, np.random.default_rng(1), quick=True)
    assert part == skill_order.run(snapshot, np.random.default_rng(1), quick=True)
    assert part.paragraphs
