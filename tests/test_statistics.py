"""Intervals, tests, pooling and error control against published numbers, scipy and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import special

from rolediff import statistics as st
from rolediff.statistics import beta
from rolediff.statistics.shares import limits


def plain(k, n, level=0.95):
    """Shares of n openings by n employers."""
    k = np.atleast_1d(np.asarray(k, float))
    return st.cluster_shares(n, n, n, k, k, k, level)


def clustered(sizes, x, level=0.95):
    """Shares from counts: sizes of employers, and x with one row a value."""
    sizes, x = np.asarray(sizes, float), np.atleast_2d(np.asarray(x, float))
    sums = x.sum(1), (x**2).sum(1), (x * sizes).sum(1)
    return st.cluster_shares(sizes.sum(), len(sizes), (sizes**2).sum(), *sums, level)


def given_limits(share, low, high):
    """Shares with limits from elsewhere."""
    arrays = {name: np.array([value]) for name, value in (("share", share), ("low", low), ("high", high))}
    return st.Shares(**arrays, n_eff=np.array([50.0]), n_design=np.array([50.0]), df=np.array([49.0]))


# ── the beta distribution ────────────────────────────────────────────────────────────────────────


def test_beta_functions_agree_with_scipy():
    rng = np.random.default_rng(1)
    a, b = 10 ** rng.uniform(-2, 4, (2, 2000))
    x = np.clip(rng.beta(a, b), 1e-12, 1 - 1e-12)
    assert beta.beta_cdf(a, b, x, 1 - x) == pytest.approx(special.betainc(a, b, x), abs=1e-9)
    assert beta.log_beta(a, b) == pytest.approx(special.betaln(a, b), rel=1e-9, abs=1e-9)
    for tail in (0.0005, 0.025, 0.05, 0.5):
        q, rest = beta.beta_quantile(a, b, tail)
        assert q == pytest.approx(special.betaincinv(a, b, tail), rel=1e-7, abs=1e-200)
        assert q + rest == pytest.approx(np.ones(2000))
    df = 10 ** rng.uniform(0, 5, 100)
    assert beta.t_quantile(df, 0.95) == pytest.approx(special.stdtrit(df, 0.975), rel=1e-8)


# ── shares ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 5 (Clopper-Pearson)
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
        (29, 29, 0.8806, 1.0),
    ],
)
def test_openings_of_different_employers_count_in_full(k, n, low, high):
    s = plain(k, n)
    assert s.n_eff[0] == pytest.approx(n)
    clopper_pearson = limits(s.share, s.n_eff, 0.95, 1.0)
    assert (clopper_pearson[0][0], clopper_pearson[1][0]) == pytest.approx((low, high), abs=6e-5)
    # The limits in use lie inside, by about half of the step between those of k and of a half more.
    assert low - 6e-5 <= s.low[0] <= k / n <= s.high[0] <= high + 6e-5
    assert s.low[0] == pytest.approx(
        0 if k == 0 else special.betaincinv(k, n - k + st.PADDING, 0.025), rel=1e-6
    )
    assert s.high[0] == pytest.approx(
        1 if k == n else special.betaincinv(k + st.PADDING, n - k, 0.975), rel=1e-6
    )


def test_linearised_variance_by_hand():
    # Even sizes 10, 10, 10, 10; x = 2, 4, 6, 8; p = 0.5: residuals -3, -1, 1, 3, so v = 4/3 * 20 / 1600.
    s = clustered([10] * 4, [2, 4, 6, 8])
    variance, n, p, rarer = 4 / 3 * 20 / 1600, 40, 0.5, 20
    observed = variance * (n - 1) / (p * (1 - p))
    expected = 1 + 9 * st.PRIOR_CORRELATION
    deff = (rarer * observed + st.PRIOR_WEIGHT * expected) / (rarer + st.PRIOR_WEIGHT)
    assert s.n_design[0] == pytest.approx(n / deff)
    spread = special.stdtrit(n - 1, 0.975) / special.stdtrit(3, 0.975)
    assert s.n_eff[0] == pytest.approx(n / deff * spread**2)


def test_no_openings_say_nothing_and_one_employer_is_one_voice():
    s = st.cluster_shares(0, 0, 0, [0], [0], [0])
    assert np.isnan([s.share[0], s.low[0], s.high[0]]).all()
    assert s.n_eff[0] == 0
    alone = clustered([40], [30])
    assert alone.n_eff[0] == 1
    assert alone.low[0] < 0.1
    assert alone.high[0] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "sums",
    [
        (10, 5, 20, [11], [11], [11]),  # more mentions than openings
        (10, 5, 19, [1], [1], [1]),  # squares smaller than five employers can have
        (10, 5, 101, [1], [1], [1]),  # or one can have
        (10, 11, 20, [1], [1], [1]),  # more employers than openings
        (10, 5, 20, [5], [9], [8]),  # sum_x2 above sum_xn
        (10, 5, 20, [-1], [1], [1]),
    ],
)
def test_sums_that_contradict_each_other_are_refused(sums):
    with pytest.raises(ValueError, match="cluster_shares needs"):
        st.cluster_shares(*sums)


employers = some.lists(some.tuples(some.integers(1, 40), some.floats(0, 1)), min_size=1, max_size=30)


@given(employers)
@settings(max_examples=60, deadline=None)
def test_limits_enclose_the_share_and_effective_size_stays_within(rows):
    sizes = np.array([n for n, _ in rows])
    s = clustered(sizes, [[round(n * p) for n, p in rows], sizes, 0 * sizes])
    assert (s.low >= 0).all()
    assert (s.low <= s.share).all()
    assert (s.share <= s.high).all()
    assert (s.high <= 1).all()
    assert (s.n_eff >= 1).all()
    assert (s.n_eff <= sizes.sum()).all()
    assert s.high[1] == 1
    assert s.low[2] == 0


def test_likeness_within_employers_widens():
    spread = clustered([4] * 10, [2] * 10)
    clumped = clustered([4] * 10, [4, 0] * 5)
    assert clumped.share == spread.share
    assert clumped.n_eff[0] < 12 < spread.n_eff[0]
    assert clumped.high - clumped.low > 1.4 * (spread.high - spread.low)


def test_fewer_employers_widen_even_where_nobody_mentions():
    widths = [clustered([60 // g] * g, [0] * g).high[0] for g in (60, 30, 10, 3)]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]


def test_coverage_with_one_employer_at_40_percent():
    # The seed is fixed, so these figures are; tools/simulate_statistics.py has the whole table.
    rng = np.random.default_rng(7)
    sizes = np.r_[66, rng.geometric(0.6, 60)]
    for p in (0.1, 0.5):
        x = rng.binomial(sizes, rng.beta(p * 3, (1 - p) * 3, (2000, 61)))
        s = clustered(sizes, x)
        assert 0.93 <= ((s.low <= p) & (p <= s.high)).mean() <= 0.998


# ── differences ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # Newcombe 1998, Statistics in Medicine 17:873, table II: Wilson limits in, method 10 out
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_mover_gives_newcombes_published_limits(first, second, expected):
    def wilson(k, n):
        p, z2 = k / n, 1.959964**2
        centre, half = (k + z2 / 2) / (n + z2), math.sqrt(z2 * (n * p * (1 - p) + z2 / 4)) / (n + z2)
        return given_limits(p, max(centre - half, 0), min(centre + half, 1))

    d = st.differences(wilson(*first), wilson(*second))
    assert (d.low[0], d.high[0]) == pytest.approx(expected, abs=6e-5)


def test_p_agrees_with_the_interval_at_its_level():
    rng = np.random.default_rng(3)
    for level in (0.8, 0.95, 0.99):
        sizes = rng.geometric(0.4, 25)
        a = clustered(sizes, rng.binomial(sizes, rng.beta(1, 2, (400, 25))), level)
        b = clustered(sizes, rng.binomial(sizes, rng.beta(1, 1, (400, 25))), level)
        d = st.differences(a, b)
        found = (d.low > 0) | (d.high < 0)
        assert 20 < found.sum() < 380
        assert ((d.p < 1 - level) == found).all()


def test_p_by_solving_the_limits():
    a, b = plain(18, 30), plain(6, 25)
    p = st.differences(a, b).p[0]
    # Undo the step to Student's t, and the interval at that level must touch 0.
    df = 24
    t = special.stdtrit(df, 1 - p / 2)
    z = t * special.ndtri(0.975) / special.stdtrit(df, 0.975)
    level = 1 - 2 * special.ndtr(-z)
    d = st.differences(plain(18, 30, level), plain(6, 25, level))
    assert d.low[0] == pytest.approx(0, abs=1e-6)


@given(some.integers(0, 30), some.integers(0, 20))
@settings(max_examples=25, deadline=None)
def test_differences_mirror(k_a, k_b):
    a, b = plain(k_a, 30), plain(k_b, 20)
    d, e = st.differences(a, b), st.differences(b, a)
    assert d.difference == pytest.approx(-e.difference)
    assert (d.low[0], d.high[0]) == pytest.approx((-e.high[0], -e.low[0]))
    assert d.p == pytest.approx(e.p, rel=1e-6)
    assert -1 <= d.low[0] <= d.difference[0] <= d.high[0] <= 1
    assert 0 < d.p[0] <= 1


def test_p_where_shares_nearly_agree_or_are_far_apart():
    n = np.array([3, 40, 40, 5000, 5000.0])
    a, b = plain(n, n), plain(0 * n, n)
    far = st.differences(a, b).p
    assert (np.diff(far[[0, 1, 3]]) < 0).all()
    assert (far >= 0).all()
    for step in (1e-13, 1e-11, 1e-8):
        near = given_limits(0.3 + step, 0.2, 0.4), given_limits(0.3, 0.25, 0.35)
        near[1].n_eff[:] = 900
        assert st.differences(*near).p == pytest.approx([1.0], abs=1e-6)


def test_p_falls_as_the_difference_grows():
    p = [st.differences(plain(15 + k, 50), plain(15, 50)).p[0] for k in range(0, 36, 3)]
    assert p[0] == 1
    assert p == sorted(p, reverse=True)
    assert 0 < p[-1] < 1e-8


def test_unknown_shares_give_unknown_differences():
    none = st.cluster_shares(0, 0, 0, [0], [0], [0])
    d = st.differences(none, plain(3, 10))
    assert np.isnan([d.difference[0], d.low[0], d.high[0], d.p[0]]).all()
    with pytest.raises(ValueError, match="one level"):
        st.differences(plain(3, 10, 0.9), plain(3, 10))


@pytest.mark.parametrize(("count", "p"), [(5, 0.3), (10, 0.5), (40, 0.1), (150, 0.3)])
def test_false_alarms_stay_below_nominal(count, p):
    rng = np.random.default_rng(11)
    sizes = rng.geometric(0.4, count)
    a, b = (clustered(sizes, rng.binomial(sizes, rng.beta(p * 3, (1 - p) * 3, (3000, count)))) for _ in "ab")
    found = st.differences(a, b).p
    assert (found <= 0.05).mean() <= 0.055
    assert (found <= 0.005).mean() <= 0.0075


# ── false discovery, verdicts ────────────────────────────────────────────────────────────────────


def test_fdr_by_hand():
    # 0.01*4/1 = 0.04, 0.02*4/2 = 0.04, 0.03*4/3 = 0.04, 0.5*4/4 = 0.5; the NaN does not count.
    q = st.adjust_fdr([0.5, np.nan, 0.01, 0.03, 0.02])
    assert q == pytest.approx([0.5, np.nan, 0.04, 0.04, 0.04], nan_ok=True)
    assert st.adjust_fdr([0.01, 0.04, 0.9]) == pytest.approx([0.03, 0.06, 0.9])
    assert st.adjust_fdr([]).shape == (0,)
    assert np.isnan(st.adjust_fdr([np.nan])).all()


@given(some.lists(some.floats(0, 1), min_size=1, max_size=40))
def test_q_keeps_the_order_of_p(p):
    q = st.adjust_fdr(p)
    assert (q >= np.asarray(p) - 1e-15).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()


def test_each_verdict():
    a, b = plain([40, 5, 20, 20, 30], 50), plain([5, 40, 20, 22, 3], 50)
    b.n_eff[4] = st.MIN_EFFECTIVE - 0.1
    d = st.differences(a, b)
    q = st.adjust_fdr(np.where(st.enough(a, b), d.p, np.nan))
    q[2] = np.nan
    expected = [st.MORE_IN_A, st.MORE_IN_B, st.TOO_FEW, st.NO_DIFFERENCE, st.TOO_FEW]
    assert st.verdicts(a, b, d, q).tolist() == expected
    assert st.verdicts(a, b, d, q, alpha=0.0).tolist()[:2] == [st.NO_DIFFERENCE] * 2


def test_openings_needed():
    # 20 openings worth 5: a design effect of 4, so 10 take 40; none at all take 10 at least.
    assert st.openings_needed([20, 0, 30, 9], [5, 0, 30, 9]).tolist() == [20, 10, 0, 1]
    assert st.openings_needed(20, 5, floor=30).tolist() == 100


# ── pooling ──────────────────────────────────────────────────────────────────────────────────────


def thin_and_family(concentration, seed, small=8, large=250, values=150):
    rng = np.random.default_rng(seed)
    p = np.clip(rng.beta(0.5, 3, values), 0.003, 0.997)
    truth = np.clip(rng.beta(concentration * p, concentration * (1 - p)), 1e-4, 1 - 1e-4)

    def draw(share, count):
        sizes = rng.geometric(0.4, count)
        own = rng.beta(share[:, None] * 3, (1 - share[:, None]) * 3, (values, count))
        return clustered(sizes, rng.binomial(sizes, own))

    return truth, draw(truth, small), draw(p, large)


def loss(truth, share):
    return float(-(truth * np.log(share) + (1 - truth) * np.log(1 - share)).mean())


def smooth(s):
    return (s.share * s.n_eff + 0.5) / (s.n_eff + 1)


def test_pooling_helps_where_role_and_family_are_alike():
    truth, child, parent = thin_and_family(60, 1)
    pooled = st.pool(child, parent)
    assert loss(truth, pooled.share) < loss(truth, smooth(child)) - 0.03
    assert ((pooled.low <= truth) & (truth <= pooled.high)).mean() > 0.9
    assert (pooled.high - pooled.low).mean() < 0.7 * (child.high - child.low).mean()


def test_pooling_does_no_harm_where_they_differ():
    truth, child, parent = thin_and_family(3, 2, small=40)
    pooled = st.pool(child, parent)
    assert pooled.concentration < 8
    assert pooled.weight.max() < 0.35
    assert loss(truth, pooled.share) <= loss(truth, smooth(child)) + 0.002
    assert loss(truth, pooled.share) < loss(truth, smooth(parent)) - 0.03


def test_concentration_follows_the_likeness():
    found = [st.pool(*thin_and_family(m, 5, small=60)[1:]).concentration for m in (3, 15, 100)]
    assert 1.5 < found[0] < 6 < found[1] < 40 < found[2]


def test_posterior_by_hand_and_a_thin_family_lends_less():
    _, child, parent = thin_and_family(20, 4)
    _, _, thin = thin_and_family(20, 4, large=10)
    for family in (parent, thin):
        pooled = st.pool(child, family)
        m, size = pooled.concentration, family.n_eff[0]
        lent = min(m * size / (m + size + 1), st.MOST_LENT * child.n_eff[0])
        first = lent * (family.share[0] * size + 0.5) / (size + 1) + child.share[0] * child.n_eff[0]
        total = lent + child.n_eff[0]
        assert pooled.share[0] == pytest.approx(first / total)
        assert pooled.weight[0] == pytest.approx(lent / total)
        assert pooled.low[0] == pytest.approx(special.betaincinv(first, total - first, 0.025), rel=1e-6)
        assert pooled.high[0] == pytest.approx(special.betaincinv(first, total - first, 0.975), rel=1e-6)
        assert lent < size


def test_pooling_with_nothing_known_says_nothing():
    _, child, parent = thin_and_family(20, 4, values=3)
    none = st.cluster_shares(0, 0, 0, [0, 0, 0], [0, 0, 0], [0, 0, 0])
    for pooled in (st.pool(none, parent), st.pool(child, none)):
        assert np.isnan(pooled.share).all()
        assert np.isnan(pooled.weight).all()
        assert math.isnan(pooled.concentration)


def test_pooled_shares_can_be_compared():
    _, child, parent = thin_and_family(20, 4)
    d = st.differences(st.pool(child, parent), parent)
    assert ((d.p < 0.05) == ((d.low > 0) | (d.high < 0))).all()


# ── pay ──────────────────────────────────────────────────────────────────────────────────────────


def test_weighted_quantiles():
    assert st.weighted_quantiles([3, 1, 2, 4], np.ones(4), [0.25, 0.5, 1]).tolist() == [1.5, 2.5, 4]
    assert st.weighted_quantiles([10, 20], [3, 1], [0.5, 0.75, 0.9]).tolist() == [10, 15, 20]
    assert np.isnan(st.weighted_quantiles([], [], [0.5])).all()


@pytest.mark.parametrize(
    ("n", "rank"),
    [(6, 1), (9, 2), (20, 6), (30, 10), (101, 41)],  # largest r with P(Binomial(n, 1/2) < r) <= 0.025
)
def test_median_interval_is_between_order_statistics(n, rank):
    assert special.bdtr(rank - 1, n, 0.5) <= 0.025 < special.bdtr(rank, n, 0.5)
    q = st.median_interval(np.r_[np.arange(n, 0, -1.0), np.nan])
    # Between the order statistics of this rank, which cover too much, and of the next, which do too little.
    assert rank <= q.low < rank + 1
    assert (q.high, q.n) == (pytest.approx(n + 1 - q.low), n)
    assert q.median == (n + 1) / 2


def test_too_few_voices_have_no_interval():
    five = st.median_interval([1, 2, 3, 4, 5])
    assert five.median == 3
    assert math.isnan(five.low)
    assert math.isnan(five.high)
    assert math.isnan(st.median_interval([np.nan]).median)


def test_one_employers_many_adverts_are_few_voices():
    rng = np.random.default_rng(2)
    own = rng.normal(0, 1, 30)
    employer = np.repeat(np.arange(30), 6)
    pay = np.exp(11 + own[employer] + rng.normal(0, 0.05, 180))
    naive, honest = st.median_interval(pay), st.median_interval(pay, employer)
    assert naive.n_eff == pytest.approx(180)
    assert honest.n_eff < 40
    assert math.log(honest.high / honest.low) > 1.4 * math.log(naive.high / naive.low)
    named = st.median_interval(pay, np.array([f"employer {e}" for e in employer]))
    assert named.low == honest.low


def test_one_vote_an_employer():
    pay, employer = [100.0] * 50 + [50, 51, 52, 53, 54, 55, 56, 57], [0] * 50 + list(range(1, 9))
    assert st.median_interval(pay, employer).median == 100
    fair = st.median_interval(pay, employer, per_employer=True)
    assert fair.median == 54
    assert fair.n_eff <= 9


def test_median_coverage_with_likeness_within_employers():
    rng = np.random.default_rng(9)
    covered = []
    for _ in range(80):
        employer = np.repeat(np.arange(40), rng.geometric(0.4, 40))
        pay = rng.normal(0, 0.6, 40)[employer] + rng.normal(0, 0.8, len(employer))
        q = st.median_interval(pay, employer)
        covered.append(q.low <= 0 <= q.high)
    assert np.mean(covered) >= 0.92


def test_gap_of_medians():
    def pay(median, low, high):
        values = np.full(5, np.nan)
        values[2] = median
        return st.Quantiles(values, low, high, 30, 30.0)

    a, b = pay(120, 100, 150), pay(100, 80, 110)
    ratio, low, high = st.median_gap(a, b)
    assert ratio == pytest.approx(1.2)
    assert low == pytest.approx(1.2 / math.exp(math.hypot(math.log(1.2), math.log(1.1))))
    assert high == pytest.approx(1.2 * math.exp(math.hypot(math.log(1.25), math.log(1.25))))
    assert st.median_gap(b, a) == pytest.approx((1 / ratio, 1 / high, 1 / low))
    unsure = st.median_gap(pay(120, math.nan, math.nan), b)
    assert unsure[0] == pytest.approx(1.2)
    assert math.isnan(unsure[1])
    assert math.isnan(st.median_gap(pay(0, -1, 1), b)[0])


# ── likeness ─────────────────────────────────────────────────────────────────────────────────────


def likeness_of(*profiles: list[float]) -> float:
    return float(st.similarity(np.array(profiles))[0, 1])


def test_similarity():
    assert likeness_of([0.5, 0.2, 0], [0.5, 0.2, 0]) == pytest.approx(1)
    assert likeness_of([0.5, 0], [0, 0.9]) == 0
    assert likeness_of([0.6, 0.2], [0.3, 0.2]) == pytest.approx(0.5 / 0.8)
    with np.errstate(all="raise"):
        assert math.isnan(likeness_of([0, 0], [0, 0]))


@given(some.lists(some.tuples(some.floats(0, 1), some.floats(0, 1)), min_size=1, max_size=20))
def test_similarity_is_symmetric_and_bounded(pairs):
    a, b = (list(side) for side in zip(*pairs, strict=True))
    s = likeness_of(a, b)
    if max(a) > 1e-9 or max(b) > 1e-9:
        assert 0 <= s <= 1 + 1e-12
        assert s == pytest.approx(likeness_of(b, a))


def test_similarity_intervals_cover_and_the_jackknife_takes_out_the_bias():
    """Two profiles of known likeness, drawn anew many times: noise alone would make them look less alike."""
    rng = np.random.default_rng(5)
    values, parts, draws = 60, 20, 300
    truth = np.clip(np.stack([rng.beta(1, 4, values)] * 2) * [[1.0], [0.8]], 0, 1)
    true = float(st.similarity(truth)[0, 1])
    covered, found, naive = [], [], []
    for _ in range(draws):
        n = np.full((parts, 2), 8.0)
        k = rng.binomial(8, truth, (parts, 2, values)).astype(float)
        value, low, high = (float(x[0, 1]) for x in st.similarity_interval(k, n))
        covered.append(low <= true <= high)
        found.append(value)
        naive.append(float(st.similarity(k.sum(axis=0) / n.sum(axis=0)[:, None])[0, 1]))
    assert 0.90 <= np.mean(covered) <= 0.99
    assert abs(np.mean(found) - true) < abs(np.mean(naive) - true) / 3


# ── errors of reading ────────────────────────────────────────────────────────────────────────────


def shares_of(share, n_eff=200.0):
    p = np.atleast_1d(np.asarray(share, float))
    width = 1.96 * np.sqrt(p * (1 - p) / n_eff)
    low, high = np.clip(p - width, 0, 1), np.clip(p + width, 0, 1)
    size = np.full(p.shape, n_eff)
    return st.Shares(share=p, low=low, high=high, n_eff=size, n_design=size, df=size)


def test_a_fact_read_as_labelled_is_not_moved():
    found = st.learn_shifts([40, 90, 10, 55], [0, 0, 0, 0], [0, 0, 0, 0], 200)
    assert np.abs(found.shift).max() < 1e-9
    assert found.sd.max() < 0.15


def test_a_fact_read_too_often_is_moved_down_and_one_missed_up():
    both, too_often, missed = [60, 60, 60, 60, 60, 60], [30, 0, 0, 0, 0, 0], [0, 30, 0, 0, 0, 0]
    shift = st.learn_shifts(both, too_often, missed, 300).shift
    assert shift[0] < -0.2
    assert shift[1] > 0.2
    assert np.abs(shift[2:]).max() < 0.02


def test_corrected_shares_are_nearer_and_their_intervals_hold_the_truth():
    """Facts of which some are misread: learnt on half of the postings, checked on shares of other ones."""
    rng = np.random.default_rng(11)
    facts, labelled, openings = 40, 400, 5_000
    off = rng.random(facts) < 0.3
    raw, corrected, held = [], [], []
    for _ in range(40):
        true = rng.uniform(0.05, 0.6, facts)
        sensitivity = np.where(off, 0.75, 0.98)
        fall_out = np.where(off, 0.06, 0.002)

        def draw(n, true=true, sensitivity=sensitivity, fall_out=fall_out):
            there = rng.random((n, facts)) < true
            read = np.where(there, rng.random((n, facts)) < sensitivity, rng.random((n, facts)) < fall_out)
            return there, read

        there, read = draw(labelled)
        shifts = st.learn_shifts(
            (there & read).sum(0), (read & ~there).sum(0), (there & ~read).sum(0), labelled
        )
        there, read = draw(openings)
        seen = shares_of(read.mean(0), openings)
        moved = st.correct(seen, shifts.shift, shifts.sd)
        raw.append(np.abs(seen.share - true).mean())
        corrected.append(np.abs(moved.share - true).mean())
        held.append(((moved.low <= true) & (true <= moved.high)).mean())
    assert np.mean(corrected) < 0.75 * np.mean(raw)
    assert np.mean(held) >= 0.90


@given(some.floats(0, 1), some.floats(-2, 2), some.floats(0, 1))
def test_corrected_limits_stay_in_order_and_range(share, shift, sd):
    found = st.correct(shares_of(share), shift, sd)
    assert 0 <= found.low[0] <= found.share[0] + 1e-12
    assert found.share[0] <= found.high[0] + 1e-12 <= 1 + 1e-9
    same = st.correct(shares_of(share), 0.0)
    assert same.share[0] == pytest.approx(share)
