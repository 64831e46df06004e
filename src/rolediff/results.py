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
    read: float  # the share before the measured errors of reading moved it
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
class PayGroup:
    """Yearly pay of a part of a role: of one seniority, country or year. Fields as in `PayClaim`."""

    role: str
    basis: str
    currency: str
    by: str  # seniority, level (as a pay table gives it), country, year
    value: str
    label: str
    n: int
    employers: int | None
    p10: float | None
    p25: float | None
    median: float | None
    p75: float | None
    p90: float | None
    median_low: float | None
    median_high: float | None


@dataclass(frozen=True, slots=True)
class PayStated:
    """The share of a role's openings, of those read in full, that state pay."""

    claim: str  # opens the ones that do
    share: float
    low: float
    high: float
    openings: int
    n: int


@dataclass(frozen=True, slots=True)
class PayGap:
    """Pay of a over pay of b on one basis and in one currency; 1.1 is 10% more in a."""

    basis: str
    currency: str
    ratio: float  # of the medians, as they stand
    low: float
    high: float
    n_a: int
    n_b: int
    voices_a: int  # employers; in a pay table, which names none, different pay bands
    voices_b: int
    standardised: float | None  # ratio of typical pay where what `adjusted_for` names is alike
    standardised_low: float | None
    standardised_high: float | None
    adjusted_for: tuple[str, ...]
    not_standardised: str  # why there is no such ratio; empty where there is one
    step: bool  # a and b are levels of one family: the gap is the pay step between them
    stated_a: PayStated | None  # None where the basis is not "stated"
    stated_b: PayStated | None
    # Of the standardised ratio, else the raw one: by what part the silent adverts of the role that pays
    # more would have to pay less than its stating ones for the ratio to be 1 (`tipping`), or for its interval
    # to touch 1 (`tipping_sure`); None where the interval holds 1 already. `if_unlike`: the ratio if they pay
    # 10% less, and the silent ones of the other role 10% more.
    tipping: float | None
    tipping_sure: float | None
    if_unlike: float | None

    @property
    def best(self) -> tuple[float, float, float]:
        """The standardised ratio with its limits; the raw one where there is none."""
        if self.standardised is None or self.standardised_low is None or self.standardised_high is None:
            return self.ratio, self.low, self.high
        return self.standardised, self.standardised_low, self.standardised_high


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An employer or a source, and a difference without its openings."""

    name: str
    difference: float | None  # None where a role would have no opening left
    stands: bool  # whether the interval, moved along, still leaves out 0


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much a headline claim hangs on the one employer and the one source that move it most."""

    claim: str
    label: str
    difference: float
    employer: LeftOut
    source: LeftOut
    stands: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A family's share of the dated openings of one source, earlier against later months."""

    family: str
    source: str
    first: str  # the first month, "2025-01"
    middle: str  # the first of the later months
    last: str
    openings: int  # of the family, in all of these months
    n: int  # of all families
    before: float
    after: float
    change: float  # after less before
    low: float
    high: float


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
    """A tool to learn next: the share of openings open after it, and what it adds."""

    skill: str
    label: str
    opened: float
    opened_low: float
    opened_high: float
    gain: float
    gain_low: float
    gain_high: float
    openings: int  # openings open after it, of those that the order was chosen on


@dataclass(frozen=True, slots=True)
class Path:
    """An order in which to learn tools.

    An opening counts as open to someone who knows at least `threshold` of the tools it asks for.
    """

    role: str
    counted_on: str  # slug of the role whose openings were counted
    n: int  # openings that ask for tools
    employers: int
    threshold: float
    known: tuple[str, ...]  # names of the tools the person starts with
    opened_before: float
    before_low: float
    before_high: float
    kept: float  # part of what the order opens of the openings it was chosen on that holds at other employers
    steps: tuple[Step, ...]
    stop: str  # why the list ends where it does


@dataclass(frozen=True, slots=True)
class Have:
    """The skills that were recognised in a person's own list or CV; nothing else of it is kept."""

    skills: tuple[str, ...]  # names
    not_assumed: tuple[str, ...]  # names of the tools usual in the role one comes from that it does not name
    unread_lines: tuple[int, ...]  # of a list: numbers of the lines that name no known skill


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another family with a wider entry door, whose usual tools open part of a role's openings."""

    family: str
    name: str
    entry: Claim
    tools: tuple[str, ...]  # names of the tools that at least a quarter of its openings name
    reached: Estimate  # of the role's openings that ask for tools, those open with these


