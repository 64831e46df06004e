"""Measure coverage, false alarms and pooling of rolediff.statistics on simulated employers.

    python tools/simulate_statistics.py shares|differences|pool|median [--draws 2000] [--seed 1]

The figures in docs and docstrings come from here. Adverts of one employer are alike: each employer
has a share of its own, drawn from a beta distribution with within-employer correlation `icc`.
"""

from __future__ import annotations

import argparse

import numpy as np

from rolediff import statistics as st

RNG = np.random.default_rng()


def draw_sizes(kind: str, employers: int) -> st.Floats:
    """Openings of each employer: alike, geometric, or one employer with 40% of all."""
    if kind == "even":
        return np.full(employers, 4.0)
    sizes = RNG.geometric(0.35, employers).astype(float)
    if kind == "one at 40%":
        sizes[0] = max(1.0, round(sizes[1:].sum() * 2 / 3))
    return sizes


def draw_shares(kind: str, employers: int, p: float | st.Floats, icc: float, draws: int) -> st.Shares:
    """Shares of `draws` roles with true share `p`, all with the same sizes of employers."""
    sizes = draw_sizes(kind, employers)
    p = np.broadcast_to(np.asarray(p, float), (draws,))
    own = np.broadcast_to(p[:, None], (draws, employers))
    if icc > 0:
        own = RNG.beta(own * (1 / icc - 1), (1 - own) * (1 / icc - 1))
    x = RNG.binomial(sizes.astype(int), own).astype(float)
    columns = x.sum(1), (x**2).sum(1), (x * sizes).sum(1)
    return st.cluster_shares(sizes.sum(), employers, (sizes**2).sum(), *columns)


def run_shares(draws: int) -> None:
    """Coverage of 95% intervals and their mean width."""
    print("sizes       employers icc   " + "".join(f"   p={p:<10}" for p in (0.01, 0.05, 0.1, 0.5, 0.9)))
    for kind in ("even", "geometric", "one at 40%"):
        for employers in (5, 10, 30, 80, 200):
            for icc in (0.0, 0.1, 0.3, 0.5):
                cells = []
                for p in (0.01, 0.05, 0.1, 0.5, 0.9):
                    s = draw_shares(kind, employers, p, icc, draws)
                    covered = ((s.low <= p) & (p <= s.high)).mean()
                    cells.append(f"{covered:.3f} ±{(s.high - s.low).mean() / 2:.2f}  ")
                print(f"{kind:11} {employers:9} {icc:3}   " + " ".join(cells))


def run_differences(draws: int) -> None:
    """False alarms at 0.05 and 0.005 where both roles have the same true share, and power at +20 points."""
    print(
        "sizes       employers   icc  p    n_eff (median)  at 0.05  at 0.005  q<=0.05  coverage  power +0.2"
    )
    for kind in ("even", "geometric", "one at 40%"):
        for first, second in ((5, 5), (10, 10), (10, 80), (30, 30), (200, 200)):
            for icc in (0.0, 0.3):
                for p in (0.05, 0.3, 0.7):
                    a, b, c = (
                        draw_shares(kind, g, x, icc, draws)
                        for g, x in ((first, p), (second, p), (second, p + 0.2))
                    )
                    d = st.differences(a, b)
                    n_eff = np.median(np.minimum(a.n_eff, b.n_eff))
                    covered = ((d.low <= 0) & (d.high >= 0)).mean()
                    power = (st.differences(a, c).p <= 0.05).mean()
                    alarms = np.mean(st.adjust_fdr(d.p) <= 0.05)
                    print(
                        f"{kind:11} {first:4} {second:4}  {icc:4} {p:4} {n_eff:10.1f}"
                        f" {(d.p <= 0.05).mean():12.4f} {(d.p <= 0.005).mean():9.4f}"
                        f" {alarms:8.4f} {covered:9.3f} {power:9.3f}"
                    )


def run_pool(draws: int) -> None:
    """Log-loss of raw, parent's and pooled shares against the truth, and the pooled interval's coverage."""
    print(
        "true m  employers: child, parent    m     weight  raw    parent  pooled  coverage  half width (raw)"
    )
    for true_m in (3.0, 10.0, 50.0, 1000.0):
        for small in (5, 15, 60, 200):
            for large in (20, 300):
                rows = []
                for _ in range(max(draws // 50, 1)):
                    p = np.clip(RNG.beta(0.5, 3, 200), 0.003, 0.997)
                    truth = np.clip(RNG.beta(true_m * p, true_m * (1 - p)), 1e-4, 1 - 1e-4)
                    child = draw_shares("geometric", small, truth, 0.25, 200)
                    parent = draw_shares("geometric", large, p, 0.25, 200)
                    pooled = st.pool(child, parent)
                    raw = (child.share * child.n_eff + 0.5) / (child.n_eff + 1)
                    family = (parent.share * parent.n_eff + 0.5) / (parent.n_eff + 1)
                    losses = (
                        -(truth * np.log(s) + (1 - truth) * np.log(1 - s)).mean()
                        for s in (raw, family, pooled.share)
                    )
                    covered = ((pooled.low <= truth) & (truth <= pooled.high)).mean()
                    widths = (pooled.high - pooled.low).mean() / 2, (child.high - child.low).mean() / 2
                    rows.append((pooled.concentration, pooled.weight.mean(), *losses, covered, *widths))
                m, weight, raw_, family_, pooled_, covered, width, raw_width = np.median(rows, axis=0)
                print(
                    f"{true_m:6} {small:10} {large:15} {m:14.1f} {weight:8.2f} {raw_:8.4f} {family_:7.4f}"
                    f" {pooled_:7.4f} {covered:8.3f} {width:9.3f} ({raw_width:.3f})"
                )


def run_median(draws: int) -> None:
    """Coverage of the median's interval for lognormal pay with and without likeness within employers."""
    print("sizes       employers icc   one vote an advert     one vote an employer   no bound")
    for kind in ("even", "geometric", "one at 40%"):
        for employers in (8, 30, 200):
            for icc in (0.0, 0.3, 0.8):
                cells = []
                for per_employer in (False, True):
                    covered, width, unbound = [], [], 0
                    for _ in range(draws // 4):
                        codes = np.repeat(np.arange(employers), draw_sizes(kind, employers).astype(int))
                        own = RNG.normal(0, icc**0.5, employers)[codes]
                        pay = np.exp(own + RNG.normal(0, (1 - icc) ** 0.5, len(codes)))
                        q = st.median_interval(pay, codes, per_employer=per_employer)
                        unbound += not (np.isfinite(q.low) and np.isfinite(q.high))
                        covered.append(not (q.low > 1 or q.high < 1))
                        width.append(np.log(q.high / q.low) / 2)
                    half = np.nanmean(width)
                    cells.append(f"{np.mean(covered):.3f} ±{half:.2f} ({unbound / len(width):.2f})")
                print(f"{kind:11} {employers:9} {icc:3}   " + "   ".join(cells))


def main() -> None:
    global RNG
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    runs = {"shares": run_shares, "differences": run_differences, "pool": run_pool, "median": run_median}
    parser.add_argument("what", choices=runs)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    RNG = np.random.default_rng(arguments.seed)
    runs[arguments.what](arguments.draws)


if __name__ == "__main__":
    main()
