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
    # Ranges: what joins their ends, and what may stand between.
    ("Pay: $41.50/hr. - $47/hr.", (41.5, 47, "USD", "hour")),
    ("Salary: $59,100 (grade 4, step 1) to $74,250 (step 9)", (59100, 74250, "USD", "year")),
    (
        "Base pay ranges from $81,300/year in our cheapest market up to $131,900/year in our dearest market",
        (81300, 131900, "USD", "year"),
    ),
    ("Salary min: $52,000\nSalary max: $61,000", (52000, 61000, "USD", "year")),
    ("Hiring minimum: $21/hourHiring maximum: $26/hour", (21, 26, "USD", "hour")),
    ("Gehalt & Benefits\nEUR 51.000,--\nEUR 64.000,--\nMehr ist möglich", (51000, 64000, "EUR", "year")),
    ("CDI, Lyon, 48/53K€, télétravail", (48000, 53000, "EUR", "year")),
    ("Salaire : 46 à 51 000 euros", (46000, 51000, "EUR", "year")),
    ("CDI : 41-46 K€3 jours au bureau", (41000, 46000, "EUR", "year")),
    ("Start in April 2026 up to £390pd", (None, 390, "GBP", "day")),
    ("Band 11 - salary $64,300", (64300, 64300, "USD", "year")),
    ("Salary £31,000 rising to £34,500", (31000, 34500, "GBP", "year")),
    ("Salary: $110,000.00USD - 142,500.00USD", (110000, 142500, "USD", "year")),
    ("Een salaris tussen € 3.100 en € 4.250 bruto per maand", (3100, 4250, "EUR", "month")),
    ("Salario entre 31.000 y 36.000 euros brutos al año", (31000, 36000, "EUR", "year")),
    ("Wynagrodzenie: 19 000 do 24 000 zł miesięcznie", (19000, 24000, "PLN", "month")),
    # One end only.
    ("Rate: $44/hr MAX", (None, 44, "USD", "hour")),
    ("TJM max : 480 €", (None, 480, "EUR", "day")),
    ("TJM max : 480 € (senior) / 430 € (junior)", (None, 480, "EUR", "day")),
    ("Salaire : À partir de 44 K€", (44000, None, "EUR", "year")),
    ("Salary: $95k+ bonus", (95000, None, "USD", "year")),
    ("Ein Bruttomonatsgrundgehalt ab EUR 3.310,20", (3310.2, None, "EUR", "month")),
    ("Das Mindestgrundgehalt beträgt EUR 3.644,- brutto (14 mal)", (3644, None, "EUR", "month")),
    ("Gehalt (Brutto/Monat): ab EUR 3.150,-", (3150, None, "EUR", "month")),
    # Periods, glued ones too.
    ("Contract, £410-430pd, inside IR35", (410, 430, "GBP", "day")),
    ("Salary: £46kpa", (46000, 46000, "GBP", "year")),
    ("Salary: $23-27hr", (23, 27, "USD", "hour")),
    ("Budget : 510-540 €/jour", (510, 540, "EUR", "day")),
    ("Teachers earn $31 - $37 per teaching hour", (31, 37, "USD", "hour")),
    ("Pay range: $19.00 - $24.00", (19, 24, "USD", "hour")),
    ("Pay rate: $38 to $44", (38, 44, "USD", "hour")),
    ("The range is $61,200 - $83,400. It is the base of hourly staff", (61200, 83400, "USD", "year")),
    ("Salary: $71,500 - $82,000Location: Acme Falls, PA", (71500, 82000, "USD", "year")),
    ("5 days per week in officeSalary: Up to £3,900.00 per month", (None, 3900, "GBP", "month")),
    # What stands before or after a range does not rule it out unless it is tied to it.
    ("We insure debt. Founding Engineer $130K - $180K", (130000, 180000, "USD", "year")),
    ("Great benefits & culture $98-112k", (98000, 112000, "USD", "year")),
    ("Base pay range: $88,000 - $121,000Annual bonus: 10%", (88000, 121000, "USD", "year")),
    ("Compensation and benefits: $66,000 - $79,000", (66000, 79000, "USD", "year")),
    ("London, hybrid | £71,000 to £84,000 incentive awards", (71000, 84000, "GBP", "year")),
    ("Data Analyst, Leeds, up to £48,000. A fine team.", (None, 48000, "GBP", "year")),
    ("You will receive: £24,500 basic salary, then commission", (24500, 24500, "GBP", "year")),
    ("OTE of £41,000. Basic salary of £26,000 performance bonus", (26000, 26000, "GBP", "year")),
    ("Pay: $16/hour to begin. Later the pay range is $17 - $21 per hour", (17, 21, "USD", "hour")),
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
        "Salary: $1,900 - $2,400 biweekly",
        "Salary: $1,250 per credit hour",
        "Pay: $120,000 - $150,000 OTE",
        "Compensation: $180k - $220k total compensation",
        "OTE: £45,000-£50,000",
        "A $2,000 annual training and development budget",
        "$4K annually toward your education",
        "Increased pay rates $7K sign on bonus",
        "Daily meal vouchers of 9,50€ per worked day and a good salary",
        "Disability cover of 40% of earnings, up to $1,900 per week",
        "Salary packaging of up to $15,900",
        "Analysts are commanding salaries of £50k",
        "Pay: $220,00",  # a slip: neither 220 nor 220,000 is stated
        "Pay: $1.00",
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
        ("Salary: $100,000 - $120,000 plus superannuation", None, "AUD", "dollar-near"),
        ("Our office is in Canberra.\nSalary: $100,000 - $120,000", None, "AUD", "dollar-text"),
        ("All figures in CAD. Salary: $100,000 - $120,000", None, "CAD", "dollar-near"),
        ("Salary: $100,000 - $120,000", "Parkville, Melbourne", "AUD", "dollar-place"),
        ("Salary: $100,000 - $120,000", "Melbourne, FL", "USD", "dollar-place"),
        ("Salary: $100,000 - $120,000", "Vancouver, WA 98660", "USD", "dollar-place"),
        ("Salary: $100-120k super", "Springfield", "AUD", "dollar-near"),
        ("San Mateo, CA$100,000-$120,000 a year", None, "USD", "dollar-sign"),
        ("Salary: CA$100,000-CA$120,000 a year", None, "CAD", None),
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