@dataclass(frozen=True, slots=True)
class Start:
    """The entry door of a role."""

    role: str
    entry: Claim
    first_skills: tuple[Claim, ...]
    no_degree: Claim
    lowest_degree: Claim | None  # the lowest that enough openings state
    fewest_years: Claim | None
    family_entry: Claim | None  # of a role from lead upwards: how open its whole family is to beginners
    lower_levels: dict[str, int]  # likewise: openings of the family at each level below, read in full
    neighbours: tuple[Neighbour, ...]
    path: Path | None


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
    similarity: float  # 1 for the same, 0 for nothing in common
    low: float
    high: float
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
    trends: tuple[Trend, ...]
    moving: Path | None
    moving_needs: tuple[Claim, ...]  # what no list teaches: of each kind B's claims, then A's of the same
    have: Have | None
    starting_a: Start
    starting_b: Start
    featured_a: tuple[Opening, ...]
    featured_b: tuple[Opening, ...]
    related: tuple[Related, ...]
    sensitivity: tuple[Sensitivity, ...]  # of the differences that the headline names
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
    needed: int | None = None  # withheld: how many more openings it takes to show the share


# ── pages of one skill, of a role's pay, of its openings, and of one posting ─────────────────────


@dataclass(frozen=True, slots=True)
class SkillInRole:
    """How much a family of roles asks for a skill."""

    role: str
    name: str
    named: Claim
    required: Claim


@dataclass(frozen=True, slots=True)
class SkillTogether:
    """Another skill, among the openings that name a skill and among those that do not; shares as read."""

    skill: str
    label: str
    category: str
    together: Estimate  # of the openings that name the skill of the page
    apart: Estimate | None  # of those that do not; None where there are none
    ratio: float | None  # of the two shares; None where no opening names the other skill alone
    ratio_low: float | None
    ratio_high: float | None


@dataclass(frozen=True, slots=True)
class SkillProfile:
    """A skill: which roles ask for it, and what they ask for with it. Counts are of data roles alone."""

    snapshot: str
    skill: str
    name: str
    category: str  # its name
    parent: str | None  # id of the wider skill
    parent_name: str | None
    spellings: tuple[str, ...]  # some of those that are read as this skill
    openings: int  # that name it
    employers: int  # of these
    n: int  # openings read
    n_employers: int  # of these
    families: int  # families with enough openings read to be told of
    roles: tuple[SkillInRole, ...]  # those of them that name it, the most frequent first
    most_with: tuple[SkillTogether, ...]  # named most in the same openings
    rather_with: tuple[SkillTogether, ...]  # named there most surely oftener than elsewhere


@dataclass(frozen=True, slots=True)
class SkillCount:
    """A line of the index of skills."""

    skill: str
    name: str
    openings: int
    employers: int


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """The skills of a category, the most frequent first."""

    category: str
    name: str
    skills: tuple[SkillCount, ...]


@dataclass(frozen=True, slots=True)
class SkillIndex:
    """All skills that enough openings of data roles name."""

    snapshot: str
    least: int  # openings that name a skill of the index, at the least
    n: int  # openings read
    employers: int
    groups: tuple[SkillGroup, ...]


@dataclass(frozen=True, slots=True)
class SalaryProfile:
    """What a role pays, in yearly amounts, by basis and currency."""

    snapshot: str
    role: str
    name: str
    disclosure: Claim | None  # share of openings that state pay; None where none was read in full
    claims: tuple[PayClaim, ...]
    groups: tuple[PayGroup, ...]  # by seniority, level, country and year
    rows: int  # rows to download


@dataclass(frozen=True, slots=True)
class ListedOpening:
    """A line of a list of openings."""

    opening: Opening
    seniority: str | None
    work_mode: str  # not-stated where unknown


