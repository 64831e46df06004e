"""Writes a small invented corpus: three families, some of everything that real feeds bring.

Every employer, place of work and sentence here was made up for the tests. The same call writes the
same bytes, and says what it wrote, so that a test can hold what rolediff counts against it.

    python tests/make_postings.py FOLDER
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

EMPLOYERS = [
    "Kestrel Mills", "Brindlewood Foods", "Harrow Pike Freight", "Tallow Street Bank", "Lantern Works",
    "Quillfeather Clinics", "Ostler Grain", "Marrow Bridge Insurance", "Pellucid Glass", "Nettle & Thorn",
    "Cobbleworth Rail", "Saltmarsh Energy", "Fennimore Toys", "Dovecote Media", "Umber Mining",
    "Larkspur Schools", "Tinderbox Games", "Gannet Air", "Wickerby Homes", "Plumb Line Software",
    "Orrery Optics", "Hollow Oak Timber", "Bluebottle Water", "Steeplejack Telecom",
]  # fmt: skip

PLACES = ["Leeds, UK", "Chicago, IL", "Austin, TX", "Toronto, ON, Canada", "Dublin, Ireland", "Denver, CO"]

ABOUT = [
    "{e} has kept the same workshop open for ninety years and still answers every letter.",
    "At {e} some four hundred people plan, pack and deliver what our neighbours need.",
    "{e} started in a borrowed shed – now a café – and serves customers in eleven countries.",
    "People come to {e} for the work and stay for the quiet, friendly way in which it is done.",
    "Every morning {e} sends out more parcels than the town around it has inhabitants.",
    "{e} is owned by those who work there, and decides slowly but together.",
    "{e} once kept its whole stock in Excel and remembers that time with a shudder.",
]
OFFER = [
    "You get thirty days of leave and a desk by a window.",
    "We pay for one course a year and for the time to attend it.",
    "There is a nursery on the ground floor and a workshop in the cellar.",
    "Our canteen cooks for everyone, and nobody eats alone unless they want to.",
    "A pension, a bicycle and a locker come with the post.",
    "On Friday afternoons you may learn Python or the accordion.",
]
#: What is named here is not asked of anybody.
ENDINGS = [
    ("How to apply", "Send a letter and an Excel table of the days on which you could come."),
    (
        "Equal opportunity",
        "All who apply are treated alike; their letters are kept in Salesforce for one year.",
    ),
]


@dataclass(frozen=True)
class _Family:
    titles: tuple[str, ...]
    duties: tuple[str, ...]
    needs: tuple[str, ...]
    wishes: tuple[str, ...]
    years: tuple[str, ...]
    degrees: tuple[str, ...]
    pay: tuple[int, int]


FAMILIES = {
    "data-analyst": _Family(
        ("Data Analyst", "Data Analyst", "Senior Data Analyst", "Junior Data Analyst", "Data Analyst (Retail)"),
        (
            "Build dashboards that show the shops how their week went.",
            "Write SQL queries against the order tables and explain the answers.",
            "Present findings to the heads of the regions every second Tuesday.",
            "Analyse how customers move between the catalogue and the till.",
            "Prepare the monthly report on returns and late deliveries.",
            "Work with the stock team to agree on how each measure is counted.",
            "Check the figures for gaps before anybody relies on them.",
            "Forecast demand for the next season with simple models.",
            "Document every report so that a colleague can repeat it.",
            "Design A/B tests for the web shop and read their results.",
            "Visualise the flow of goods through our three depots.",
        ),
        (
            "Strong SQL is required.",
            "You know Excel well, pivot tables included.",
            "Experience with Tableau or Power BI.",
            "A sound grasp of statistics.",
            "You write clearly for people who dislike figures.",
            "Working knowledge of Python.",
            "You have cleaned messy data before and lived to tell.",
            "Good communication skills with people of every rank.",
            "Experience with data visualization for a wide audience.",
        ),
        ("R would be a plus.", "Looker is nice to have.", "Some dbt is a bonus.", "Snowflake is a plus."),
        ("At least 2 years of experience as an analyst.", "3+ years of experience in analytics.",
         "1 year of experience with reports.", ""),
        ("Bachelor's degree in mathematics, economics or a related field.", "A bachelor's degree is required.",
         "", ""),
        (48_000, 90_000),
    ),
    "data-specialist": _Family(
        ("Data Specialist", "Data Specialist", "Data Management Specialist", "Senior Data Specialist"),
        (
            "Enter delivery notes into the database and check them against the paper.",
            "Clean customer records that arrive in five different spellings.",
            "Maintain the catalogue of suppliers and its codes.",
            "Answer questions of the departments about where a figure comes from.",
            "Prepare the weekly report for the warehouse.",
            "Check incoming files for errors and send the bad ones back.",
            "Label photographs of goods by the rules in the handbook.",
            "Train new colleagues in how records are kept.",
            "Document the steps by which records are corrected.",
            "Reconcile the stock list with the ledger each Friday.",
            "Ensure data quality across the three branch offices.",
        ),
        (
            "Very good Excel is required.",
            "Attention to detail above all.",
            "Experience with data entry.",
            "Basic SQL.",
            "You know your way around Microsoft Office.",
            "Good communication skills on the telephone.",
            "You keep calm when the post arrives late.",
            "Experience with a CRM such as Salesforce.",
            "Experience with data quality checks.",
        ),
        ("Power BI would be a plus.", "Some Access is a bonus.", "SharePoint is nice to have.", ""),
        ("1+ years of experience in an office.", "2 years of experience with records.", "", ""),
        ("High school diploma or equivalent.", "Associate degree or equivalent experience.", "", ""),
        (34_000, 55_000),
    ),
    "machine-learning-engineer": _Family(
        ("Machine Learning Engineer", "ML Engineer", "Senior Machine Learning Engineer"),
        (
            "Train models that guess how long a delivery will take.",
            "Deploy models to production and watch them once they are there.",
            "Build pipelines that feed the models with fresh data.",
            "Design features together with the people who know the goods.",
            "Monitor models for drift and retrain them when they slip.",
            "Work with product managers to decide what is worth a model.",
            "Write tests for everything that reaches a customer.",
            "Review code and share what you learn.",
            "Optimise inference so that answers arrive in a blink.",
            "Run experiments and write down which failed and why.",
            "Automate training so that no step depends on one laptop.",
        ),
        (
            "Excellent Python is required.",
            "Experience with PyTorch or TensorFlow.",
            "You have run services on AWS.",
            "Docker and Kubernetes hold no fear for you.",
            "A thorough understanding of machine learning.",
            "Working knowledge of SQL.",
            "Experience with Spark on large tables.",
            "Solid software engineering habits, Git among them.",
            "Experience with deep learning in a real product.",
        ),
        ("MLflow is a plus.", "Airflow is nice to have.", "Some Scala would be a bonus.", "Terraform is a plus."),
        ("3+ years of experience with models in production.", "At least 4 years of experience in software.",
         "5+ years of experience.", ""),
        ("Master's degree in computer science or a related field.",
         "Bachelor's degree in computer science required, master's degree preferred.", "", ""),
        (95_000, 170_000),
    ),
}  # fmt: skip
LEAD_TITLES = ("Lead Machine Learning Engineer", "Machine Learning Lead", "Lead ML Engineer")
LEAD_DUTIES = (
    "Lead a team of five engineers and plan their work with them.",
    "Mentor engineers who are new to models.",
    "Set the technical direction of all that we train.",
    "Hire the next three colleagues.",
)
LEAD_YEARS = ("7+ years of experience, two of them leading others.", "At least 8 years of experience.", "")
WORK = (
    "This post is fully remote.",
    "Hybrid: two days a week in the office.",
    "This is an on-site position.",
    "",
)

GERMAN = [
    (
        "Data Analyst (m/w/d)",
        "Wir suchen für unser Werk eine Person, die mit den Zahlen der Werkstatt umgehen kann. Sie werden die "
        "Berichte für die Leitung erstellen und die Daten aus der Fertigung mit SQL und Excel auswerten. Sie "
        "haben ein Studium abgeschlossen oder eine Ausbildung und arbeiten gern mit anderen zusammen. Wir bieten "
        "einen Platz am Fenster und eine Kantine, in der noch gekocht wird.",
    ),
    (
        "Machine Learning Engineer (m/w/d)",
        "Für die Planung unserer Touren entwickeln Sie Modelle in Python und bringen sie mit Docker in den Betrieb. "
        "Sie sind mit der Arbeit im Team vertraut und haben schon Modelle gebaut, die auch nach einem Jahr noch "
        "richtig liegen. Wir sind ein Betrieb mit flachen Wegen, und die Entscheidungen fallen bei uns am Tisch.",
    ),
    (
        "Data Specialist (m/w/d)",
        "Sie pflegen die Stammdaten der Lieferanten und prüfen die Belege, die von den Lagern kommen. Mit Excel "
        "sind Sie vertraut, und Sie haben Geduld mit den Menschen am Telefon. Die Stelle ist für zwei Jahre "
        "vorgesehen und kann danach verlängert werden. Wir freuen uns auf Ihre Bewerbung.",
    ),
]


@dataclass
class Written:
    """What the corpus holds, by construction."""

    files: list[Path] = field(default_factory=list)
    rows: int = 0
    openings: int = 0
    copies: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    pay_rows: int = 0
    german: int = 0
    cut: int = 0
    #: source_id of a copy -> that of the posting it copies
    copy_of: dict[str, str] = field(default_factory=dict)
    #: source_ids of postings whose texts are alike and which are nevertheless openings of their own
    twins: tuple[str, str] = ("", "")


def make_advert(random: Random, family: str, *, lead: bool, number: int) -> dict[str, str]:
    """One advert as a dict of source columns."""
    kind = FAMILIES[family]
    # Some employers post much more than others.
    employer = EMPLOYERS[min(int(random.expovariate(0.12)), len(EMPLOYERS) - 1)]
    duties = random.sample(kind.duties, 5)
    if lead:
        duties = random.sample(LEAD_DUTIES, 2) + duties[:3]
    needs = [
        *random.sample(kind.needs, 5),
        random.choice(LEAD_YEARS if lead else kind.years),
        random.choice(kind.degrees),
    ]
    wishes = random.sample(kind.wishes, 2)
    low = random.randrange(*kind.pay, 1000)
    offer = random.sample(OFFER, 2)
    if random.random() < 0.4:
        offer.append(f"The salary is ${low:,} - ${low + 15_000:,} per year.")
    parts = [
        ("About us", random.sample(ABOUT, 2), False),
        ("Responsibilities", duties, True),
        ("Requirements", needs, True),
        ("Nice to have", wishes, True),
        ("What we offer", [random.choice(WORK), *offer], False),
    ]
    if number % 3 == 0:
        heading, line = random.choice(ENDINGS)
        parts.append((heading, [line], False))
    text = "\n\n".join(
        f"{heading}:\n"
        + "\n".join(("- " if bullets else "") + line.format(e=employer) for line in lines if line)
        for heading, lines, bullets in parts
    )
    day = 1 + number % 28
    return {
        "job_id": f"{'lead-' if lead else ''}{family}-{number:03d}",
        "title": random.choice(LEAD_TITLES if lead else kind.titles),
        "company": "" if number % 17 == 16 else employer,
        "location": random.choice(PLACES),
        "date_posted": f"2026-{1 + number % 4:02d}-{day:02d}",
        "url": f"https://jobs.example/{family}/{number}",
        "description": text,
    }


def write_postings(folder: Path, seed: int = 7) -> Written:
    """Writes the corpus into a folder: adverts.csv, board.jsonl, saved.html and salaries.csv."""
    random = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    adverts = [
        make_advert(random, family, lead=lead, number=number)
        for family, lead, count in (
            ("data-analyst", False, 34),
            ("data-specialist", False, 34),
            ("machine-learning-engineer", False, 32),
            ("machine-learning-engineer", True, 14),
        )
        for number in range(count)
    ]
    done = Written()
    random.shuffle(adverts)
    half = 70
    csv_rows: list[dict[str, str]] = adverts[:half]
    board: list[Any] = [_on_board(a) for a in adverts[half:]]
    done.openings = len(adverts)

    def copy(source: dict[str, str], ending: str, **changes: str) -> dict[str, str]:
        other = {**source, **changes, "job_id": source["job_id"] + ending}
        done.copy_of[other["job_id"]] = source["job_id"]
        done.copies += 1
        return other

    # A repost with another date and a sentence more, the same advert in a second city, one on both boards.
    for source in adverts[:3]:
        csv_rows.append(copy(source, "-repost", date_posted="2026-05-30",
                             description=source["description"] + "\nApply by Friday."))  # fmt: skip
    for source in adverts[3:6]:
        csv_rows.append(copy(source, "-city", location="Portland, OR"))
    board += [_on_board(copy(source, "-board")) for source in adverts[6:9]]
    # The very same words for another seniority are another opening.
    plain = next(a for a in csv_rows if a["title"] == "Data Analyst")
    senior = {**plain, "job_id": plain["job_id"] + "-senior", "title": "Senior Data Analyst"}
    csv_rows.append(senior)
    done.twins = (plain["job_id"], senior["job_id"])
    done.openings += 1
    # Cut texts: one breaks off, one says so itself.
    for number, ending, said in ((1, "...", ""), (2, "", "true")):
        cut = make_advert(random, "data-analyst", lead=False, number=900 + number)
        cut["description"] = cut["description"][:260].rpartition(" ")[0] + ending
        csv_rows.append({**cut, "truncated": said})
        done.cut += 1
        done.openings += 1
    for number, (title, text) in enumerate(GERMAN):
        board.append({"job_id": f"de-{number}", "title": title, "company": EMPLOYERS[number],
                      "location": "Berlin, Germany", "date_posted": "2026-03-01", "description": text})  # fmt: skip
        done.german += 1
        done.openings += 1
    # Without a title the family is unknown; without a text there is nothing to read.
    untitled = make_advert(random, "data-specialist", lead=False, number=903)
    csv_rows.append({**untitled, "title": ""})
    done.openings += 1
    csv_rows.append({**make_advert(random, "data-analyst", lead=False, number=904), "description": ""})
    done.rejected["no text"] = 1

    with (folder / "adverts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*csv_rows[0], "truncated"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(csv_rows)
    lines = [json.dumps(row, ensure_ascii=False) for row in board]
    lines.insert(4, '{"job_id": "broken", "title": "Data Analyst", "descr')
    done.rejected["unreadable"] = 1
    (folder / "board.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "saved.html").write_text(_page(make_advert(random, "data-analyst", lead=False, number=905)))
    done.openings += 1
    done.pay_rows = _write_pay_table(folder / "salaries.csv", random)
    done.rejected["no pay"] = 1
    done.rows = done.openings + done.copies + sum(done.rejected.values()) + done.pay_rows
    done.files = [folder / name for name in ("adverts.csv", "board.jsonl", "saved.html", "salaries.csv")]
    return done


def _on_board(advert: dict[str, str]) -> dict[str, str]:
    """The same advert as another board has it: as HTML."""
    lines = advert["description"].split("\n")
    body = "".join(
        f"<li>{line[2:]}</li>" if line.startswith("- ") else f"<p>{line}</p>" for line in lines if line
    )
    return {**advert, "description": body.replace("&", "&amp;")}


def _page(advert: dict[str, str]) -> str:
    posting = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": advert["title"],
        "identifier": {"@type": "PropertyValue", "value": advert["job_id"]},
        "hiringOrganization": {"@type": "Organization", "name": "Hollow Oak Timber"},
        "datePosted": "2026-04-12",
        "jobLocation": {
            "@type": "Place",
            "address": {"addressLocality": "Cardiff", "addressCountry": "GB"},
        },
        "description": _on_board(advert)["description"],
    }
    return (
        "<!doctype html><html><head><title>A saved page</title><script type='application/ld+json'>"
        + json.dumps(posting)
        + "</script></head><body><p>What a browser shows does not matter.</p></body></html>\n"
    )


def _write_pay_table(path: Path, random: Random) -> int:
    """A pay table in the aijobs form: pairs of rows, the maximum before the minimum. Returns its good rows."""
    header = ["work_year", "experience_level", "employment_type", "job_title", "salary", "salary_currency",
              "salary_in_usd", "employee_residence", "remote_ratio", "company_location", "company_size"]  # fmt: skip
    rows = []
    for title, level, count, base in (
        ("Data Analyst", "MI", 14, 70_000),
        ("Data Specialist", "MI", 14, 55_000),
        ("Machine Learning Engineer", "SE", 16, 150_000),
        ("Lead Machine Learning Engineer", "SE", 12, 190_000),
    ):
        for _ in range(count):
            low = base + random.randrange(0, 40_000, 500)
            country = random.choice(["US", "US", "CA"])
            for amount in (low + 30_000, low):
                rows.append(["2025", level, "FT", title, amount,
                             "USD", amount, country, 0, country, "M"])  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        writer.writerow(["2025", "SE", "FT", "Data Analyst", "a lot", "USD", "", "US", 0, "US", "M"])
    return len(rows)


def hostile_advert() -> dict[str, str]:
    """An advert whose every field tries to become part of a page."""
    return {
        "job_id": 'x"><script>alert(0)</script>',
        "title": "<script>alert(1)</script> Data Analyst & Co",
        "company": "Thorn & <b onclick=alert(2)>Sons</b>",
        "location": "Austin, TX",
        "date_posted": "2026-12-24",  # the newest, so that it is shown first
        "url": "javascript:alert(3)",
        "description": (
            'Responsibilities:\n- Write SQL <marquee onmouseover=alert(4)> for the "till" & more.\n'
            "- Build dashboards with Tableau {{ 7 * 7 }} and {% raw %} for managers and analysts.\n\n"
            "Requirements:\n- Excel & SQL > 2 years, and a love of the letters < and >.\n"
        ),
    }


if __name__ == "__main__":
    print(write_postings(Path(sys.argv[1])))  # noqa: T201
