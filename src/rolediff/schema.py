"""The records of rolediff: Arrow schemas of its tables, and the dataclasses of its results.

Data that grows with the corpus is columns (the schemas); what a reader of one page sees is a
frozen dataclass. The words are those of docs/method/words.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

# ── raw/: what a feed says, verbatim ─────────────────────────────────────────────────────────────

_TEXT_FIELDS = (
    "source_id",  # the source's own id of the advert
    "title",
    "employer",
    "place",
    "country",
    "region",
    "city",
    "posted",
    "expires",
    "pay",  # pay as one field of free text, "$53K-$91K (Glassdoor est.)"
    "pay_min",
    "pay_max",
    "pay_currency",
    "pay_period",
    "url",
    "industry",
    "employment_type",
    "work_mode",
    "truncated",  # the source's own word that the text is cut
    "description",
)

#: One row an advert of a source, every value as the source said it; `row` counts from 1.
RECORD = pa.schema(
    [pa.field("row", pa.int64(), nullable=False)]
    + [pa.field(name, pa.large_string() if name == "description" else pa.string()) for name in _TEXT_FIELDS]
)

#: A row of a source that could not be used, and why. `excerpt` never leaves the workspace.
REJECTED = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("excerpt", pa.string()),
    ]
)

#: One row of a pay table (the aijobs form), as the source said it.
PAY_RECORD = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("year", pa.int32()),
        pa.field("title", pa.string()),
        pa.field("experience_level", pa.string()),  # EN, MI, SE, EX
        pa.field("employment_type", pa.string()),
        pa.field("amount", pa.float64()),  # a year, in `currency`
        pa.field("currency", pa.string()),
        pa.field("country", pa.string()),  # ISO 3166-1 alpha-2 of the employer
        pa.field("residence", pa.string()),  # ISO 3166-1 alpha-2 of the employee
        pa.field("remote_percent", pa.int32()),
        pa.field("employer_size", pa.string()),
    ]
)

# ── text and mentions ────────────────────────────────────────────────────────────────────────────

#: Input of `extract_batch`: cleaned text, one row a posting.
TEXT = pa.schema(
    [
        pa.field("posting", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("place", pa.string()),
        pa.field("text", pa.large_string(), nullable=False),
    ]
)

#: A span of a posting's text that states something. Offsets are code points into the text.
MENTION = pa.struct(
    [
        pa.field("kind", pa.string()),  # skill, responsibility, degree, years, pay, work_mode, ...
        pa.field("value", pa.string()),  # an id of the taxonomy, or the value stated
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("need", pa.string()),  # required, preferred, mentioned; null where it has no meaning
        pa.field("section", pa.string()),
        pa.field("rule", pa.string()),  # which rule read it
    ]
)

#: Pay stated in a text. Null where unstated or unreadable, never a default.
PAY = pa.struct(
    [
        pa.field("min", pa.float64()),
        pa.field("max", pa.float64()),
        pa.field("currency", pa.string()),  # ISO 4217
        pa.field("period", pa.string()),  # year, month, week, day, hour
        pa.field("yearly_min", pa.float64()),
        pa.field("yearly_max", pa.float64()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
    ]
)

#: Output of `extract_batch`, row for row with its input.
EXTRACTED = pa.schema(
    [
        pa.field("posting", pa.string(), nullable=False),
        pa.field("family", pa.string()),  # null: unknown
        pa.field("seniority", pa.string()),
        pa.field("title_confidence", pa.float32()),
        pa.field("work_mode", pa.string()),
        pa.field("employment_type", pa.string()),
        pa.field("industry", pa.string()),
        pa.field("degree_min", pa.string()),
        pa.field("degree_preferred", pa.string()),
        pa.field("degree_or_experience", pa.bool_()),
        pa.field("years_min", pa.int32()),
        pa.field("years_max", pa.int32()),
        pa.field("pay", PAY),
        pa.field("mentions", pa.list_(MENTION)),
    ]
)


# ── snapshot tables ──────────────────────────────────────────────────────────────────────────────

#: One row a posting, copies too; `opening` is the id of the posting that stands for it (its own
#: where it is no copy). Null means unknown, in every column.
POSTINGS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),  # <origin id>-<row>
        pa.field("origin", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("source_id", pa.string()),
        pa.field("url", pa.string()),
        pa.field("title", pa.string()),
        pa.field("employer", pa.string()),
        pa.field("employer_key", pa.string()),
        pa.field("country", pa.string()),  # ISO 3166-1 alpha-2
        pa.field("region", pa.string()),
        pa.field("city", pa.string()),
        pa.field("posted", pa.date32()),
        pa.field("expires", pa.date32()),
        pa.field("family", pa.string()),
        pa.field("seniority", pa.string()),
        pa.field("title_confidence", pa.float32()),
        pa.field("language", pa.string()),  # ISO 639-1
        pa.field("cut", pa.bool_()),  # the text is not whole: it never counts as "does not mention"
        pa.field("work_mode", pa.string()),
        pa.field("employment_type", pa.string()),
        pa.field("industry", pa.string()),
        pa.field("degree_min", pa.string()),
        pa.field("degree_preferred", pa.string()),
        pa.field("degree_or_experience", pa.bool_()),
        pa.field("years_min", pa.int32()),
        pa.field("years_max", pa.int32()),
        pa.field("pay_min", pa.float64()),
        pa.field("pay_max", pa.float64()),
        pa.field("pay_currency", pa.string()),
        pa.field("pay_period", pa.string()),
        pa.field("pay_yearly_min", pa.float64()),
        pa.field("pay_yearly_max", pa.float64()),
        pa.field("pay_basis", pa.string()),  # stated, or board estimate
        pa.field("opening", pa.string(), nullable=False),
        pa.field("text_hash", pa.string(), nullable=False),
    ]
)

#: One row a mention of a posting.
MENTIONS = pa.schema([pa.field("posting", pa.string(), nullable=False), *MENTION])

#: The text that the offsets of MENTIONS count in; left out of published snapshots.
TEXTS = pa.schema(
    [
        pa.field("posting", pa.string(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
    ]
)

#: What openings state, each thing once: derived from POSTINGS and MENTIONS by sql/facts.sql.
FACTS = pa.schema(
    [
        pa.field("family", pa.string(), nullable=False),
        pa.field("seniority", pa.string(), nullable=False),
        pa.field("posting", pa.string(), nullable=False),
        pa.field("voice", pa.string(), nullable=False),  # the employer, or an origin that names none
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
    ]
)

#: How much two families ask for the same, from their skills and responsibilities: one row an ordered pair
#: of families with enough openings. `similarity` is 1 for the same and 0 for nothing in common, with its
#: 95% interval; null where the openings cannot say. `n` counts the openings of `b` read in full.
LIKENESS = pa.schema(
    [
        pa.field("a", pa.string(), nullable=False),
        pa.field("b", pa.string(), nullable=False),
        pa.field("similarity", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
    ]
)

#: Yearly pay in one currency, from adverts and from pay tables, kept apart by `basis`.
PAY_OBSERVATIONS = pa.schema(
    [
        pa.field("origin", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("posting", pa.string()),  # null for rows of a pay table
        pa.field("basis", pa.string(), nullable=False),  # stated, board estimate, pay table
        pa.field("title", pa.string()),
        pa.field("family", pa.string()),
        pa.field("seniority", pa.string()),
        pa.field("experience_level", pa.string()),
        pa.field("country", pa.string()),
        pa.field("year", pa.int32()),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("yearly_min", pa.float64()),
        pa.field("yearly_max", pa.float64()),
        pa.field("repeats", pa.int32(), nullable=False),  # how often the very same row stands in the source
    ]
)

#: The tables of a snapshot, in the order in which they are written.
SNAPSHOT_TABLES = {
    "postings": POSTINGS,
    "mentions": MENTIONS,
    "texts": TEXTS,
    "facts": FACTS,
    "likeness": LIKENESS,
    "pay_observations": PAY_OBSERVATIONS,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who published the data, where, when, under which licence, and the hash of what was read."""

    id: str  # first 12 hex digits of sha256
    name: str  # file name without its endings
    file: str  # file name
    sha256: str
    bytes: int
    publisher: str | None = None
    url: str | None = None
    licence: str | None = None
    date: str | None = None  # ISO date of publication or access, as given by whoever ingested it
    note: str | None = None