@dataclass(frozen=True, slots=True)
class FilterValue:
    """A value by which openings may be chosen; `openings` counts what the other filters leave."""

    value: str
    label: str
    openings: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class OpeningsPage:
    """Openings of a role, the newest first and the undated last, one page of them."""

    snapshot: str
    role: str
    name: str
    filters: dict[str, tuple[FilterValue, ...]]  # by filter: seniority, country, work_mode
    all: int  # openings of the role
    total: int  # that pass the filters; copies are not counted
    undated: int  # of these, without a date
    page: int  # counts from 1
    pages: int
    size: int
    openings: tuple[ListedOpening, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """Something that a posting states, and some of the words that state it."""

    kind: str
    value: str
    label: str
    need: str | None  # of a skill: required, preferred, mentioned
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a posting was read."""

    name: str
    row: int
    source_id: str | None  # the source's own id of the advert
    publisher: str | None
    licence: str | None
    url: str | None
    date: str | None  # of publication or access


@dataclass(frozen=True, slots=True)
class PostingProfile:
    """One posting: its facts, the words they were read from, and its source."""

    snapshot: str
    opening: Opening
    country: str | None  # ISO 3166-1 alpha-2
    region: str | None
    city: str | None
    expires: str | None
    employment_type: str | None
    pay: tuple[float | None, float | None, str, str | None] | None  # least, most, currency, period
    pay_basis: str | None  # stated, or board estimate
    role: str | None  # slug of the role that its title was read as
    role_name: str | None
    confidence: float | None  # of the family, 0 to 1
    language: str | None  # ISO 639-1
    cut: bool
    stated: tuple[Stated, ...]  # pay, degree, years, work mode, industry
    skills: tuple[Stated, ...]  # required, then preferred, then mentioned
    responsibilities: tuple[Stated, ...]
    copy_of: str | None  # the posting that stands for the opening, where that is another
    copies: tuple[Opening, ...]  # other postings of the same opening
    source: Source
    notes: tuple[str, ...]  # what could not be read or is not shown, and why


# ── what changed between two snapshots ───────────────────────────────────────────────────────────

#: What a change of a share may be called.
CHANGES = ("moved", "read-otherwise", "within-chance", "too-few-postings", "unchanged")


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """A snapshot as one side of a comparison with another."""

    id: str
    version: str  # of rolediff, which built it
    taxonomy: str  # hash of its tables
    readers: str  # hash of the code that read the postings
    rows: int
    openings: int
    copies: int
    employers: int  # named
    origins: int
    last_posted: str | None


@dataclass(frozen=True, slots=True)
class Turnover:
    """Where the openings of the older snapshot went, and where those of the newer one come from.

    openings of the older = went + stayed; of the newer = came + still there. The two middle counts differ
    where copies were put together or apart.
    """

    went: int
    stayed: int
    came: int
    still_there: int
    other_role: int  # of those still there, read as of another family
    employers_went: int
    employers_came: int


@dataclass(frozen=True, slots=True)
class OriginChange:
    """An origin that only one of two snapshots holds."""

    change: str  # came, went
    name: str
    id: str
    rows: int
    date: str | None
    other_state: bool  # the other snapshot holds an origin of the same name with another content


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role's openings, before and after; those read in full are what shares are of."""

    role: str
    name: str
    old_openings: int
    new_openings: int
    old_n: int
    new_n: int
    came: int  # of new_n
    went: int  # of old_n


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A share of a role's own openings, as read, in two snapshots.

    change = by_went + by_reading + by_came, exactly.
    """

    claim: str
    role: str
    kind: str
    value: str
    label: str
    old: float
    new: float
    old_openings: int  # that state it
    old_n: int
    new_openings: int
    new_n: int
    went: int  # of the openings that are no longer there, those that stated it
    went_n: int
    came: int  # of the openings that were not there before, those that state it
    came_n: int
    change: float
    low: float
    high: float
    by_went: float
    by_reading: float  # the same openings, read otherwise
    by_came: float
    q: float | None  # false-discovery-adjusted, of by_went + by_came; None where it was not tested
    verdict: str  # moved, read-otherwise, within-chance, too-few-postings, unchanged


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim that only one of two snapshots shows."""

    change: str  # appeared, vanished
    claim: str
    role: str
    kind: str
    label: str
    share: float  # where it is shown
    openings: int
    n: int
    why: str  # it is not shown in the other


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A difference between two roles that is judged otherwise than before."""

    claim: str
    a: str  # name of a role
    b: str
    kind: str
    label: str
    old_verdict: str | None  # None: too few openings of both roles state it to be shown
    new_verdict: str | None
    old_difference: float | None
    new_difference: float | None


@dataclass(frozen=True, slots=True)
class PayChange:
    """The median of a role's yearly pay on one basis and in one currency, in two snapshots."""

    claim: str
    role: str
    basis: str
    currency: str
    old: float | None
    old_low: float | None
    old_high: float | None
    old_n: int
    new: float | None
    new_low: float | None
    new_high: float | None
    new_n: int
    ratio: float | None  # new over old, its interval as if no observation were in both
    low: float | None
    high: float | None
    verdict: str  # moved, within-chance, too-few-postings


@dataclass(frozen=True, slots=True)
class SnapshotChanges:
    """What changed from one snapshot to another, claim by claim."""

    id: str  # <old>..<new>
    old: SnapshotState
    new: SnapshotState
    rules: tuple[str, ...]  # which of version, taxonomy and readers differ
    turnover: Turnover
    origins: tuple[OriginChange, ...]
    roles: tuple[RoleChange, ...]
    claims: int  # that both show
    tested: int
    shares: tuple[ShareChange, ...]  # that moved or changed by half a point at least
    shown: tuple[ClaimChange, ...]
    verdicts: tuple[VerdictChange, ...]
    pairs: int  # whose verdicts were looked at
    pay: tuple[PayChange, ...]


# ── what a snapshot holds, and its downloads ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Download:
    """A table of facts in one form."""

    table: str
    title: str
    form: str  # csv, xlsx, parquet, json
    address: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OriginLine:
    """An origin of a snapshot, as whoever ingested it gave it."""

    id: str
    name: str
    kind: str  # postings, pay
    publisher: str | None
    licence: str | None
    date: str | None  # of publication or access
    url: str | None
    rows: int
    kept: int
    rejected: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a snapshot holds, where every row went, and where to get it."""

    snapshot: str
    rows: int  # rows = openings + copies + rejected + pay_table_rows
    openings: int
    copies: int
    rejected: int
    pay_table_rows: int
    read_in_full: int  # openings, of any work
    first_posted: str | None
    last_posted: str | None
    origins: tuple[OriginLine, ...]
    downloads: tuple[Download, ...]
    previous: str | None  # id of the snapshot before it
    no_previous: str  # why it is not known; empty where it is
    changes: SnapshotChanges | None
