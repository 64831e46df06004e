"""Pay in texts and in the pay fields of feeds; all postings here are invented."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolediff.extract import pay
from rolediff.extract.batch import TextBatch
from rolediff.extract.matcher import Matcher
from rolediff.schema import RECORD

MATCHER = Matcher({"pay": pay.phrases()})


def read(texts, places=None):
    batch = TextBatch(pa.array(texts, pa.large_string()))
    where = pa.array(places, pa.string()) if places is not None else None
    stated, mentions = pay.read_pay(batch, MATCHER.find(batch).of("pay"), where)
    return batch, stated.to_pylist(), mentions


def one(text, place=None):
    _, (record,), _ = read([text], [place])
    return record and (record["min"], record["max"], record["currency"], record["period"])


STATED = [
    ("The base salary is $120,000 - $150,000 per year.", (120000, 150000, "USD", "year")),
    ("Salary range: $120k–$150k", (120000, 150000, "USD", "year")),
    ("Salary range: $120-150K plus bonus", (120000, 150000, "USD", "year")),
    ("Pay is between $98,500 and $140,000 a year", (98500, 140000, "USD", "year")),
    ("We pay $41.50 to $52.25 an hour", (41.5, 52.25, "USD", "hour")),
    ("Pay range: $41.50 - $52.25", (41.5, 52.25, "USD", "hour")),
    ("Compensation: $35/hr", (35, 35, "USD", "hour")),
    ("Hourly rate: $35", (35, 35, "USD", "hour")),
    ("Salary: up to £65,000 per annum", (None, 65000, "GBP", "year")),
    ("Salary from £48,000", (48000, None, "GBP", "year")),
    ("Pay: $90,000+", (90000, None, "USD", "year")),
    ("Gehalt: 52.000 € bis 61.000 € brutto im Jahr", (52000, 61000, "EUR", "year")),
    ("Das Mindestgehalt beträgt EUR 3.412,50 brutto pro Monat", (3412.5, None, "EUR", "month")),
    ("Salary CHF 110'000 - 130'000", (110000, 130000, "CHF", "year")),
    ("Rémunération : 42 000 € à 50 000 € par an", (42000, 50000, "EUR", "year")),
    ("Salary: ₹6,00,000 - ₹9,50,000 a year", (600000, 950000, "INR", "year")),
    ("CTC: 12-15 LPA", (1200000, 1500000, "INR", "year")),
    ("Salary: Rs. 40,000 per month", (40000, 40000, "INR", "month")),
    ("Wynagrodzenie: 18 000 - 24 000 zł", None),  # below yearly size: a month, but it is not said
    ("Salary: 95,000 - 120,000 USD", (95000, 120000, "USD", "year")),
    ("Day rate: £450 - £500 per day", (450, 500, "GBP", "day")),
    ("Pay is $900 per week", (900, 900, "USD", "week")),
    ("Acme Maps | Data Engineer | Remote | $150k-$180k | Full-time", (150000, 180000, "USD", "year")),
    ("Acme Maps | Data Engineer | $165k | Full-time", (165000, 165000, "USD", "year")),
    (
        "An estimated salary of $98,500 - $115,740 USD, an annual bonus and more",
        (98500, 115740, "USD", "year"),
    ),
    ("Salary: $80,000 - $100,000 Unfortunately relocation is not paid", (80000, 100000, "USD", "year")),
    ("Data Engineer, Leeds. Up to £62,000 per annum", (None, 62000, "GBP", "year")),
    ("Zone A pays a base of [$150,000 $190,000]", (150000, 190000, "USD", "year")),
    ("Pay range: $90,000 - $105,000 - $120,000", (90000, 120000, "USD", "year")),
    ("The base salary is USD$118,000 per year\n- USD$131,000 per year", (118000, 131000, "USD", "year")),
    (
        "Austin: salary $100,000 - $120,000\nBoston: salary $110,000 - $140,000",
        (100000, 120000, "USD", "year"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_pay_is_read(text, expected):
    assert one(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We raised a $25M Series B and serve 40,000 customers.",
        "Revenue of $1.2 billion in 2023",
        "A $5,000 sign-on bonus is paid after a month",
        "401(k) match up to $4,000",
        "Wellness stipend of $100 per month",
        "Tuition reimbursement of up to $5,250 per year",
        "Life insurance of twice your salary (up to $200,000)",
        "You will manage a budget of $250,000",
        "Employees get a $1,500 referral bonus",
        "Membership costs $60/year",
        "Pay: $0.00 per hour",
        "Pay: $41.50 per class",
        "Salary: 120,000 - 150,000 per year",  # no currency
        "Salary: $700 - $900",  # no period, and no size that tells it
        "Competitive salary. 401k. Founded 1998.",
        "Our platform moves $3-4 billion a year",
    ],
)
def test_other_money_is_not_pay(text):
    assert one(text) is None


@pytest.mark.parametrize(
    ("text", "place", "currency", "rule"),
    [
        ("Salary: $100,000 - $120,000", None, "USD", "dollar-sign"),
        ("Salary: $100,000 - $120,000", "Toronto, ON", "CAD", "dollar-place"),
        ("Remote in the US or Canada. Salary: $100,000 - $120,000", None, "USD", "dollar-sign"),
        ("Salary: $100,000 - $120,000", "Denver, CO", "USD", "dollar-place"),
        ("Salary: $100,000 - $120,000 (CAD)", "Denver, CO", "CAD", None),
        ("Salary: A$100,000 - A$120,000", None, "AUD", None),
        ("Salary: $100,000 - $120,000 plus superannuation", None, "AUD", "dollar-text"),
        ("All figures in CAD. Salary: $100,000 - $120,000", None, "CAD", "dollar-near"),
    ],
)
def test_whose_dollar(text, place, currency, rule):
    _, (record,), mentions = read([text], [place])
    assert record["currency"] == currency
    ruled = mentions.rule[0].as_py()
    assert (rule is None and "dollar" not in ruled) or (rule is not None and ruled.endswith(rule))


def test_a_dollar_where_it_is_no_dollar_stays_unknown():
    assert one("Salary: $40,000 - $50,000 a month", "Santiago, Chile") is None


def test_yearly_pay_uses_the_table():
    _, records, _ = read(
        ["Pay: $20/hr", "Pay: £400 per day", "Salary: €3,000 a month", "Pay is $900 per week"]
    )
    assert [r["yearly_min"] for r in records] == [41600, 104000, 36000, 46800]


def test_min_above_max_is_rejected_with_its_reason():
    _, (record,), mentions = read(["Salary: $150,000 - $120,000 per year"])
    assert record is None
    assert mentions.rule.to_pylist() == ["rejected:min-above-max"]
    assert mentions.value.to_pylist() == ["USD 150000-120000 year"]


def test_mention_spans_figures_currency_and_period():
    batch, _, mentions = read(["Rôle – “data”. Salary: €55,000 – €60,000 per year, office."])
    assert batch.quote(mentions.start[0], mentions.end[0]) == "€55,000 – €60,000 per year"
    assert mentions.value.to_pylist() == ["EUR 55000-60000 year"]


@given(st.lists(st.sampled_from([t for t, _ in STATED] + ["", "$", "€ 5", "no pay"]), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_row_reads_the_same_in_any_company(texts):
    _, together, _ = read(texts)
    assert together == [read([t])[1][0] for t in texts]


@given(st.text(alphabet="$€£₹k0123456789,.- \n/hryeapto(salry", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_error_and_in_order(text):
    _, (record,), mentions = read([text])
    assert len(mentions) <= 1
    if record and record["min"] is not None and record["max"] is not None:
        assert record["min"] <= record["max"]


@pytest.mark.parametrize(
    ("fields", "expected", "basis", "reason"),
    [
        ({"pay": "$53K-$91K (Glassdoor est.)"}, (53000, 91000, "USD", "year"), "board estimate", None),
        ({"pay": "$124K - $131K (Employer Est.)"}, (124000, 131000, "USD", "year"), "stated", None),
        (
            {"pay": "Employer Provided Salary:$50.00 - $65.00 Per Hour"},
            (50, 65, "USD", "hour"),
            "stated",
            None,
        ),
        ({"pay": "$18/hour"}, (18, 18, "USD", "hour"), "stated", None),
        ({"pay": "$40-50/hr"}, (40, 50, "USD", "hour"), "stated", None),
        ({"pay": "Up to ₹8,00,000 a year"}, (None, 800000, "INR", "year"), "stated", None),
        ({"pay": "40000.0 - 55000.0"}, None, None, "no currency"),
        ({"pay": "$45 - $85"}, None, None, "no period"),
        ({"pay": "Full-time"}, None, None, "no figure"),
        ({"pay": "$91K-$53K"}, None, None, "min above max"),
        ({"pay": "-1"}, None, None, None),
        ({"pay": "-1 - -1"}, None, None, None),
        ({}, None, None, None),
        (
            {"pay_min": "40000", "pay_max": "55000.0", "pay_currency": "eur", "pay_period": "YEARLY"},
            (40000, 55000, "EUR", "year"),
            "stated",
            None,
        ),
        (
            {"pay_min": "22.5", "pay_currency": "USD", "pay_period": "HOURLY"},
            (22.5, None, "USD", "hour"),
            "stated",
            None,
        ),
        ({"pay_max": "90000", "pay_currency": "USD"}, (None, 90000, "USD", "year"), "stated", None),
        ({"pay": "$70,000 - $90,000", "place": "Sydney NSW"}, (70000, 90000, "AUD", "year"), "stated", None),
    ],
)
def test_pay_fields_of_feeds(fields, expected, basis, reason):
    read_back = pay.read_stated_pay(
        fields.get("pay"),
        fields.get("pay_min"),
        fields.get("pay_max"),
        fields.get("pay_currency"),
        fields.get("pay_period"),
        fields.get("place"),
    )
    record = read_back.pay
    assert (record and (record["min"], record["max"], record["currency"], record["period"])) == expected
    assert (read_back.basis, read_back.reason) == (basis, reason)


def test_pay_fields_of_a_batch_are_read_row_for_row():
    rows = [{"row": 1, "pay": "$20/hr"}, {"row": 2, "pay": "100 - 200"}, {"row": 3}]
    stated, basis, reason = pay.read_stated_pays(pa.RecordBatch.from_pylist(rows, RECORD))
    assert stated.field("yearly_max").to_pylist()[0] == 41600
    assert stated.is_null().to_pylist() == [False, True, True]
    assert basis.to_pylist() == ["stated", None, None]
    assert reason.to_pylist() == [None, "no currency", None]
