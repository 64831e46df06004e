"""Work mode and employment type; all postings here are invented."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolediff.extract import headings, work
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher

MATCHER = Matcher({"work": work.phrases(), "heading": headings.phrases()})


def read(texts, titles=None, places=None):
    batch = TextBatch(pa.array(texts, pa.large_string()))
    found = MATCHER.find(batch)
    parts = headings.Headings(batch, found.of("heading"))
    column = lambda values: pa.array(values, pa.string()) if values else None  # noqa: E731
    return batch, *work.read_work(batch, found.of("work"), column(titles), column(places), parts)


def mode(text, title=None, place=None):
    return read([text], [title], [place])[1][0].as_py()


def kind(text, title=None):
    return read([text], [title])[2][0].as_py()


MODES = [
    ("This is a fully remote position.", "remote"),
    ("Location: Remote", "remote"),
    ("Acme Maps | Data Engineer | REMOTE (US) | Full-time", "remote"),
    ("You can work from our Lyon office or remotely in France.", "remote"),
    ("The role is remote or on-site in Lyon.", "remote"),
    ("#LI-Remote", "remote"),
    ("This is a hybrid role in Leeds.", "hybrid"),
    ("You are in the office 3 days a week.", "hybrid"),
    ("Two days per week from home are fine.", "hybrid"),
    ("Acme Maps | Leeds | Hybrid", "hybrid"),
    ("We meet in our office 5 days a week.", "onsite"),
    ("Work Location: In person", "onsite"),
    ("This is an on-site position in Leeds.", "onsite"),
    ("This is not a remote position.", "onsite"),
    ("Remote work is not an option.", "onsite"),
    ("Work will be performed onsite at the plant.", "onsite"),
    ("Location: Remote Work Opportunity - Flexible", "remote"),
    ("Ours is a virtual, work from home position.", "remote"),
    ("Our people choose where they work: in an office, from home, or both.", "remote"),
    ("Location: Leeds (hybrid) or remote in the UK", "remote"),
    ("You can work remotely or from the office.", "remote"),
    ("Acme Maps | Mapper | Remote or Hybrid (Leeds) | Full-time", "remote"),
    ("Location\n\nHybrid in Fort Leeds\n\nDepartment", "hybrid"),
    ("Hybrid is our way of working.", "hybrid"),
    ("Salary 90k Hybrid - Leeds (x3 Days)", "hybrid"),
    ("We are onsite Tuesday, Wednesday and Thursday.", "hybrid"),
    ("You are in the office Monday through Friday.", "onsite"),
    ("Perks: a gym, WFH each Friday", "hybrid"),
    ("Some maps may be drawn by working from home on an occasional basis.", "hybrid"),
    ("A combination of in-office and remote mapping", "hybrid"),
    ("Work Mode: WFO", "onsite"),
    ("MAP MAKER LEEDS/HYBRID UP TO 55,000", "hybrid"),
    ("Location: Leeds (Hybrid Week)", "hybrid"),
    ("Join our mappers (offices working in Hybrid model).", "hybrid"),
    ("Although our plant is in Leeds, we have a distributed team.", "remote"),
    ("Tasks are done at a desk, working in an office or cubicle environment", "onsite"),
    ("Mapper Leeds, hybrid 2 days per week.", "hybrid"),
    ("You split your hours between our Leeds office and telecommuting.", "hybrid"),
    ("You work onsite out of their Leeds plant.", "onsite"),
    ("Work Remotely\nNo", "onsite"),
    ("Potential telework position\nNo", "onsite"),
    ("This role is hands-on and is onsite in Fort Leeds, UK.", "onsite"),
    # An office, where nothing else stands.
    ("This is a full-time role at our Leeds, UK office.", "onsite"),
    ("The position is based in our map office in Leeds.", "onsite"),
    ("The duties of the clerk are performed in an office setting.", "onsite"),
    ("The position is based in our Leeds office. This is a hybrid role.", "hybrid"),
]


@pytest.mark.parametrize(("text", "expected"), MODES)
def test_modes(text, expected):
    assert mode(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Experience with remote sensing and remote control",
        "You lead remote teams across the world",
        "Hybrid cloud and hybrid vehicles",
        "On-site gym and on-site interviews",
        "Hybrid generative models",
        "Comfortable working remotely when needed",
        "Present findings in person and in writing",
        "The Office of Research",
        "Remote work stipend",
        "Fully remote during the pandemic",
        "Experience in remote-first firms",
        "If this position is listed as remote or hybrid, bring a laptop",
        "Skilled in Microsoft Office and in running a front office",
        "You report to the Chief Map Office of the firm",
        "We have offices in Leeds and Lyon",
        "You may be asked to work in our Lyon office",
        "Some office work and some field work",
        "You manage a distributed team of mappers remotely",
        "Set goals based on site traffic",
        "Report hazards, on site.",
        "We grant 30 days/year remote work from any land",
    ],
)
def test_words_that_are_no_way_of_working(text):
    assert mode(text) is None


@pytest.mark.parametrize(
    ("title", "place", "expected"),
    [
        ("Data Analyst (Remote)", "Leeds", "remote"),
        ("Data Analyst - Hybrid", "Leeds", "hybrid"),
        ("Data Analyst (On-site)", None, "onsite"),
        ("Data Analyst", "Remote, US", "remote"),
        ("Data Analyst", "IND, KA, Virtual", "remote"),
        ("Virtual Reality Engineer", "Leeds", None),
        ("Mapper - Leeds - Virtual", "Leeds", "remote"),
        ("Mapper - UK Remote...", "Leeds", "remote"),
        ("Mapper, Remote Presence", "Leeds", None),
        ("Remote Sensing Scientist", "Leeds", None),
        ("Hybrid Cloud Engineer", "Leeds", None),
    ],
)
def test_title_and_place(title, place, expected):
    assert mode("You build maps.", title, place) == expected


def test_days_in_the_office_win_over_a_remote_place():
    assert mode("You are in the office 2 days a week.", "Data Analyst", "Remote, US") == "hybrid"


def test_a_place_tells_which_of_some_roles_it_is():
    text = "Roles that are based in an office are onsite Tuesday and Thursday."
    assert mode(text, "Mapper", "Leeds") == "hybrid"
    assert mode(text, "Mapper", "Remote") == "remote"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Job Type: Full-time", "full-time"),
        ("Employment type: Full-time, Contract", "contract"),
        ("Acme Maps | Data Engineer | Full-time | Leeds", "full-time"),
        ("This is a part-time position.", "part-time"),
        ("A 12 month contract in Leeds", "contract"),
        ("A contract-to-hire role", "contract"),
        ("This is a temporary position for a year.", "temporary"),
        ("This is a permanent position.", "permanent"),
        ("Job types: Full-time, Part-time", None),
        ("5 years of full-time experience", None),
        ("Dental care for full-time employees", None),
        ("Contract management and contract negotiation", None),
    ],
)
def test_employment_types(text, expected):
    assert kind(text) == expected


def test_the_title_of_an_intern_wins():
    assert kind("Job Type: Full-time", "Data Science Intern") == "internship"
    assert kind("You join us.", "International Data Analyst") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("FULL_TIME", "full-time"),
        ("Part time", "part-time"),
        ("Full-time, Contract", "contract"),
        ("Full-time or part-time", None),
        ("Unbefristet", "permanent"),
        ("CDI", "permanent"),
        ("Internship", "internship"),
        ("whatever", None),
        ("", None),
        (None, None),
    ],
)
def test_stated_employment_types(value, expected):
    assert work.read_stated_employment_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Remote", "remote"),
        ("Hybrid", "hybrid"),
        ("On-site", "onsite"),
        ("ONSITE", "onsite"),
        ("Leeds", None),
        (None, None),
    ],
)
def test_stated_work_modes(value, expected):
    assert work.read_stated_work_mode(value) == expected


def test_mentions_quote_what_was_read():
    batch, _, _, modes, types = read(["Café – Full-time | Remote (EU) | Leeds"])
    assert [batch.quote(s, e) for s, e in zip(modes.start, modes.end, strict=True)] == ["Remote"]
    assert modes.value.to_pylist() == ["remote"]
    assert types.value.to_pylist() == ["full-time"]


@given(
    st.lists(
        st.sampled_from([t for t, _ in MODES] + ["", "remote", "on-site", "days"]), min_size=1, max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_a_row_reads_the_same_in_any_company(texts):
    assert read(texts)[1].to_pylist() == [mode(t) for t in texts]
