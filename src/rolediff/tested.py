"""Which differences a comparison tests, and what it claims of them: shares in, verdicts out.

The comparison of two roles and the audit of its error rates both go through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rolediff import statistics
from rolediff.profiles import join_shares, take_shares

#: Kinds whose differences are tested together: the false-discovery rate is that of the whole page.
TESTED = ("responsibility", "skill", "degree", "years", "work-mode", "industry")
# Shown with their differences and not tested: a skill is named oftener where it is required oftener,
# and to ask the same thing twice would halve the power of the first answer.
_UNTESTED = ("need:required",)
COMPARED = (*TESTED, *_UNTESTED)
#: A fact is shown if this share of the openings of both roles together states it ...
LEAST_SHARE = 0.03
# ... and tested if so many independent openings of the thinner role would be expected to.
_LEAST_STATING = 2.0

Side = Mapping[str, statistics.Shares]


@dataclass(frozen=True, slots=True)
class Tested:
    """The differences of one kind that are common enough to be shown, with the page's verdicts.

    Attributes:
        at: which facts of the kind these are; all else is in their order.
        a: their shares on one side.
        b: and on the other.
        difference: a - b.
        q: NaN where not tested.
        verdicts: one a fact, by the q-values of all kinds together.
    """

    at: npt.NDArray[np.int64]
    a: statistics.Shares
    b: statistics.Shares
    difference: statistics.Differences
    q: statistics.Floats
    verdicts: npt.NDArray[np.str_]

    @property
    def claimed(self) -> npt.NDArray[np.bool_]:
        """Where a difference is claimed."""
        return np.isin(self.verdicts, (statistics.MORE_IN_A, statistics.MORE_IN_B))


def judge_pair(a: Side, b: Side) -> dict[str, Tested]:
    """The tested differences of one comparison, by kind; see `judge_pairs`."""
    return judge_pairs([(a, b)])[0]


def judge_pairs(pairs: Sequence[tuple[Side, Side]]) -> list[dict[str, Tested]]:
    """The tested differences of several comparisons, each judged by itself.

    Args:
        pairs: for each comparison its two sides: by kind, the shares of the same facts. Kinds of
            `COMPARED` that a side lacks are passed over.
    """
    # One call for all that was pooled alike: the cost is per call more than per share.
    parts: dict[tuple[float, float], list[tuple[int, str]]] = {}
    chosen: dict[tuple[int, str], npt.NDArray[np.int64]] = {}
    worth: dict[tuple[int, str], npt.NDArray[np.bool_]] = {}
    sides: dict[tuple[int, str], tuple[statistics.Shares, statistics.Shares]] = {}
    for number, (a, b) in enumerate(pairs):
        thinner = min(float(np.median(s["skill"].n_eff)) if s["skill"].n_eff.size else 0.0 for s in (a, b))
        for kind in COMPARED:
            if kind in a and kind in b:
                key = number, kind
                both = together(a[kind], b[kind])
                at = chosen[key] = np.flatnonzero(both >= LEAST_SHARE)
                worth[key] = (both[at] >= _LEAST_STATING / max(thinner, 1.0)) & (kind in TESTED)
                sides[key] = take_shares(a[kind], at), take_shares(b[kind], at)
                parts.setdefault((a[kind].padding, b[kind].padding), []).append(key)
    found: dict[tuple[int, str], tuple[statistics.Differences, npt.NDArray[np.bool_]]] = {}
    for keys in parts.values():
        one, other = (join_shares([sides[key][side] for key in keys]) for side in (0, 1))
        difference, enough = statistics.differences(one, other), statistics.enough(one, other)
        columns = (difference.difference, difference.low, difference.high, difference.p)
        ends = np.cumsum([0, *(len(chosen[key]) for key in keys)]).tolist()
        for key, (begin, end) in zip(keys, pairwise(ends), strict=True):
            part = statistics.Differences(*(c[begin:end] for c in columns))
            found[key] = part, enough[begin:end] & worth[key]
    answers = []
    for number in range(len(pairs)):
        keys = [(number, kind) for kind in COMPARED if (number, kind) in found]
        p = [np.where(found[key][1], found[key][0].p, np.nan) for key in keys]
        q_all = statistics.adjust_fdr(np.concatenate(p))
        answer = {}
        for key, q in zip(keys, np.split(q_all, np.cumsum([len(c) for c in p])[:-1]), strict=True):
            one, other = sides[key]
            verdicts = statistics.verdicts(one, other, found[key][0], q)
            answer[key[1]] = Tested(chosen[key], one, other, found[key][0], q, verdicts)
        answers.append(answer)
    return answers


def together(a: statistics.Shares, b: statistics.Shares) -> npt.NDArray[np.float64]:
    """The share of both roles' openings together that states each fact.

    It says nothing of the difference, so leaving facts out by it keeps the test honest; a fact that no
    outcome could make significant would only cost the others power (Tarone 1990, Biometrics 46;
    Bourgon, Gentleman and Huber 2010, PNAS 107).
    """
    size = np.maximum(a.n_eff + b.n_eff, 1e-9)
    return (np.nan_to_num(a.share) * a.n_eff + np.nan_to_num(b.share) * b.n_eff) / size
