"""Charts: each spec renders, the SVG is safe to stand in a page, and it shows what the claims say."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import rolediff
from conftest import Invented
from rolediff import charts
from rolediff.charts import drawing, pay, shares
from rolediff.charts.drawing import NARROW, WIDE, Figure
from rolediff.compare import compare_roles
from rolediff.describe import describe_role
from rolediff.errors import RolediffError
from rolediff.results import (
    Claim,
    Comparison,
    Difference,
    Estimate,
    OfficialLine,
    PayClaim,
    PayGap,
    PayGroup,
    RoleProfile,
    SalaryProfile,
    Step,
)
from rolediff.results import (
    Path as Learning,
)
from rolediff.roles import find_role
from rolediff.snapshots import Snapshot
from rolediff.wording import say_money, say_percent

vl_convert = pytest.importorskip("vl_convert")

SVG = "{http://www.w3.org/2000/svg}"
SPECS = sorted(p.name.removesuffix(".vl.json") for p in Path(drawing.__file__).parent.glob("*.vl.json"))
STYLE = (Path(rolediff.__file__).parent / "web" / "static" / "style.css").read_text(encoding="utf-8")
TAGS = {"svg", "title", "desc", "g", "line", "circle", "path", "text"}
PLACES = {"x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "d", "transform", "id"}
LOOKS = {
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "opacity",
    "font-size",
    "font-weight",
    "text-anchor",
}
ROOT = {"viewBox", "class", "role", "aria-labelledby", "fill"}


def estimate(share: float, low: float, high: float, borrowed: float = 0.0) -> Estimate:
    return Estimate(share, low, high, round(share * 200), 200, 90, 150.0, share, borrowed, None)


def difference(
    value: str, a: float, b: float, verdict: str, kind: str = "responsibility", borrowed: float = 0.0
) -> Difference:
    sides = []
    for role, share in (("data-analyst", a), ("data-specialist", b)):
        e = estimate(share, share * 0.9, min(1.0, share * 1.1), borrowed)
        sides.append(Claim(f"{role}/{kind}/{value}", role, kind, value, value.capitalize(), e))
    gap = a - b
    return Difference(
        f"a..b/{kind}/{value}",
        kind,
        value,
        value.capitalize(),
        "",
        *sides,
        gap,
        gap - 0.02,
        gap + 0.02,
        0.01,
        verdict,
    )


DUTIES = (
    difference("write reports", 0.6, 0.2, "more-in-a"),
    difference("clean data", 0.1, 0.5, "more-in-b"),
    difference("talk & <listen>", 0.3, 0.31, "no-detectable-difference"),
    difference("fly kites", 0.9, 0.01, "too-few-postings"),
)


def pay_claim(role: str, median: float | None, n: int = 50, basis: str = "stated") -> PayClaim:
    at = (None,) * 7 if median is None else tuple(median * x for x in (0.6, 0.8, 1, 1.2, 1.5, 0.95, 1.06))
    return PayClaim(f"{role}/pay/{basis}", role, basis, "USD", n, 30, *at, "2025", "")


def pay_gap(ratio: float, low: float, high: float) -> PayGap:
    return PayGap("stated", "USD", ratio, low, high, 50, 50, 30, 30, None, None, None, ("seniority",), "few", False,
                  None, None, None, None, None)  # fmt: skip


def outlook(role: str, soc: str, title: str, change: float) -> tuple[OfficialLine, ...]:
    return tuple(
        OfficialLine(
            role, soc, title, "broad", measure, value, "", unit, "2024-2034", "Projections", "https://x.test"
        )
        for measure, value, unit in (
            ("projected_change_percent", change, "percent"),
            ("projected_openings_yearly", 4000.0, "people"),
        )
    )


@pytest.fixture(scope="module")
def found(invented: Invented) -> Comparison:
    snapshot = Snapshot(invented.snapshot)
    return compare_roles(snapshot, snapshot.id, find_role("data analyst"), find_role("data specialist"))


@pytest.fixture(scope="module")
def profile(invented: Invented) -> RoleProfile:
    snapshot = Snapshot(invented.snapshot)
    return describe_role(snapshot, snapshot.id, find_role("data analyst"))


@pytest.fixture(scope="module")
def comparison(found: Comparison) -> Comparison:
    """One that has something to draw in every section."""
    a, b = found.a.slug, found.b.slug
    steps = tuple(
        Step(t, t, o, o - 0.02, o + 0.03, 0.1, 0.05, 0.15, 9) for t, o in (("SQL", 0.2), ("R", 0.3))
    )
    return replace(
        found,
        responsibilities=DUTIES,
        skills_more_in_a=(difference("sql", 0.6, 0.2, "more-in-a", "skill"),),
        skills_shared=(difference("python", 0.3, 0.3, "no-detectable-difference", "skill"),),
        skills_more_in_b=(difference("reporting", 0.001, 0.4, "more-in-b", "skill", borrowed=0.7),),
        education=(difference("master", 0.1, 0.3, "more-in-b", "degree"),),
        experience=(difference("2", 0.2, 0.2, "no-detectable-difference", "years"),),
        work_modes=(),
        pay=(pay_claim(a, 80_000.0), pay_claim(b, 100_000.0)),
        pay_gaps=(pay_gap(0.8, 0.7, 0.9),),
        outlook=(
            *outlook(found.a.family, "15-1", "Analysts", 8.7),
            *outlook(found.b.family, "15-2", "Clerks", -3.0),
        ),
        moving=Learning(b, b, 300, 90, 0.66, ("Excel",), 0.1, 0.08, 0.13, 0.98, steps, "No more."),
    )


def all_figures(drawn: dict[str, tuple[Figure, ...]]) -> list[Figure]:
    return [figure for figures in drawn.values() for figure in figures]


def svgs(drawn: dict[str, tuple[Figure, ...]]) -> Iterator[str]:
    for figure in all_figures(drawn):
        yield figure.svg
        yield figure.svg_narrow


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_renders_by_itself(name: str) -> None:
    spec = drawing.read_spec(name)
    assert spec["description"]
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])
    assert vl_convert.vegalite_to_svg(spec, vl_version="6.4").startswith("<svg")


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_takes_its_colours_from_the_page(name: str) -> None:
    text = (Path(drawing.__file__).parent / f"{name}.vl.json").read_text(encoding="utf-8")
    assert not re.findall(r'"#[0-9a-fA-F]{3,8}"', text)
    assert set(re.findall(r"var\((--\w+)\)", text)) <= set(re.findall(r"(--\w+):", STYLE))


def test_every_section_with_evidence_has_a_chart(comparison: Comparison, found: Comparison) -> None:
    drawn = charts.draw_comparison(comparison)
    assert list(drawn) == ["responsibilities", "skills", "education", "pay", "outlook", "moving"]
    assert set(charts.draw_comparison(found)) <= set(drawn)


def test_what_is_drawn_may_stand_in_any_page(
    comparison: Comparison, found: Comparison, profile: RoleProfile
) -> None:
    for drawn in (
        charts.draw_comparison(comparison),
        charts.draw_comparison(found),
        charts.draw_role(profile),
    ):
        total = 0
        for svg in svgs(drawn):
            size = len(svg.encode())
            total += size
            assert size < 25_000
            assert "NaN" not in svg
            root = ET.fromstring(svg)
            assert set(root.attrib) == ROOT
            assert root.get("role") == "img"
            assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
            assert all(root[i].text for i in (0, 1))
            assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
            for node in root.iter():
                assert node.tag.removeprefix(SVG) in TAGS
                if node is not root:
                    assert set(node.attrib) <= PLACES | LOOKS
                for name in ("fill", "stroke"):
                    assert re.fullmatch(r"none|var\(--(a|b|ink|quiet|paper|line)\)", node.get(name, "none"))
        assert total < 150_000


def test_ids_are_unique_in_a_page(comparison: Comparison) -> None:
    drawn = charts.draw_comparison(comparison)
    ids = [found for svg in svgs(drawn) for found in re.findall(r' id="([^"]+)"', svg)]
    ids += [figure.id for figure in all_figures(drawn)]
    assert len(ids) == len(set(ids))
    assert all(name.startswith("chart-") for name in ids)  # sections have the bare names


def test_the_same_claims_give_the_same_bytes(comparison: Comparison) -> None:
    first = charts.draw_comparison(comparison)
    drawing._compiled.cache_clear()
    assert charts.draw_comparison(comparison) == first


def test_shares_stand_where_and_as_the_claims_say(comparison: Comparison) -> None:
    (figure,) = charts.draw_comparison(comparison)["responsibilities"]
    shown = [d for d in DUTIES if d.verdict != "too-few-postings"]
    top = max(c.estimate.high for d in shown for c in (d.a, d.b))
    for svg, paper in ((figure.svg, WIDE), (figure.svg_narrow, NARROW)):
        root = ET.fromstring(svg)
        circles = {node.get("cx") for node in root.iter(f"{SVG}circle")}
        lines = {(node.get("x1"), node.get("x2")) for node in root.iter(f"{SVG}line")}
        for d in shown:
            x = {v: f"{paper.left + v / top * (paper.right - paper.left):.1f}".removesuffix(".0")
                 for v in (d.a.estimate.share, d.a.estimate.low, d.a.estimate.high)}  # fmt: skip
            assert x[d.a.estimate.share] in circles
            assert (x[d.a.estimate.low], x[d.a.estimate.high]) in lines
            assert {say_percent(c.estimate.share) for c in (d.a, d.b)} <= set(texts(svg))


def test_a_mark_is_full_only_where_a_difference_is_told() -> None:
    groups = [shares._group("", "ink", shares._drawable(DUTIES))]
    rows, _, _ = shares.lay_out_rows(groups, {"a": "A", "b": "B"}, "", WIDE)
    assert {row["x"] for row in rows["full"]} == {0.6, 0.2, 0.1, 0.5}
    assert {row["x"] for row in rows["hollow"]} == {0.3, 0.31}
    assert rows["key_hollow"]


def test_withheld_shares_are_not_drawn(comparison: Comparison, profile: RoleProfile) -> None:
    held = tuple(replace(d, b=replace(d.b, needed=4)) for d in DUTIES)
    drawn = charts.draw_comparison(replace(comparison, responsibilities=(*held[:1], *DUTIES[1:])))
    (figure,) = drawn["responsibilities"]
    assert DUTIES[0].label not in " ".join(texts(figure.svg)) + figure.title + figure.description
    none = replace(comparison, responsibilities=held, skills_more_in_a=(), skills_shared=(), skills_more_in_b=(),
                   education=held, experience=())  # fmt: skip
    assert not {"responsibilities", "skills", "education"} & set(charts.draw_comparison(none))
    claims = tuple(replace(claim, needed=3) for claim in profile.tools)
    assert "tools" not in charts.draw_role(replace(profile, tools=claims))


def test_titles_say_no_more_than_the_verdicts(comparison: Comparison) -> None:
    drawn = charts.draw_comparison(comparison)
    a, b = comparison.a.name, comparison.b.name
    assert drawn["responsibilities"][0].title == (
        f"{a} adverts ask to write reports about 3 times as often; {b} adverts ask to clean data about 5 times as often"
    )
    # Of a share near nought, or mostly borrowed, no plain ratio is said.
    assert "reporting more often (an estimated 40% against <1%)" in drawn["skills"][0].title
    unsure = tuple(replace(d, verdict="no-detectable-difference") for d in DUTIES)
    (figure,) = charts.draw_comparison(replace(comparison, responsibilities=unsure))["responsibilities"]
    assert figure.title == "No difference between their duties can be told"


def test_a_title_of_one_side_names_the_other(comparison: Comparison) -> None:
    (figure,) = charts.draw_comparison(replace(comparison, responsibilities=DUTIES[:1]))["responsibilities"]
    assert figure.title == (
        f"{comparison.a.name} adverts ask to write reports about 3 times as often as {comparison.b.name} adverts"
    )


def test_pay_says_the_gap_its_interval_and_the_medians(comparison: Comparison) -> None:
    (figure,) = charts.draw_comparison(comparison)["pay"]
    assert figure.title == (
        f"By adverts that state pay, {comparison.b.name} pays 25% more than {comparison.a.name}, as it stands (USD)"
    )
    for svg in (figure.svg, figure.svg_narrow):
        assert "(95% interval 11% to 43%), as it stands" in " ".join(texts(svg))
        assert all(say_money(p.median or 0, "USD") in " ".join(texts(svg)) for p in comparison.pay)
    unsure = replace(comparison, pay_gaps=(pay_gap(0.97, 0.9, 1.001),))
    (figure,) = charts.draw_comparison(unsure)["pay"]
    assert "no difference" in figure.title
    assert f"{comparison.a.name} −10% to 0% against" in " ".join(texts(figure.svg))


def test_pay_that_one_role_lacks_is_left_to_the_table(comparison: Comparison) -> None:
    mine, theirs = comparison.pay
    for other in (replace(theirs, median=None), replace(theirs, n=19)):
        assert not pay.draw_pay(replace(comparison, pay=(mine, other)))


def test_the_order_of_tools_shows_the_shares_of_its_steps(comparison: Comparison) -> None:
    (figure,) = charts.draw_comparison(comparison)["moving"]
    for svg in (figure.svg, figure.svg_narrow):
        assert {"10%", "20%", "30%", "1 SQL", "2 R"} <= set(texts(svg))
    assert figure.title.startswith("2 tools, learnt in this order, open 30% of")


def test_one_class_of_work_is_no_comparison(comparison: Comparison) -> None:
    (figure,) = charts.draw_comparison(comparison)["outlook"]
    assert {"+8.7%", "−3.0%"} <= set(texts(figure.svg))
    one = outlook(comparison.a.family, "15-1", "Analysts", 8.7) + outlook(
        comparison.b.family, "15-1", "Analysts", 8.7
    )
    assert "outlook" not in charts.draw_comparison(replace(comparison, outlook=one))


def test_a_role_is_drawn_from_its_claims(profile: RoleProfile) -> None:
    drawn = charts.draw_role(profile)
    assert "responsibilities" in drawn
    shown = [c for c in profile.responsibilities if not c.needed][:12]
    (figure,) = drawn["responsibilities"]
    assert {say_percent(c.estimate.share) for c in shown} <= set(texts(figure.svg))


def test_salaries_are_drawn_by_basis_and_group() -> None:
    claims = (pay_claim("data-analyst", 80_000.0), pay_claim("data-analyst", 90_000.0, basis="pay table"))
    groups = tuple(
        PayGroup("data-analyst", "stated", "USD", "seniority", level, level.capitalize(), 30, 20, *(
            None if median is None else median * x for x in (0.6, 0.8, 1, 1.2, 1.5, 0.95, 1.06)))
        for level, median in (("junior", 60_000.0), ("senior", 95_000.0))
    )  # fmt: skip
    drawn = charts.draw_salaries(SalaryProfile("s", "data-analyst", "Data Analyst", None, claims, groups, 99))
    assert set(drawn) == {"pay", "seniority"}
    assert {"$60,000", "$95,000", "Junior", "Senior"} <= set(texts(drawn["seniority"][0].svg))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_from_the_paper(scheme: str) -> None:
    blocks = re.findall(r":root\s*\{([^}]*)\}", STYLE)
    colours = dict(re.findall(r"--(\w+):\s*(#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for name in ("a", "b", "ink", "quiet"):
        one, other = sorted((light(colours[name]), light(colours["paper"])))
        assert (other + 0.05) / (one + 0.05) >= 4.5, name


def test_ticks_are_round_and_within() -> None:
    assert drawing.ticks_within(0, 0.64, 5) == [0, 0.2, 0.4, 0.6]
    assert drawing.ticks_within(43_000, 225_000, 5) == [50_000, 100_000, 150_000, 200_000]
    assert len(drawing.ticks_within(144_000, 2_700_000, 3)) <= 3


def test_without_the_renderer_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(RolediffError, match=r"pip install 'rolediff\[site\]'"):
        drawing._vl_convert()
