"""Clean text, language, cut texts, employers, dates and places."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rolediff.clean import clean_batch, clean_text, cut_lengths, is_cut, tell_language
from rolediff.fields import (
    clean_title,
    date_order,
    employer_key,
    employer_keys,
    employer_name,
    employer_names,
    read_date,
    read_dates,
    web_address,
)
from rolediff.places import read_country, read_place, read_places
from rolediff.schema import RECORD

LONG = "The team keeps the books of a small harbour and counts every boat that comes in or goes out. " * 12


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # HTML
        ("<p>one <b>two</b>three</p><p>four</p>", "one twothree\n\nfour"),
        ("Intro<ul><li>SQL</li><li><p>Python</p></li></ul>End", "Intro\n- SQL\n- Python\n\nEnd"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>Duties:</div>\n<div>count\nboats</div>", "Duties:\ncount boats"),
        ("Head|Harbour<p>Text with R&amp;D", "Head|Harbour\n\nText with R&D"),
        ("<p>x</p><script>var p = '<p>no</p>'</script><style>p {}</style>", "x"),
        ("<p>cut in a tag</p><p style=", "cut in a tag"),
        ("<table><tr><td>Pay</td><td>10</td></tr><tr><td>Place</td></tr></table>", "Pay 10\nPlace"),
        ("<pre>one\ntwo</pre><p>x</p>", "one\ntwo\n\nx"),
        ("line one\n<strong>bold</strong> two", "line one\nbold two"),
        # escaped once, twice, and inside HTML
        ("&lt;p&gt;R&amp;amp;D&lt;/p&gt;&lt;ul&gt;&lt;li&gt;x&lt;/li&gt;&lt;/ul&gt;", "R&D\n- x"),
        ("&amp;lt;p&amp;gt;deep&amp;lt;/p&amp;gt;", "deep"),
        ("<div>&lt;p&gt;in&lt;/p&gt;&lt;p&gt;side&lt;/p&gt;</div>", "in\n\nside"),
        # plain text is no HTML
        ("if a < b and c > d", "if a < b and c > d"),
        ("a List<String> or Map<K, V>", "a List<String> or Map<K, V>"),
        ("R&D, Q&A; black & white", "R&D, Q&A; black & white"),
        ("AT&amp;T &quot;x&quot; &#39;y&#39;", "AT&T \"x\" 'y'"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("  many   blanks \t here  \n\n\n\n next ", "many blanks here\n\nnext"),
        ("no\u200bbreak\u00adhere\ufeff\x07 a\u00a0b\u2009c", "nobreakhere a b c"),
        ("T\u2011SQL", "T-SQL"),
        ("e\u0301te\u0301", "été"),
        # double-encoded
        ("l\u00e2\u0080\u0099\u00c3\u00a9quipe et la donn\u00c3\u00a9e", "l’équipe et la donnée"),
        ("we donâ€™t", "we don’t"),
        ("SÃO PAULO, NÃO", "SÃO PAULO, NÃO"),
        ("Ângela", "Ângela"),
        # Markdown
        ("\\- one\n\\- two \\+ three", "- one\n- two + three"),
        ("**Duties** and **more duties**", "Duties and more duties"),
        ("## Duties\n* count\n* weigh", "Duties\n- count\n- weigh"),
        ("2 ** 3 and C:\\temp", "2 ** 3 and C:\\temp"),
        # bullets
        ("• one\n● two\n- three", "- one\n- two\n- three"),
        ("o one\no two\no three\no four", "o one\n- two\n- three\n- four"),
        ("développeur·se", "développeur·se"),
        (
            "What counts: • a good eye for small boats • a steady hand with a long rope",
            "What counts:\n- a good eye for small boats\n- a steady hand with a long rope",
        ),
        ("Port Ada • Full-time • Remote", "Port Ada • Full-time • Remote"),
        (
            "We ask for - Five years with all sorts of boats - Knowledge of ropes, knots - A calm temper",
            "We ask for\n- Five years with all sorts of boats\n- Knowledge of ropes, knots\n- A calm temper",
        ),
        ("open Monday - Friday", "open Monday - Friday"),
        ("first\\nsecond\\n\\nthird", "first\nsecond\n\nthird"),
        ("", ""),
    ],
)
def test_clean_text(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        ("some experience.Responsibilities: count", "some experience.\nResponsibilities: count"),
        ("years of experienceAbility to count", "years of experience\nAbility to count"),
        ("in one place.The boats", "in one place.\nThe boats"),
        ("Port:Ada is the place", "Port:Ada is the place"),
        ("our linkedIn page, javaScript and an index.Html", None),
        ("Node.Js and InDesign, YouTube, TensorFlow, JavaScript, a Ph.D and eBay", None),
        ("Amazon.Com and DevOps at OpenBuild, version 2.Five", None),
        ("toolsHarbour and boatsQuay", None),
    ],
)
def test_sure_lost_lines_come_back_in_any_text(glued: str, expected: str | None) -> None:
    kept_lines = "a line of its own\n" * 80
    assert clean_text(kept_lines + glued) == kept_lines + (expected or glued)


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        ("Boat AnalystPost Date today", "Boat Analyst\nPost Date today"),
        ("the boatsRequirementsEducation: any", "the boats\nRequirements\nEducation: any"),
    ],
)
def test_lost_headings_come_back_in_flattened_texts_only(glued: str, expected: str) -> None:
    assert clean_text(LONG + glued) == LONG + expected
    kept_lines = "a line of its own\n" * 80
    assert clean_text(kept_lines + glued) == kept_lines + glued


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        # any word behind a small one; headings and skills behind a capitalised one
        ("ropes and knotsHarbour masters know us", "ropes and knots\nHarbour masters know us"),
        ("About HarbourlyWe count boats", "About Harbourly\nWe count boats"),
        ("The PositionThe boats", "The Position\nThe boats"),
        ("skills in PythonExperience with boats", "skills in Python\nExperience with boats"),
        ("Deep LearningMachine Learning", "Deep Learning\nMachine Learning"),
        ("techniques and toolsApplied knots", "techniques and tools\nApplied knots"),
        ("all ProjectsDevelop ropes", "all Projects\nDevelop ropes"),
        # capitals
        ("the harbourPYTHON and ropes", "the harbour\nPYTHON and ropes"),
        ("PURPOSE OF THE ROLEOur boats", "PURPOSE OF THE ROLE\nOur boats"),
        ("Docker, AWSContainers: boats", "Docker, AWS\nContainers: boats"),
        ("knowledge of SQLDemonstrated calm", "knowledge of SQL\nDemonstrated calm"),
        # brackets, sentences, colons, years
        ("boats (sail, oar, etc)Bonuses: ropes", "boats (sail, oar, etc)\nBonuses: ropes"),
        ("we are looking for it.For us", "we are looking for it.\nFor us"),
        ("Location:Port Ada", "Location: Port Ada"),
        ("in boats or ropes5+ years of knots", "in boats or ropes\n5+ years of knots"),
        ("needs of the harbourA calm temper", "needs of the harbour\nA calm temper"),
        # a blank was lost, not a line
        ("part of ourHarbour program", "part of our Harbour program"),
        # names stay
        ("Harbourly uses JavaScript, PyTorch, GitHub, LinkedIn, MongoDB, GraphQL", None),
        ("PowerPoint, iOS, eCommerce, McKinsey, DevOps, MLOps, a PhD, APIs, SaaS", None),
        ("SailWorks is great. Join SailWorks", None),
        ("KollegInnen, spaCy, pySpark, noSQL, mySQL, ASP.NET, scikit-learn", None),
        ("see https://ada.example/rolesOpen/someThing?jobName=oneTwo#partTwo", None),
        ("write to @adaBoats or #adaBoats, name_ofThing, x.someName", None),
    ],
)
def test_glue_is_cut_where_a_text_is_known_to_have_lost_lines(glued: str, expected: str | None) -> None:
    proof = "Years of experienceAbility to count.\nCare for boatsStrong sense of order.\n"
    repaired = "Years of experience\nAbility to count.\nCare for boats\nStrong sense of order.\n"
    assert clean_text(proof + glued) == repaired + (expected or glued)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # bullets without a line of their own
        (
            "What counts:\n- a rope- Knowledge of all sorts of boats- Calm in any storm- Care for every knot",
            "What counts:\n- a rope\n- Knowledge of all sorts of boats\n- Calm in any storm"
            "\n- Care for every knot",
        ),
        (
            "You bring * Knowledge of all sorts of boats * Calm in a storm at sea * Care for each knot",
            "You bring\n- Knowledge of all sorts of boats\n- Calm in a storm at sea\n- Care for each knot",
        ),
        ("a rope* and a knot*, 2 * 3 * 4 * 5", "a rope* and a knot*, 2 * 3 * 4 * 5"),
        ("✅ one\n🔹 two\n\uf0d8 three", "- one\n- two\n- three"),
        # what dumps and editors left behind
        ("Harbourly\\u2019s boats \\ud83d\\ude80 \\u0041", "Harbourly’s boats 🚀 \\u0041"),
        ("one boat. \\nTwo boats\\r\\n- three", "one boat.\nTwo boats\n- three"),
        ("C:\\new", "C:\\new"),
        ("say \\'boat\\' and \\\"rope\\\"", "say 'boat' and \"rope\""),
        (
            "you?ll need a bachelor?s degree, will you? so say yes",
            "you’ll need a bachelor’s degree, will you? so say yes",
        ),
        ("https://ada.example/?s=1&t=2", "https://ada.example/?s=1&t=2"),
        ("theÂupdatedÂlist of boatsÂ\nÂge, CÂMARA", "the updated list of boats\nÂge, CÂMARA"),
        ("rope&nbsp &nbsp knot &amp boat", "rope knot & boat"),
        (
            "see [our boats](https://ada.example/x) or [mail us](mailto:a@ada.example)",
            "see our boats or mail us",
        ),
        ("[email](https://ada.example)", "[email](https://ada.example)"),
        ("𝗪𝗵𝗮𝘁 𝘄𝗲 offer", "What we offer"),
        ("Ã quai, lâ\x80\x99Ã©quipe est Ã la mer", "à quai, l’équipe est à la mer"),
    ],
)
def test_dirt_of_sources(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("write to ann.lee+jobs@boats.example.com now", "write to [email] now"),
        ("(555) 234-5678", "[phone]"),
        ("call (212) 234-5678 or 212-234-5678", "call [phone] or [phone]"),
        ("1-800-234-5678, 212.234.5678, +1 212 234 5678", "[phone], [phone], [phone]"),
        ("+43 732 61 12 21-147 or +91 9056899000", "[phone] or [phone]"),
        ("01 23 45 67 89", "[phone]"),
        ("Ann (+43 732) 77 20 145 26, " * 3, "Ann ([phone], Ann ([phone], Ann ([phone],"),
        ("Tel.: 0316 826 426 / Phone number: 4349610000", "Tel.: [phone] / Phone number: [phone]"),
        ("AnnaPhone: 212-234-5678Next", "AnnaPhone: [phone]Next"),
        ("$100,000 - $120,000 a year", "$100,000 - $120,000 a year"),
        ("120000-150000 EUR", "120000-150000 EUR"),
        ("2019-2021, 2021-05-30, 05/30/2021, 30.05.2021", "2019-2021, 2021-05-30, 05/30/2021, 30.05.2021"),
        (
            "Req ID 2273448357, JR-123-456-7890, #212-234-5678",
            "Req ID 2273448357, JR-123-456-7890, #212-234-5678",
        ),
        ("version 1.2.345.6789, 10.0.0.1, 08.30-12.30", "version 1.2.345.6789, 10.0.0.1, 08.30-12.30"),
        ("1,000,000+ users, 15000000 rows", "1,000,000+ users, 15000000 rows"),
        ("RFC 2109/2965, zip 94583-9128", "RFC 2109/2965, zip 94583-9128"),
    ],
)
def test_redaction(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


FRAGMENTS = st.sampled_from(
    [
        *"<>&;\\*-•·#o@.:() \t\n\r\xa0\u200b\ue001Ãâ\x80\x99€ÂA1é",
        *(
            "<p>",
            "</p>",
            "<br>",
            "<li>",
            "&lt;",
            "&gt;",
            "&amp;",
            "&#8203;",
            "&nbsp;",
            "\\n",
            "**",
            "## ",
            "• ",
        ),
        *(
            "[phone]",
            "[email]",
            "Phone: ",
            "212-234-5678",
            "+43 ",
            "a@b.co",
            " - ",
            "\u0303",
            "&#195;",
            "\u2028",
        ),
        *("Responsibilities", "experience", "Ability to", "The boats", ". ", "word ", LONG),
        *(
            "\\u2019",
            "\\u00c3",
            "](https://a.b)",
            "[x",
            "?s ",
            "Â ",
            "SQL",
            "Python",
            "5 years",
            "* X",
            "- X",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=3), max_size=25).map("".join))
@example("&amp;amp;lt;p&amp;amp;gt;x")
@example("<\u200bp>x</p>")
@example("\\\\nn\\n\\n")
@example("- - • x")
def test_cleaning_a_clean_text_changes_nothing(raw: str) -> None:
    once = clean_text(raw)
    assert clean_text(once) == once
    assert not re.search(r"[ \t]\n|\n |\n\n\n|  |\r|\xa0|\u200b", once)
    assert once == once.strip()


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        ("we count boats and", "true", True),
        ("we count boats and…", None, True),
        ("we count boats and...", None, True),
        ("we count boats, […]", None, True),
        ("we count boats, ropes, ...", None, False),
        ("we count boats, ropes etc...", None, False),
        ("we count boats and ropes.....", None, False),
        ("write to https://boats.example.com/open-roles/boat-an...", None, False),
        ("we count boats.", "false", False),
        ("we count boats.", None, False),
        (None, None, False),
    ],
)
def test_is_cut(text: str | None, stated: str | None, expected: bool) -> None:
    assert is_cut(text, stated) is expected


def test_cut_lengths_are_piles_at_the_greatest_length() -> None:
    rng = np.random.default_rng(1)
    free = rng.integers(200, 9_000, 500)
    assert cut_lengths(free) == set()
    assert cut_lengths(np.minimum(free, 4500)) == {4500}
    slack = np.minimum(free, 4500)
    slack[np.flatnonzero(slack == 4500)[:30]] = 4499
    assert cut_lengths(slack) == {4499, 4500}
    assert cut_lengths(np.array([], dtype=np.int64)) == set()
    assert cut_lengths(np.array([700] * 4)) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are looking for someone who will count the boats in our harbour with care.", "en"),
        (
            "Wir suchen eine Person, die mit uns die Boote im Hafen zählt und sich für Zahlen begeistert.",
            "de",
        ),
        ("Nous cherchons une personne pour compter les bateaux dans le port avec notre équipe.", "fr"),
        ("Wij zoeken iemand die voor ons de boten in de haven telt en het leuk vindt om te werken.", "nl"),
        ("Buscamos una persona que cuente los barcos del puerto con nuestro equipo y más gente.", "es"),
        ("Procuramos uma pessoa para contar os barcos do porto com a nossa equipe e você não precisa.", "pt"),
        ("Cerchiamo una persona che conti le barche nel porto con il nostro gruppo di lavoro.", "it"),
        (
            "Szukamy osoby, która liczy łodzie w porcie i nie boi się pracy z danych oraz jest na miejscu.",
            "pl",
        ),
        # the larger part counts, not the first
        (
            "Wir zählen Boote und das ist gut. " * 3 + "You will join our team and count the boats. " * 20,
            "en",
        ),
        (
            "We count the boats. " * 5
            + "Wir suchen dich, denn die Boote zählen sich nicht von selbst. " * 20,
            "de",
        ),
        ("Räkna båtar i en hamn i Ada och i en vik i norr i sol.", None),
        ("AI, AI engineers and AI boats: AI", None),
        ("SQL, Python, Tableau", None),
        ("我们正在寻找数据分析师", None),
        ("", None),
    ],
)
def test_tell_language(text: str, expected: str | None) -> None:
    assert tell_language(text) == expected


@pytest.mark.parametrize(
    ("name", "key", "shown"),
    [
        ("Google", "google", "Google"),
        ("Google LLC", "google", "Google LLC"),
        ("google\n4.3", "google", "google"),
        ("GOOGLE, Inc.", "google", "GOOGLE, Inc."),
        ("The Harbour Company", "harbour company", "The Harbour Company"),
        ("Bär & Söhne GmbH & Co. KG", "bar and sohne", "Bär & Söhne GmbH & Co. KG"),
        ("Porto S.p.A.", "porto", "Porto S.p.A."),
        ("Société du Port S.A.", "societe du port", "Société du Port S.A."),
        ("Ada Boats Pvt. Ltd", "ada boats", "Ada Boats Pvt. Ltd"),
        ("Harbour Bank, N.A.", "harbour bank", "Harbour Bank, N.A."),
        ("Ada ( https://ada.example )", "ada", "Ada"),
        ("{'__CLASS__': 'X', 'display_name': 'Ada Boats'}", "ada boats", "Ada Boats"),
        ("SAS", "sas", "SAS"),
        ("3M", "3m", "3M"),
        ("Ada &amp; Co", "ada", "Ada & Co"),
        *[
            (blank, None, None)
            for blank in (None, "", " ", "-1", "n/a", "N/A", "Confidential", "Company Confidential")
        ],
        *[(blank, None, None) for blank in ("Not Provided", "unknown", "confidential\n3.9", "nan", "?")],
    ],
)
def test_employers(name: str | None, key: str | None, shown: str | None) -> None:
    assert (employer_key(name), employer_name(name)) == (key, shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Boats", "Ada Ropes"),
        ("Ada Group", "Ada"),
        ("Ada Company", "Ada"),
        ("Ada.com", "Ada"),
        ("Ada 2", "Ada"),
    ],
)
def test_employers_that_differ_by_a_word_stay_apart(one: str, other: str) -> None:
    assert employer_key(one) != employer_key(other)


def test_employer_columns() -> None:
    column = pa.chunked_array([["Ada\n4.1", None], ["-1", "ADA Inc", "Ada\n4.1"]])
    assert employer_keys(column).to_pylist() == ["ada", None, None, "ada", "ada"]
    assert employer_names(column).to_pylist() == ["Ada", None, None, "ADA Inc", "Ada"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-07-30", "2020-07-30"),
        ("2025-05-25T05:03:14+00:00", "2025-05-25"),
        ("2025-06-08 10:50:21", "2025-06-08"),
        ("7/30/2020", "2020-07-30"),
        ("30/7/2020", "2020-07-30"),
        ("5/5/2020", "2020-05-05"),
        ("7/3/2020", None),
        ("1767377545", "2026-01-02"),
        ("1767377545000", "2026-01-02"),
        ("Aug 5, 2026", "2026-08-05"),
        ("5 August 2026", "2026-08-05"),
        ("2020-13-01", None),
        ("2021-02-30", None),
        ("1890-01-01", None),
        ("5 days ago", None),
        ("Recently", None),
        ("Today", None),
        ("20200730", None),
        ("", None),
        (None, None),
    ],
)
def test_read_date(value: str | None, expected: str | None) -> None:
    assert read_date(value) == expected


def test_a_column_proves_the_order_of_its_dates() -> None:
    assert read_dates(pa.array(["7/3/2020", "7/30/2020", None, "soon"])).to_pylist() == [
        date(2020, 7, 3),
        date(2020, 7, 30),
        None,
        None,
    ]
    assert read_dates(pa.array(["7/3/2020", "8/4/2020"])).to_pylist() == [None, None]
    assert read_dates(pa.array(["7/3/2020"]), "dmy").to_pylist() == [date(2020, 3, 7)]
    assert read_dates(pa.array(["30/7/2020", "7/3/2020"]), None).to_pylist() == [date(2020, 7, 30), None]
    assert date_order(["7/30/2020", "30/7/2020"]) is None
    assert date_order(["30/7/2020", "1/2/2020"]) == "dmy"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Richmond, VA", ("US", "VA", "Richmond")),
        ("Richmond, Virginia, United States", ("US", "VA", "Richmond")),
        ("Richmond", (None, None, None)),
        ("12 Main St, Dundee, IL 60118", ("US", "IL", "Dundee")),
        ("Remote", (None, None, None)),
        ("Remote - United States", ("US", None, None)),
        ("Hybrid - San Francisco", ("US", "CA", "San Francisco")),
        ("New York, NY (HQ)", ("US", "NY", "New York")),
        ("NYC", ("US", "NY", "New York")),
        ("New York, United States", ("US", "NY", None)),
        ("Washington", (None, None, None)),
        ("Washington, D.C.", ("US", "DC", "Washington")),
        ("Georgia", (None, None, None)),
        ("Atlanta, Georgia", ("US", "GA", "Atlanta")),
        ("US-CA-Menlo Park", ("US", "CA", "Menlo Park")),
        ("IND, KA, Bangalore", ("IN", "KA", "Bengaluru")),
        ("Delhi, IN", ("IN", "DL", "Delhi")),
        ("Lebanon, IN", ("US", "IN", "Lebanon")),
        ("Berlin, DE", ("DE", "BE", "Berlin")),
        ("Dover, DE", ("US", "DE", "Dover")),
        ("Toronto, CA", ("CA", "ON", "Toronto")),
        ("London, Ontario, Canada", ("CA", "ON", "London")),
        ("Paris", ("FR", "IDF", "Paris")),
        ("Paris, TX", ("US", "TX", "Paris")),
        ("London EC1Y", ("GB", "ENG", "London")),
        ("Leatherhead, England, United Kingdom", ("GB", "ENG", "Leatherhead")),
        ("['1030 Wien']", ("AT", None, "Vienna")),
        ("München, Deutschland", ("DE", None, "Munich")),
        ("Madrid, Community of Madrid, Spain", ("ES", "Community of Madrid", "Madrid")),
        ("Singapore", ("SG", None, "Singapore")),
        ("London, Singapore", (None, None, None)),
        ("Chicago, New York", (None, None, None)),
        ("San Francisco, CA or New York, NY", ("US", None, None)),
        ("Beijing; Shanghai", ("CN", None, None)),
        ("London; somewhere else", (None, None, None)),
        ("Pune, Maharashtra\n+1 location", ("IN", "MH", "Pune")),
        (
            "{'area': ['UK', 'South West', 'Devon', 'Exeter'], 'display_name': 'Exeter'}",
            ("GB", "South West", "Exeter"),
        ),
        ("Europe", (None, None, None)),
        ("", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_read_place(place: str | None, expected: tuple[str | None, str | None, str | None]) -> None:
    assert read_place(place) == expected


def test_stated_parts_go_before_the_text_of_the_place() -> None:
    assert read_place("Paris", country="US") == ("US", None, None)
    assert read_place("Richmond, VA", country="US") == ("US", "VA", "Richmond")
    assert read_place(None, "United States", "Virginia", "Richmond") == ("US", "VA", "Richmond")
    assert read_place(None, "Deutschland", None, "München") == ("DE", None, "Munich")
    assert read_place(None, None, None, "Richmond") == (None, None, "Richmond")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("us", "US"),
        ("U.S.A.", "US"),
        ("GBR", "GB"),
        ("Allemagne", "DE"),
        ("Österreich", "AT"),
        ("XX", None),
        (None, None),
    ],
)
def test_read_country(value: str | None, expected: str | None) -> None:
    assert read_country(value) == expected


def test_place_columns() -> None:
    places = pa.array(["Richmond, VA", None, "Remote", "Richmond, VA", None])
    countries = pa.array([None, "FR", None, None, None], pa.string())
    country, region, city = read_places(places, countries)
    assert country.to_pylist() == ["US", "FR", None, "US", None]
    assert region.to_pylist() == ["VA", None, None, "VA", None]
    assert city.to_pylist() == ["Richmond", None, None, "Richmond", None]
    assert [column.to_pylist() for column in read_places(pa.array([], pa.string()))] == [[], [], []]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Data &amp; AI\nLead ", "Data & AI Lead"), (" ", None), (None, None), ("-1", None), ("-10", "-10")],
)
def test_clean_title(title: str | None, expected: str | None) -> None:
    assert clean_title(title) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (" https://jobs.example.com/1?a=b#c ", "https://jobs.example.com/1?a=b#c"),
        ("javascript:alert(1)", None),
        ('https://x.example/"onclick=', None),
        ("jobs.example.com/1", None),
        (None, None),
    ],
)
def test_web_address(url: str | None, expected: str | None) -> None:
    assert web_address(url) == expected


def test_clean_batch_keeps_rows_in_order() -> None:
    descriptions = [
        "<p>We count the boats and you will join our team.</p>",
        None,
        "x" * 500,
        "so it goes on…",
    ]
    rows = [{"row": n, "description": d, "truncated": None} for n, d in enumerate(descriptions, 1)]
    batch = pa.RecordBatch.from_pylist(rows, schema=RECORD)
    text, language, cut = clean_batch(batch, limits={500})
    assert text.type == pa.large_string()
    assert text.to_pylist() == [
        "We count the boats and you will join our team.",
        "",
        "x" * 500,
        "so it goes on…",
    ]
    assert language.to_pylist() == ["en", None, None, None]
    assert cut.to_pylist() == [False, False, True, True]
