"""What a reader sees: claims about one role, tested differences between two, and the comparison.

Frozen dataclasses; one `Comparison` feeds the terminal, JSON, Markdown and HTML alike. Shares run
from 0 to 1, pay is a year's in its own currency, intervals are at 95%.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: What a tested difference may be called.
VERDICTS = ("more-in-a", "more-in-b", "no-detectable-difference", "too-few-postings", "not-tested")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of a role's openings, with how surely it is known."""

    share: float
    low: float
    high: float
    openings: int  # openings that state it
    n: int  # openings read
    employers: int  # sampling units among the n
    n_effective: float  # openings that independent employers would need for the same precision
    borrowed: float = 0.0  # weight of the family in a pooled share, 0 to 1
    borrowed_from: str | None = None  # slug of that family


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about one role. `rolediff evidence <id>` opens its postings."""

    id: str  # <role>/<kind>/<value>
    role: str
    kind: str
    value: str
    label: str
    estimate: Estimate
    needed: int | None = None  # withheld: how many more openings it takes to show the share


@dataclass(frozen=True, slots=True)
class Difference:
    """The same statement about two roles, and what may be said of the difference."""

    id: str  # <role a>..<role b>/<kind>/<value>
    kind: str
    value: str
    label: str
    group: str  # category, where the kind has one
    a: Claim
    b: Claim
    difference: float  # share in a less share in b
    low: float
    high: float
    q: float | None  # false-discovery-adjusted p-value; None where it was not tested
    verdict: str

    @property
    def certain(self) -> float:
        """How large the difference is at the least: the end of its interval that is nearer to none."""
        return max(self.low, -self.high, 0.0)


@dataclass(frozen=True, slots=True)
class PayClaim:
    """Yearly pay of a role in one currency and on one basis."""

    id: str
    role: str
    basis: str  # stated, board estimate, pay table, official
    currency: str
    n: int
    employers: int | None  # None where the source names none
    p10: float | None
    p25: float | None
    median: float | None
    p75: float | None
    p90: float | None
    median_low: float | None
    median_high: float | None
    period: str  # years observed, or the release of an official table
    note: str


@dataclass(frozen=True, slots=True)
class PayGap:
    """Ratio of the median pay of a to that of b, like with like."""

    basis: str
    currency: str
    ratio: float
    low: float
    high: float
    n_a: int
    n_b: int


@dataclass(frozen=True, slots=True)
class OfficialLine:
    """A figure of an official table."""

    role: str
    soc: str
    soc_title: str
    fit: str  # exact, broad or poor: how well the class fits the role
    measure: str
    value: float
    qualifier: str
    unit: str
    period: str
    release: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A skill to learn next, and the share of openings open before and after it."""

    skill: str
    label: str
    opened: float
    gain: float
    openings: int


@dataclass(frozen=True, slots=True)
class Path:
    """An order in which to learn skills.

    An opening counts as open to someone who knows at least `threshold` of the skills it asks for.
    """

    role: str
    counted_on: str  # slug of the role whose openings were counted
    n: int
    threshold: float
    known: tuple[str, ...]  # names of the skills the person starts with
    opened_before: float
    steps: tuple[Step, ...]
    stop: str  # why the list ends where it does


@dataclass(frozen=True, slots=True)
class Start:
    """The entry door of a role."""

    role: str
    entry: Claim
    first_skills: tuple[Claim, ...]
    no_degree: Claim
    path: Path | None
    note: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A posting, as its facts tell it."""

    posting: str
    title: str | None
    employer: str | None
    place: str | None
    posted: str | None
    pay: str | None
    url: str | None
    origin: str
    row: int


@dataclass(frozen=True, slots=True)
class RoleSummary:
    """A role and what its figures stand on."""

    slug: str
    name: str
    family: str
    seniority: str | None  # None: all of the family's
    definition: str
    openings: int
    n: int  # of those read in full, in English
    not_english: int
    unknown_language: int
    cut: int
    employers: int
    named_employers: int
    origins: int
    first_posted: str | None
    last_posted: str | None
    dated: int
    borrowed: float
    borrowed_from: str | None
    levels: tuple[str, ...]  # seniorities that the openings hold


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """A role by itself: what its openings state, most frequent first."""

    snapshot: str
    summary: RoleSummary
    responsibilities: tuple[Claim, ...]
    tools: tuple[Claim, ...]
    methods: tuple[Claim, ...]
    education: tuple[Claim, ...]
    experience: tuple[Claim, ...]
    work_modes: tuple[Claim, ...]
    industries: tuple[Claim, ...]
    featured: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another comparison worth reading."""

    role: str
    name: str
    similarity: float
    n: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of "at a glance": the same question answered for both roles."""

    question: str
    a: str
    b: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two roles, and what the evidence says of their difference. Sections stand in reading order."""

    id: str
    snapshot: str
    a: RoleSummary
    b: RoleSummary
    relation: str  # two families, two levels of one family, or a family and one of its levels
    headline: tuple[str, ...]
    glance: tuple[Fact, ...]
    responsibilities: tuple[Difference, ...]
    skills_shared: tuple[Difference, ...]
    skills_more_in_a: tuple[Difference, ...]
    skills_more_in_b: tuple[Difference, ...]
    skills_tested: int
    needs: tuple[Difference, ...]  # of the skills that are required where they stand
    tools: tuple[Difference, ...]  # by category
    education: tuple[Difference, ...]
    experience: tuple[Difference, ...]
    work_modes: tuple[Difference, ...]
    industries: tuple[Difference, ...]
    pay: tuple[PayClaim, ...]
    pay_gaps: tuple[PayGap, ...]
    outlook: tuple[OfficialLine, ...]
    moving: Path | None
    starting_a: Start
    starting_b: Start
    featured_a: tuple[Opening, ...]
    featured_b: tuple[Opening, ...]
    related: tuple[Related, ...]
    missing: dict[str, str] = field(default_factory=dict)  # section -> what its evidence lacks


@dataclass(frozen=True, slots=True)
class Quote:
    """The words a claim was read from, with a little of what stands around them.

    The words are empty where the snapshot holds no texts; `start` and `end` are code points into it.
    """

    before: str
    words: str
    after: str
    start: int
    end: int
    need: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One posting behind a claim; `term` is what was read in it, "Python, required"."""

    opening: Opening
    term: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim opened: its estimate and its postings."""

    claim: str
    label: str
    role: str
    estimate: Estimate | None
    total: int  # postings behind the claim; `rows` is a page of them
    rows: tuple[EvidenceRow, ...]
    note: str  # says why there is no quote, where there is none
