"""Reading titles: invented titles, names of roles, and the labelled titles for development."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolediff.errors import UnknownRoleError
from rolediff.titles import (
    CONFIDENCE,
    families,
    read_title,
    read_titles,
    resolve_role,
    role_name,
    role_slug,
    seniorities,
)

SHARED = Path(os.environ.get("ROLEDIFF_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.mark.parametrize(
    ("title", "family", "seniority"),
    [
        # plain, abbreviated, glued, shouted
        ("Data Scientist", "data-scientist", "unspecified"),
        ("SENIOR DATA ENGINEER", "data-engineer", "senior"),
        ("DataScientist", "data-scientist", "unspecified"),
        ("Sr. Mgr, Data Science", "data-scientist", "manager"),
        ("Oracle DBA", "database-administrator", "unspecified"),
        ("MLE II", "machine-learning-engineer", "unspecified"),
        ("CV Engineer", "computer-vision-engineer", "unspecified"),
        ("ETL Developer", "data-engineer", "unspecified"),
        ("DS Intern", "data-scientist", "intern"),
        # place, pay, requisition, gender marks
        ("Data Engineer (m/w/d) - Musterstadt - €70.000", "data-engineer", "unspecified"),
        ("R-20391 | Jr. Data Analyst | Springfield, OH", "data-analyst", "entry"),
        ("Data Analyst H/F", "data-analyst", "unspecified"),
        ("ML Engineer @ Acme Rockets, $150k", "machine-learning-engineer", "unspecified"),
        # the noun nearest the head
        ("AI/ML Engineer", "machine-learning-engineer", "unspecified"),
        ("Data & AI Engineer", "ai-engineer", "unspecified"),
        ("AI and Data Engineer", "data-engineer", "unspecified"),
        ("Data Analytics Engineer", "analytics-engineer", "unspecified"),
        ("Data/Business Analyst", "business-analyst", "unspecified"),
        ("Machine Learning (Ranking) Engineer", "machine-learning-engineer", "unspecified"),
        ("MLOps/DevOps Engineer", "mlops-engineer", "unspecified"),
        ("Data Security Engineer", "other-engineering", "unspecified"),
        # of two whole roles the first, but a data role before another
        ("Data Scientist / Data Engineer", "data-scientist", "unspecified"),
        ("Java Developer / Data Engineer", "data-engineer", "unspecified"),
        ("Project Manager / Business Analyst", "business-analyst", "unspecified"),
        # heads that find their area elsewhere
        ("Software Engineer, Machine Learning", "machine-learning-engineer", "unspecified"),
        ("Software Engineer - ML Platform", "mlops-engineer", "unspecified"),
        ("Backend Engineer, ML Platform", "software-engineer", "unspecified"),
        ("Full Stack Engineer - AI", "software-engineer", "unspecified"),
        ("Director, Analytics", "data-analyst", "director"),
        ("Director, Data & Analytics", "data-leadership", "director"),
        ("Engineering Manager, Checkout AI", "software-engineer", "manager"),
        ("Engineering Manager, Machine Learning", "machine-learning-engineer", "manager"),
        ("Solutions Architect, Machine Learning", "ai-architect", "unspecified"),
        ("Product Manager, Search Data", "data-product-manager", "unspecified"),
        # decisions of the guidelines
        ("Machine Learning Scientist", "research-scientist", "unspecified"),
        ("Research Scientist", "research-scientist", "unspecified"),
        ("Research Scientist, Immunology", "other", "unspecified"),
        ("Polymer Research Scientist", "other", "unspecified"),
        ("Data Quality Engineer", "data-governance-specialist", "unspecified"),
        ("Master Data Analyst", "data-governance-specialist", "unspecified"),
        ("Master Data Engineer", "data-engineer", "unspecified"),
        ("MDM Architect", "data-architect", "unspecified"),
        ("Data Operations Engineer", "data-operations-specialist", "unspecified"),
        ("Big Data Support Engineer", "other-engineering", "unspecified"),
        ("Computer Vision Scientist", "computer-vision-engineer", "unspecified"),
        ("Data Science Engineer", "data-science-engineer", "unspecified"),
        ("Head of Data Platform", "data-engineer", "director"),
        ("Director, Data Engineering and BI", "data-leadership", "director"),
        ("Director of Analytics & Data Science", "data-leadership", "director"),
        ("Manager, Data Science", "data-scientist", "manager"),
        ("Backend (Python) Engineer, AI Tools", "software-engineer", "unspecified"),
        ("Algorithm Developer (Machine Learning)", "machine-learning-engineer", "unspecified"),
        ("AI Inference Engineer", "mlops-engineer", "unspecified"),
        ("Consultant BI - Lille", "business-intelligence-engineer", "unspecified"),
        ("BI Manager", "business-intelligence-analyst", "manager"),
        ("Decision Scientist", "data-scientist", "unspecified"),
        ("Statistical Programmer III", "statistician", "senior"),
        ("Quant Developer", "quantitative-analyst", "unspecified"),
        ("Data Labeling Associate", "data-specialist", "unspecified"),
        # never data roles
        ("Data Science Trainer", "other", "unspecified"),
        ("Technical Recruiter (AI)", "other", "unspecified"),
        ("Data Center Technician", "other", "unspecified"),
        ("AI Partnerships Manager", "other", "manager"),
        ("Data Entry Clerk", "other", "unspecified"),
        ("Technical Program Manager, Machine Learning", "other", "unspecified"),
        ("Network Engineer", "other-engineering", "unspecified"),
        ("Java Developer", "software-engineer", "unspecified"),
        # other languages
        ("Ingénieur machine learning H/F", "machine-learning-engineer", "unspecified"),
        ("Ingénieur·e data confirmé·e", "data-engineer", "unspecified"),
        ("Responsable master data", "data-governance-specialist", "manager"),
        ("Architecte Data & IA", "ai-architect", "unspecified"),
        ("Alternance - Data Analyst", "data-analyst", "intern"),
        ("Datenanalyst (m/w/d)", "data-analyst", "unspecified"),
        ("KI-Entwickler:in", "ai-engineer", "unspecified"),
        ("Leiter Data Science", "data-scientist", "director"),
        ("Werkstudent Machine Learning", "machine-learning-engineer", "intern"),
        ("Data-analist", "data-analyst", "unspecified"),
        ("Cientista de Dados Sênior", "data-scientist", "senior"),
        ("Ingeniero de Datos", "data-engineer", "unspecified"),
        ("Engenheira de Dados Jr", "data-engineer", "entry"),
        ("Datenanalystin (m/w/d)", "data-analyst", "unspecified"),
        ("Ingénieur décisionnel", "business-intelligence-engineer", "unspecified"),
        ("Wissenschaftliche/r Mitarbeiter/in Machine Learning", "research-scientist", "unspecified"),
        ("Masterarbeit im Bereich KI", "research-scientist", "intern"),
        ("PhD student in Computer Vision", "research-scientist", "unspecified"),
        ("Apprenti Data Scientist", "data-scientist", "intern"),
        ("Practicante de análisis de datos", "data-analyst", "intern"),
        ("Analityk danych", "data-analyst", "unspecified"),
        ("Dataingeniør", "data-engineer", "unspecified"),
        ("Développeur Full Stack IA F/H", "software-engineer", "unspecified"),
        # compounds and slips of spelling
        ("Systemingenieur (m/w/d)", "other-engineering", "unspecified"),
        ("Sofware Engineer - NLP", "nlp-engineer", "unspecified"),
        ("Machine Learning Enigneer", "machine-learning-engineer", "unspecified"),
        ("Pricipal Data Scientist", "data-scientist", "principal"),
        ("Managed Services Consultant", "other", "unspecified"),
        # rules that once went wrong
        ("Data & BI Analyst", "business-intelligence-analyst", "unspecified"),
        ("Lead Consultant - Business Analysis", "business-analyst", "lead"),
        ("Senior Platform Engineer - Data", "data-engineer", "senior"),
        ("Python Developer (Data)", "data-engineer", "unspecified"),
        ("VP Engineering, Data", "data-engineer", "executive"),
        ("ETL Tester", "other-engineering", "unspecified"),
        ("Director of Platform Engineering", "software-engineer", "director"),
        ("Environmental Data Science", "data-scientist", "unspecified"),
        ("Admin Clerk", "other", "unspecified"),
        ("Technical Lead Software Developer", "software-engineer", "lead"),
        ("Director, Product Marketing, Data Lakes and Analytics", "other", "director"),
        ("Robotic Process Automation Developer", "software-engineer", "unspecified"),
        ("Data Science Tech Lead", "data-scientist", "lead"),
        ("AI Solutions Specialist", "ai-engineer", "unspecified"),
        ("Report Developer", "business-intelligence-engineer", "unspecified"),
        ("Quantitative Strategist", "quantitative-analyst", "unspecified"),
        ("Member of Technical Staff, Machine Learning", "machine-learning-engineer", "unspecified"),
    ],
)
def test_reads_family_and_seniority(title: str, family: str, seniority: str) -> None:
    reading = read_title(title)
    assert (reading.family, reading.seniority) == (family, seniority)


@pytest.mark.parametrize(
    ("title", "seniority"),
    [
        ("Data Analyst I", "entry"),
        ("Data Analyst 1", "entry"),
        ("Data Analyst II", "unspecified"),
        ("Data Analyst III", "senior"),
        ("Data Analyst IV", "staff"),
        ("Data Analyst, Level III", "senior"),
        ("Data Analyst I/II", "unspecified"),
        ("Data Analyst 1, 2, Senior", "senior"),
        ("Data Engineer L5", "unspecified"),
        ("Data Engineer - 2 days on site", "unspecified"),
        ("Data Engineer 3+ years", "unspecified"),
        ("Data Engineer 3-5 yrs", "unspecified"),
        ("Data Engineer Lvl 3", "senior"),
        ("Assoc Data Analyst", "entry"),
        ("Assoc. Dir., Data", "director"),
        ("Business Analyst, MiFID II", "unspecified"),
        ("Associate Data Scientist", "entry"),
        ("Data Scientist Associate", "unspecified"),
        ("Associate Data Engineer II", "unspecified"),
        ("Associate Director, Data Science", "director"),
        ("Member of Technical Staff", "unspecified"),
        ("Staff Data Scientist", "staff"),
        ("Senior Staff Engineer", "staff"),
        ("Lead Principal Data Scientist", "principal"),
        ("Senior Manager, Analytics", "manager"),
        ("Product Manager", "unspecified"),
        ("Senior Product Manager", "senior"),
        ("Program Manager, AI", "unspecified"),
        ("Product Marketing Manager", "manager"),
        ("Account Executive", "unspecified"),
        ("Executive Assistant to the CEO", "unspecified"),
        ("Chief of Staff", "unspecified"),
        ("Chief Data Officer", "executive"),
        ("AVP Risk Analytics", "executive"),
        ("Senior Vice President of Data", "executive"),
        ("Head of Data", "director"),
        ("Mid/Senior Data Engineer", "senior"),
        ("Junior/Mid Data Engineer", "unspecified"),
        ("(Senior) Data Engineer", "senior"),
        ("Data Analyst, Lead Generation", "unspecified"),
        ("Manager in Training", "intern"),
        ("Data Science Working Student", "intern"),
        ("Entry-Level Data Analyst", "entry"),
        ("Data Entry Specialist", "unspecified"),
    ],
)
def test_reads_seniority(title: str, seniority: str) -> None:
    assert read_title(title).seniority == seniority


@pytest.mark.parametrize("title", [None, "", "  ", "---", "12345", "???"])
def test_a_title_without_words_is_unknown(title: str | None) -> None:
    reading = read_title(title)
    assert (reading.family, reading.seniority, reading.confidence) == (None, "unspecified", 0.0)


@pytest.mark.parametrize(
    "title",
    [
        "Associate",
        "Engineer II",
        "Consultant",
        "Senior Manager",
        "Member of Technical Staff",
        "Data & AI",
        "Scientist II",
        "AnalystPost Date",
    ],
)
def test_a_title_that_says_too_little_is_doubtful(title: str) -> None:
    reading = read_title(title)
    assert reading.family in ("other", "other-engineering", "software-engineer")
    assert reading.confidence < 0.4


@pytest.mark.parametrize("title", ["Product Manager", "Recruiter", "Phlebotomist", "Customer Service Agent"])
def test_a_title_that_names_another_job_is_not_bare(title: str) -> None:
    assert read_title(title).family == "other"
    assert read_title(title).confidence >= 0.4


@given(st.text(max_size=80))
def test_every_text_has_a_reading(title: str) -> None:
    reading = read_title(title)
    assert reading.family is None or reading.family in families()
    assert reading.seniority in seniorities()
    assert reading.confidence == CONFIDENCE[reading.rule]
    assert (reading.family is None) == (reading.confidence == 0)


@given(st.lists(st.sampled_from([None, "", "Data Analyst", "Sr ML Engineer", "Consultant"]), max_size=12))
def test_columns_say_what_single_readings_say(titles: list[str | None]) -> None:
    for column in (
        titles,
        pa.array(titles, pa.string()),
        pa.chunked_array([titles, titles[:1]], pa.string()),
    ):
        expected = column if isinstance(column, list) else column.to_pylist()
        family, seniority, confidence = read_titles(column)
        assert len(family) == len(seniority) == len(confidence) == len(expected)
        for row, title in enumerate(expected):
            reading = read_title(title)
            assert family[row].as_py() == reading.family
            assert seniority[row].as_py() == (None if title is None else reading.seniority)
            assert confidence[row].as_py() == pytest.approx(reading.confidence)


# ── names of roles ───────────────────────────────────────────────────────────────────────────────

ROLES = [(family, seniority) for family in families() for seniority in (None, *seniorities())]


@pytest.mark.parametrize(("family", "seniority"), ROLES)
def test_names_and_slugs_lead_back(family: str, seniority: str | None) -> None:
    assert resolve_role(role_name(family, seniority)) == (family, seniority)
    assert resolve_role(role_slug(family, seniority)) == (family, seniority)


def test_names_and_slugs_are_distinct() -> None:
    assert len({role_name(*role) for role in ROLES}) == len(ROLES)
    assert len({role_slug(*role) for role in ROLES}) == len(ROLES)


@pytest.mark.parametrize(
    ("family", "seniority", "name", "slug"),
    [
        ("data-scientist", None, "Data Scientist", "data-scientist"),
        (
            "machine-learning-engineer",
            "lead",
            "Lead Machine Learning Engineer",
            "lead-machine-learning-engineer",
        ),
        ("data-scientist", "manager", "Data Science Manager", "data-science-manager"),
        ("data-scientist", "director", "Director of Data Science", "director-of-data-science"),
        ("data-scientist", "intern", "Data Science Intern", "data-science-intern"),
        ("data-scientist", "entry", "Junior Data Scientist", "junior-data-scientist"),
        ("data-scientist", "unspecified", "Data Scientist (no level stated)", "data-scientist-unspecified"),
        ("data-engineer", "executive", "Vice President of Data Engineering", None),
        ("data-specialist", "manager", "Manager of Data Management", None),
    ],
)
def test_role_names(family: str, seniority: str | None, name: str, slug: str | None) -> None:
    assert role_name(family, seniority) == name
    if slug:
        assert role_slug(family, seniority) == slug


@pytest.mark.parametrize(
    ("query", "role"),
    [
        ("lead ML engineer", ("machine-learning-engineer", "lead")),
        ("sr data analyst", ("data-analyst", "senior")),
        ("data science manager", ("data-scientist", "manager")),
        ("Data Scientists", ("data-scientist", None)),
        ("dba", ("database-administrator", None)),
        ("head of data", ("data-leadership", "director")),
        ("mid-level data engineer", ("data-engineer", "unspecified")),
        ("staff mlops", ("mlops-engineer", "staff")),
        ("machine learning", ("machine-learning-engineer", None)),
        ("software developer", ("software-engineer", None)),
        ("other-engineering", ("other-engineering", None)),
    ],
)
def test_resolves_a_persons_words(query: str, role: tuple[str, str | None]) -> None:
    assert resolve_role(query) == role


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dat scientist", "data-scientist"),
        ("applied scientst", "applied-scientist"),
        ("senior analitics enginer", "senior-analytics-engineer"),
        ("plumber", None),
        ("", None),
    ],
)
def test_unknown_roles_come_with_suggestions(query: str, first: str | None) -> None:
    with pytest.raises(UnknownRoleError) as error:
        resolve_role(query)
    suggestions = error.value.suggestions
    assert len(suggestions) <= 3
    assert (suggestions[0] if suggestions else None) == first
    for suggestion in suggestions:
        resolve_role(suggestion)


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(UnknownRoleError):
        role_name("astronaut")
    with pytest.raises(UnknownRoleError):
        role_slug("data-scientist", "emperor")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def test_families_follow_the_guidelines() -> None:
    guidelines = SHARED / "labels" / "GUIDELINES.md"
    if not guidelines.exists():
        pytest.skip(f"no labelling guidelines under {SHARED}")
    text = guidelines.read_text(encoding="utf-8")
    part = text.split("## family")[1].split("A manager of one discipline")[0].replace("\n", " ")
    listed = [item.strip().split(" ")[0] for item in part.split("title breaks a tie")[-1].split("·")]
    assert set(listed[1:]) <= set(families())
    assert len(families()) == len(listed)


def test_kinds_and_definitions() -> None:
    others = {id_ for id_, family in families().items() if family.kind == "other"}
    assert others == {"software-engineer", "other-engineering", "other"}
    for family in families().values():
        assert 1 <= family.definition.count(". ") + 1 <= 2
        assert not any(c.isdigit() for c in family.definition)


# ── labelled titles ──────────────────────────────────────────────────────────────────────────────


def _labelled() -> list[tuple[str, str, str]]:
    path = SHARED / "labels" / "titles-dev.tsv"
    if not path.exists():
        pytest.skip(f"no labelled titles under {SHARED}")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [(title, family, seniority) for _, family, seniority, title in rows]


def test_reads_labelled_titles() -> None:
    labelled = _labelled()
    readings = [read_title(title) for title, _, _ in labelled]
    families_right = sum(r.family == f for r, (_, f, _) in zip(readings, labelled, strict=True))
    seniorities_right = sum(r.seniority == s for r, (_, _, s) in zip(readings, labelled, strict=True))
    assert families_right / len(labelled) >= 0.95
    assert seniorities_right / len(labelled) >= 0.97


def test_confidence_is_kept() -> None:
    """Readings of a stated confidence are right at least that often, where enough are labelled."""
    by_confidence: dict[float, list[bool]] = {}
    for title, family, _ in _labelled():
        reading = read_title(title)
        by_confidence.setdefault(reading.confidence, []).append(reading.family == family)
    for confidence, right in by_confidence.items():
        if len(right) >= 20:
            assert sum(right) / len(right) >= confidence


def test_reads_fast_enough() -> None:
    """30 microseconds a title, with room for a busy machine."""
    titles = [title for title, _, _ in _labelled()]
    read_title("warm up")
    best = min(_seconds(titles) for _ in range(3))
    assert best / len(titles) < 60e-6


def _seconds(titles: list[str]) -> float:
    start = time.process_time()
    for title in titles:
        read_title(title)
    return time.process_time() - start


def test_labels_of_postings_use_known_ids() -> None:
    path = SHARED / "labels" / "postings-dev.jsonl"
    if not path.exists():
        pytest.skip(f"no labelled postings under {SHARED}")
    for line in path.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        assert label["family"] in families()
        assert label["seniority"] in seniorities()
