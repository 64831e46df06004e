"""Degrees and years of experience; all postings here are invented."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolediff.extract import education, headings
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher

MATCHER = Matcher({"education": education.phrases(), "heading": headings.phrases()})


def read(texts):
    batch = TextBatch(pa.array(texts, pa.large_string()))
    found = MATCHER.find(batch)
    parts = headings.Headings(batch, found.of("heading"))
    return batch, education.read_education(batch, found.of("education"), parts)


def degree(text):
    _, e = read([text])
    return (e.degree_min[0].as_py(), e.degree_preferred[0].as_py(), e.degree_or_experience[0].as_py())


def years(text):
    _, e = read([text])
    return (e.years_min[0].as_py(), e.years_max[0].as_py())


DEGREES = [
    ("Bachelor's degree in statistics or a related field.", ("bachelor", None, False)),
    ("Bachelor’s degree or equivalent practical experience.", ("bachelor", None, True)),
    ("Bachelor's or Master's degree in physics", ("bachelor", None, False)),
    ("BS, MS or PhD in computer science", ("bachelor", None, False)),
    ("BA/BS required; MBA preferred", ("bachelor", "master", False)),
    ("Bachelor's degree required, Master's degree preferred.", ("bachelor", "master", False)),
    ("A master's degree in economics. PhD is a plus.", ("master", "phd", False)),
    ("PhD in machine learning", ("phd", None, False)),
    ("Degree in mathematics preferred", (None, "bachelor", False)),
    ("Bachelor's degree, preferably in a quantitative subject", ("bachelor", None, False)),
    ("An advanced degree in a quantitative field", ("master", None, False)),
    ("High school diploma or GED", ("none", None, False)),
    ("Associate degree or related work experience", ("associate", None, True)),
    ("University degree in IT. Experience may be substituted for education.", ("bachelor", None, True)),
    ("Degree in law or 6 years of relevant work experience", ("bachelor", None, True)),
    ("BA/BS or equivalent", ("bachelor", None, False)),
    ("B.Tech in any branch", ("bachelor", None, False)),
    (
        "Requirements:\nBachelor's degree\nPreferred qualifications:\nMaster's degree",
        ("bachelor", "master", False),
    ),
    ("MS in statistics", ("master", None, False)),
    # Preferred for itself.
    ("An advanced degree, PhD preferred.", ("master", "phd", False)),
    (
        "A Bachelor's degree (Master's preferred) in physics or equivalent experience",
        ("bachelor", "master", True),
    ),
    ("PhD (preferred) or MS in physics", ("master", "phd", False)),
    ("An engineering degree and/or MBA (MBA preferred)", ("bachelor", "master", False)),
    ("Recommended education:\nMaster's degree", (None, "master", False)),
    ("We are especially interested in people with:\nBA/BS in physics", (None, "bachelor", False)),
    ("BSc in physics. Advanced degree preferably in optics.", ("bachelor", "master", False)),
    ("Preferred qualifications:\nPhD\nBachelor's degree in optics is required", ("bachelor", "phd", False)),
    ("Education (preferred but not mandatory): Associate's degree", (None, "associate", False)),
    ("Bachelor's degree (required).\nMaster's degree in optics (preferred).", ("bachelor", "master", False)),
    # Only the subject is preferred.
    ("Bachelor's degree preferably in optics", ("bachelor", None, False)),
    ("Bachelor's degree in glass (preferably optics)", ("bachelor", None, False)),
    ("Master's degree, ideally in a field such as optics", ("master", None, False)),
    ("Must be pursuing a Bachelor's degree in optics, glass experience preferred", ("bachelor", None, False)),
    # Spellings.
    ("Education: Master or above, with 5 years of glass making", ("master", None, False)),
    ("PhD or Master in optics", ("master", None, False)),
    ("MS with 2 years' experience or BS with 5 years' experience in optics", ("bachelor", None, False)),
    ("Makes lenses to deadlinesMS or PhD in optics", ("master", None, False)),
    ("Qualification: Any Degree", ("bachelor", None, False)),
    ("Advanced university degree in optics", ("master", None, False)),
    ("BSEE or BSCS", ("bachelor", None, False)),
    # A student's post names no degree.
    ("You are currently enrolled in a post-secondary program.", ("bachelor", None, False)),
    ("You are enrolled in a PhD program in optics.", ("phd", None, False)),
    # Experience instead, behind a semicolon, on the next line, in figures.
    ("Bachelor's degree in optics; or two to four years related experience", ("bachelor", None, True)),
    ("Bachelor's degree in\noptics, glass\n, or equivalent experience", ("bachelor", None, True)),
    (
        "Bachelor's degree or a minimum of 10+ years of relevant, hands-on lab experience",
        ("bachelor", None, True),
    ),
    (
        "Bachelor's degree (or equivalent experience) and 8 years, or Master's degree",
        ("bachelor", None, True),
    ),
    ("Bachelor's degree in optics and 2 years in a lab or comparable experience", ("bachelor", None, False)),
    (
        "4 years with a bachelor's degree or two years of experience with a master's degree",
        ("bachelor", None, False),
    ),
    ("MS or PhD in optics or related real-world experience", ("master", None, True)),
    (
        "Master's degree in optics\nFurther experience may stand in lieu of the degree",
        ("master", None, True),
    ),
    # A heading taken for one about the employer keeps no demand from being read, where nothing else stands.
    ("About us:\nWe grind lenses.\nBachelor's degree in optics", ("bachelor", None, False)),
]


@pytest.mark.parametrize(("text", "expected"), DEGREES)
def test_degrees(text, expected):
    assert degree(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Proficient in MS Office and MS Excel",
        "You work with a high degree of accuracy",
        "Own our master data and the scrum master role",
        "Our BA and QA teams sit together",
        "Give 360 degree feedback",
        "You will be a team player and be on time",
        "Offices in Jackson, MS and Boston, MA",
        "Master the art of dashboards",
        "Work with a scrum master or the product owner",
        "One year of lab work: 1 year of experience if the candidate holds an advanced degree",
        "Acme Lenses is enrolled in E-Verify",
        "About us:\nOur team of founders holds a PhD in optics",
        "Benefits:\nWe pay tuition for a Bachelor's degree in optics",
    ],
)
def test_what_is_no_degree(text):
    assert degree(text) == (None, None, None)


def test_degrees_of_benefits_and_of_the_employer_are_not_asked():
    assert degree("Benefits:\nTuition help towards a bachelor's degree\nDental care") == (None, None, None)


YEARS = [
    ("5+ years of experience in analytics", (5, None)),
    ("3-5 years of relevant experience", (3, 5)),
    ("3–5+ years’ experience with reporting", (3, 5)),
    ("at least three years of experience", (3, None)),
    ("Minimum of five (5) years of professional experience", (5, None)),
    ("2 to 4 yrs experience in sales", (2, 4)),
    ("Experience: 3 - 10 years", (3, 10)),
    ("0-2 years of experience", (0, 2)),
    ("No experience needed, we train you", (0, None)),
    ("2 years of SQL experience\n4 years of Python experience", (4, None)),
    ("8+ years of overall experience\n10 years of experience with mainframes", (8, None)),
    ("Bachelor's degree and 6 years of experience or Master's degree and 4 years of experience", (6, None)),
    ("PhD and 1 year of experience, or Master's and 3 years of experience", (3, None)),
    ("Bachelor's degree or 8 years of experience\n2+ years of data experience", (2, None)),
    ("Required: 3 years of experience. 7 years of experience preferred.", (3, None)),
    ("7+ years of experience preferred", (7, None)),
    ("0-3 years | 4-8 years | 9+ years of related experience", (0, 3)),
    ("3 ans d'expérience minimum", (3, None)),
    ("Mindestens 2 Jahre Berufserfahrung", (2, None)),
    # It is the firm that looks for somebody, not the firm that has the years.
    ("We are looking for a grinder with 2-5 years of experience.", (2, 5)),
    ("Acme Lenses, a lab we have run with care, is seeking a grinder with 7+ years of experience", (7, None)),
    ("We would love to hear from you if you have: 8+ years of experience, 4+ years in optics", (8, None)),
    ("4+ years of lens grinding or equivalent", (4, None)),
    ("Senior grinders (3-10 yrs) who want to own a lab", (3, 10)),
    ("5.00-9.00 Years", (5, 9)),
    ("5+ yearsof applied lab experience", (5, None)),
    ("3+ years of post-PhD experience", (3, None)),
    ("No prior work experience is required.", (0, None)),
    ("10 years of experience are required, but an advanced degree may substitute for some", (10, None)),
    ("No less than 3 years of lab experience", (3, None)),
    ("Bachelor's degree or a minimum of 10+ years of experience\n5+ years of optics experience", (5, None)),
]


@pytest.mark.parametrize(("text", "expected"), YEARS)
def test_years(text, expected):
    assert years(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "For over 20 years we have built maps.",
        "With more than 50 years of experience, Acme Maps has earned trust.",
        "You must be 18 years old",
        "Stock vests over 4 years of service",
        "A 2-year contract",
        "A four year degree programme",
        "Named a top workplace five years in a row",
        "$120,000 per year",
        "Our 85-year-old company",
        "In your first year you will travel",
        "Clearance needs 5 years UK residency",
        "A three-year employment history that we can check",
        "A four-year high school diploma",
        "At least three years of coursework in optics",
        "You have less than 2 years of work experience",
        "Completion of a 2 year lens grinding training program",
        "Eight years of lab experience may be substituted for education",
        "Three years of full support for your research",
        "Lens classes for teens (6-16 years)",
        "Role type: fixed-term for 3 years",
    ],
)
def test_other_years_are_not_asked(text):
    assert years(text) == (None, None)


def test_mentions_quote_what_was_read():
    batch, e = read(["Café – BSc required; a PhD is a plus.\n3–5 years of experience"])
    assert [batch.quote(s, t) for s, t in zip(e.degree.start, e.degree.end, strict=True)] == ["BSc", "PhD"]
    assert e.degree.value.to_pylist() == ["bachelor", "preferred:phd"]
    assert e.degree.need.to_pylist() == ["required", "preferred"]
    assert [batch.quote(s, t) for s, t in zip(e.years.start, e.years.end, strict=True)] == ["3–5 years"]
    assert e.years.value.to_pylist() == ["3-5"]


TEXTS = [t for t, _ in DEGREES + YEARS] + ["", "years", "or equivalent experience", "preferred:"]


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_row_reads_the_same_in_any_company(texts):
    _, together = read(texts)
    alone = [read([t])[1] for t in texts]
    for name in ("degree_min", "degree_preferred", "degree_or_experience", "years_min", "years_max"):
        assert getattr(together, name).to_pylist() == [getattr(a, name)[0].as_py() for a in alone]


def test_every_degree_of_the_table_has_a_known_level():
    assert len(education.phrases()) == len(set(education.phrases()))
    assert set(education.LEVELS) >= {"none", "associate", "bachelor", "master", "phd"}
