"""The family from the text, where the title says too little. Adverts and employers are invented."""

from __future__ import annotations

import pyarrow as pa
import pytest

from rolediff.extract import extract_batch
from rolediff.extract.role_in_text import CONFIDENCE_IN_TEXT, read_role
from rolediff.schema import TEXT
from rolediff.titles import CONFIDENCE

FILLER = "Acme Rockets sends small parcels to the moon. We are forty people and a dog.\n"


def extract(title: str | None, text: str) -> dict[str, object]:
    row = [["1"], [title], [None], [text]]
    arrays = [pa.array(v, f.type) for v, f in zip(row, TEXT, strict=True)]
    found: dict[str, object] = extract_batch(pa.RecordBatch.from_arrays(arrays, schema=TEXT)).to_pylist()[0]
    return found


@pytest.mark.parametrize(
    ("text", "family"),
    [
        # labelled lines
        ("Job Title: Senior Data Engineer\nLocation: Springfield", "data-engineer"),
        ("Position - Machine Learning Engineer\n", "machine-learning-engineer"),
        ("Intitulé du poste : Ingénieur data H/F\n", "data-engineer"),
        # sentences
        ("We are looking for a curious, careful (Senior) Data Engineer.", None),  # a bracket ends the title
        ("We are looking for a curious and careful Data Engineer to join us.", "data-engineer"),
        ("Acme is hiring an analytics engineer with a liking for order.", "analytics-engineer"),
        ("Acme seeks a Data Scientist who likes rockets.", "data-scientist"),
        ("Join our small team as a Data Analyst!", "data-analyst"),
        ("As a Machine Learning Engineer you will build models.", "machine-learning-engineer"),
        ("The Data Scientist will report to the chief.", "data-scientist"),
        ("We have a newly created Business Analyst role.", "business-analyst"),
        ("Nous recherchons un Data Analyst pour notre équipe.", "data-analyst"),
        ("Zum Start suchen wir eine Datenanalystin für unser Büro.", "data-analyst"),
        ("We are looking for a Recruiter with patience.", "other"),
        ("We are looking for a Software Engineer to write Go.", "software-engineer"),
        # what names no job of the holder
        ("You have experience as a data analyst and a degree.", None),
        ("You will work with data scientists and report to the Head of Data.", None),
        ("What we are looking for: 5 years of software engineering experience", None),
        ("We are looking for a talented analyst.", None),
        ("We are looking for people who like data.", None),
        ("As a company that lives on data, we care.", None),
        ("", None),
        # answers that differ
        ("We are looking for a Data Engineer. We are also hiring a Data Scientist.", None),
        # below a list, the first data role
        ("We're hiring:\n- Backend Engineer\n- Data Engineer\n- Data Scientist\n", "data-engineer"),
        ("Open roles:\n* Backend Engineer\n* Account Executive\n", None),
        # headers of forum posts
        ("Acme | Backend Engineer, Data Engineer | Remote | Full-time", "data-engineer"),
        ("Acme | ML Engineer | Data Scientist | Remote", "machine-learning-engineer"),
        ("Acme | Senior Software Engineers | Springfield | ONSITE", "software-engineer"),
        ("Acme | Support Engineer | Software Engineer | Remote", None),
        ("Data Science Acme | Remote | Full-time", None),
        (
            "Acme | Remote | https://acme.example\n\nWe are hiring a Data Analyst to count rockets.",
            "data-analyst",
        ),
    ],
)
def test_reads_the_job_that_a_text_names(text: str, family: str | None) -> None:
    found, confidence = read_role(text)
    assert found == family
    assert (confidence > 0) == (family is not None)


def test_only_what_stands_near_the_top_counts() -> None:
    assert read_role(FILLER * 60 + "We are looking for a Data Engineer to join us.") == (None, 0.0)


def test_a_bare_manager_takes_only_one_who_leads() -> None:
    text = "We are looking for a Data Engineer to join us."
    assert read_role(text, "manager") == (None, 0.0)
    assert (
        read_role("We are looking for a Data Engineering Manager to lead.", "manager")[0] == "data-engineer"
    )


def test_a_text_is_less_sure_than_a_clear_title() -> None:
    clear = min(CONFIDENCE[rule] for rule in ("role", "left", "right", "closed", "cross", "head"))
    assert max(CONFIDENCE_IN_TEXT.values()) < clear


TEXT_OF_ENGINEER = FILLER + "As a Data Engineer you will move numbers from here to there."


@pytest.mark.parametrize(
    ("title", "family", "seniority"),
    [
        ("Senior Engineer", "data-engineer", "senior"),
        ("Member of Technical Staff", "data-engineer", "unspecified"),
        (None, "data-engineer", "unspecified"),
        ("", "data-engineer", "unspecified"),
        # a title that names a job stands, whatever the text says
        ("Recruiter", "other", "unspecified"),
        ("Product Manager", "other", "unspecified"),
        ("Data Analyst", "data-analyst", "unspecified"),
    ],
)
def test_the_text_decides_where_the_title_says_too_little(
    title: str | None, family: str, seniority: str
) -> None:
    found = extract(title, TEXT_OF_ENGINEER)
    assert (found["family"], found["seniority"]) == (family, seniority)


@pytest.mark.parametrize(
    ("title", "family", "seniority"),
    [("Engineer II", None, "unspecified"), (None, None, None), ("Scientist II", "other", "unspecified")],
)
def test_where_neither_tells_the_family_is_unknown(
    title: str | None, family: str | None, seniority: str | None
) -> None:
    found = extract(title, FILLER)
    assert (found["family"], found["seniority"]) == (family, seniority)
    assert found["title_confidence"] == pytest.approx(CONFIDENCE["science"] if family else 0.0)
