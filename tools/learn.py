"""Learns the weights of data/*_weights.parquet from the labels in tools/labels.

    python tools/learn.py [section] [duty] [industry]

The others read sections with the weights that are there, so that a change of sections asks for all three.

The texts come from the folder of public postings (ROLEDIFF_SHARED); labels name a posting by its id there
and a clause by a hash of its letters and digits, so that they outlive small changes in cleaning.
Deterministic: the same labels and texts give the same weights.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha1
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from rolediff.clean import clean_batch
from rolediff.extract import duty_rules, industry, matcher
from rolediff.extract.batch import TextBatch, longest
from rolediff.extract.headings import SECTIONS, Headings
from rolediff.extract.linear import STEP
from rolediff.extract.sections import NEAR, Clauses, Sections
from rolediff.feeds import open_feed
from rolediff.taxonomy import industries, responsibilities

Floats = npt.NDArray[np.float64]

ROOT = Path(__file__).parents[1]
LABELS = ROOT / "tools" / "labels"
DATA = ROOT / "src" / "rolediff" / "data"
SHARED = Path(os.environ.get("ROLEDIFF_SHARED", "../shared"))
CORPUS = SHARED / "corpus"
#: Postings that `rolediff eval` scores: nothing is learnt from them.
EVALUATED = {
    orjson.loads(line)["id"]
    for path in (SHARED / "labels" / "postings-dev.jsonl", *sorted((ROOT / "tests" / "eval").glob("*.jsonl")))
    for line in path.read_bytes().splitlines()
}
#: A word or pair that fewer postings have says more of these postings than of its class.
LEAST = 3
#: Longer words, and those with more digits, are addresses, numbers and debris.
LONGEST, MOST_DIGITS = 24, 3
#: How strongly weights are held near nought: best of a few values on postings kept apart from learning.
RIDGE = {"section": 6.0, "duty": 1.0, "industry": 2.5}
#: What a feature that is no word counts while weights are learnt: there are few of them and much data for
#: each, so that they need less holding near nought.
OTHER = 3.0
#: What an industry counts that a source states: it agrees with a reader of the text in six of ten.
STATED = 0.2
#: What the labels call otherwise than the sections: neither tells what is asked or done.
SECTION_OF = {"role": "", "other": ""}


def read_texts(ids: set[str]) -> dict[str, str]:
    """The cleaned texts of some postings, by id."""
    texts: dict[str, str] = {}
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        for batch in open_feed(path).read(1_000):
            records = batch.records
            keep = [i for i, found in enumerate(records.column("source_id").to_pylist()) if found in ids]
            if keep:
                records = records.take(pa.array(keep))
                text, _, _ = clean_batch(records)
                texts.update(zip(records.column("source_id").to_pylist(), text.to_pylist(), strict=True))
    return texts


def key_of(clause: str) -> str:
    """What the labels call a clause by."""
    return sha1(re.sub(r"[^a-z0-9]", "", clause.lower()).encode(), usedforsecurity=False).hexdigest()[:12]


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of labels.

    Raises:
        SystemExit: a label of a posting on which accuracy is measured.
    """
    with (LABELS / f"{name}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if spoilt := {row["posting"] for row in rows} & EVALUATED:
        raise SystemExit(
            f"{name}.tsv holds postings that `rolediff eval` scores: {', '.join(sorted(spoilt))}"
        )
    return rows


def words_of(batch: TextBatch, starts: npt.NDArray[np.int64]) -> list[list[str]]:
    """The words of each stretch, as `linear.Spans` sees them."""
    ends = np.append(starts[1:], len(batch.data))
    return [
        batch.words[a:b].decode(errors="replace").split(" ")
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


class Features:
    """A matrix of counts and the names of its columns."""

    def __init__(self, rows: Iterable[Iterable[tuple[str, float]]]) -> None:
        self.names: dict[str, int] = {}
        data, column, bounds = [], [], [0]
        for row in rows:
            for name, value in row:
                column.append(self.names.setdefault(name, len(self.names)))
                data.append(value)
            bounds.append(len(column))
        self.matrix = sparse.csr_matrix((np.array(data, np.float32), column, bounds))
        self.matrix.sum_duplicates()

    def keep(self, frequent: Sequence[bool]) -> None:
        """Keeps some of the columns."""
        order = [name for name, kept in zip(self.names, frequent, strict=True) if kept]
        self.matrix = self.matrix[:, np.flatnonzero(frequent)]
        self.names = {name: n for n, name in enumerate(order)}

    def drop_rare(self, posting: npt.NDArray[np.int64]) -> None:
        """Drops words and pairs that too few postings have, and debris.

        Args:
            posting: for each row the number of its posting.
        """
        rows = np.repeat(posting, np.diff(self.matrix.indptr))
        once = np.unique(rows.astype(np.int64) * len(self.names) + self.matrix.indices) % len(self.names)
        postings = np.bincount(once, minlength=len(self.names))
        self.keep(
            [
                name.startswith("<") or (count >= LEAST and all(map(is_word, name.split(" "))))
                for name, count in zip(self.names, postings.tolist(), strict=True)
            ]
        )


def is_word(name: str) -> bool:
    """Whether a word is no debris."""
    return len(name) <= LONGEST and sum(map(str.isdigit, name)) <= MOST_DIGITS


def fit(
    x: sparse.csr_matrix, y: Floats, ridge: float, *, exclusive: bool, weight: Floats | None = None
) -> Floats:
    """Logistic regression for all classes at once, by L-BFGS.

    Args:
        x: (examples, features).
        y: (examples, classes) of 0 and 1.
        ridge: how strongly weights are held near nought.
        exclusive: whether an example has exactly one class (multinomial), or any number of them.
        weight: what each example counts; 1 unless given.

    Returns:
        (features + 1, classes) weights; the last row is the constant, which nothing holds near nought.
    """
    shape = (x.shape[1] + 1, y.shape[1])
    turned = x.T.tocsr()
    count = np.ones((len(y), 1)) if weight is None else weight[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        scores = x @ weights[:-1] + weights[-1]
        if exclusive:
            logs = log_softmax(scores, axis=1)
            value, slope = -(count * logs * y).sum(), count * (np.exp(logs) - y)
        else:
            value = (count * (np.logaddexp(0, scores) - scores * y)).sum()
            slope = count * (expit(scores) - y)
        gradient = np.vstack([turned @ slope + ridge * weights[:-1], slope.sum(axis=0)])
        flat_gradient: Floats = gradient.ravel()
        return float(value + ridge / 2 * (weights[:-1] ** 2).sum()), flat_gradient

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    weights: Floats = found.x.reshape(shape)
    return weights


def one_hot(values: Sequence[str], classes: Sequence[str]) -> Floats:
    is_class: Floats = (np.array(values)[:, None] == np.array(classes)[None]).astype(float)
    return is_class


def plain(words: list[str], *, pairs: bool) -> list[tuple[str, float]]:
    found = [(word, 1.0) for word in words if word]
    if pairs:
        kept = [word for word in words if word]
        found += [(f"{a} {b}", 1.0) for a, b in pairwise(kept)]
    return found


def write(name: str, classes: list[str], features: list[str], weights: Floats) -> None:
    """Writes a table of weights, rounded; rows of noughts are left out."""
    whole = np.clip(np.rint(weights / STEP), -32_767, 32_767).astype(np.int16)
    keep = np.flatnonzero(whole.any(axis=1))
    keep = keep[np.argsort([features[i] for i in keep], kind="stable")]
    columns = {"feature": pa.array([features[i] for i in keep])}
    columns |= {c: pa.array(whole[keep, k]) for k, c in enumerate(classes)}
    pq.write_table(pa.table(columns), DATA / f"{name}_weights.parquet", compression="zstd")
    print(f"{name}: {len(keep)} features, {len(classes)} classes")


class Labelled:
    """The clauses of the labelled postings, and their labels."""

    def __init__(self) -> None:
        rows = read_rows("clauses")
        label = {(row["posting"], row["clause"]): row for row in rows}
        texts = read_texts({row["posting"] for row in rows})
        self.ids = sorted(texts)
        self.batch = TextBatch(pa.array([texts[i] for i in self.ids]))
        self.found = matcher().find(self.batch)
        self.headings = Headings(self.batch, self.found.of("heading"))
        # As they were labelled: of a clause that is split now nobody knows which part states a duty.
        self.clauses = Clauses(self.batch, self.headings, split=False)
        self.words = words_of(self.batch, self.clauses.starts)
        clause = self.batch.clause_of(self.clauses.starts)
        ends = np.append(self.batch.clauses[1:], len(self.batch.data))
        keys = [
            (self.ids[row], key_of(self.batch.data[self.batch.clauses[n] : ends[n]].decode()))
            for n, row in zip(clause.tolist(), self.clauses.row.tolist(), strict=True)
        ]
        self.label = [label.get(key) for key in keys]
        print(f"{len(set(keys) & set(label))} of {len(label)} labelled clauses stand in the texts")


def learn_section(labelled: Labelled) -> None:
    clauses = labelled.clauses
    described = [
        [
            *plain(words, pairs=False),
            (f"<heading:{SECTIONS[heading]}:{age}>", OTHER),
            (f"<place:{place}>", OTHER),
            (f"<length:{length}>", OTHER),
        ]
        for words, heading, age, place, length in zip(
            labelled.words, clauses.heading, clauses.age, clauses.place, clauses.length, strict=True
        )
    ]
    features = Features(described)
    features.drop_rare(clauses.row)
    own = features.matrix
    same = (clauses.row[1:] == clauses.row[:-1]).astype(np.float32)
    beside = sparse.diags([same, same], [-1, 1], shape=(len(clauses), len(clauses)), format="csr")
    near = beside @ own
    use = [n for n, row in enumerate(labelled.label) if row and row["section"]]
    wanted = [labelled.label[n]["section"] for n in use]  # type: ignore[index]
    y = [SECTION_OF.get(section, section) for section in wanted]
    x = sparse.hstack([own, near * 0.5]).tocsr()[use]
    classes = sorted(set(y))
    found = fit(x, one_hot(y, classes), RIDGE["section"], exclusive=True)
    width = own.shape[1]
    weights = np.hstack([found[:width], found[width:-1] * 0.5])
    names = list(features.names)
    weights[[name.startswith("<") for name in names]] *= OTHER
    # The constant of each class goes with the length, of which every clause has one.
    for n, name in enumerate(names):
        if name.startswith("<length:"):
            weights[n, : len(classes)] += found[-1]
    write("section", [*classes, *(NEAR + c for c in classes)], names, weights)


def describe_duties(labelled: Labelled) -> list[list[tuple[str, float]]]:
    sections = Sections(labelled.batch, labelled.headings, split=False)
    described = [
        [*plain(words, pairs=True), (f"<section:{SECTIONS[section]}>", 1.0), (f"<length:{length}>", 1.0)]
        for words, section, length in zip(labelled.words, sections.code, labelled.clauses.length, strict=True)
    ]
    ruled = duty_rules.find_duties(labelled.found.of("duty"), sections)
    codes = [r.code for r in responsibilities().values()]
    for clause, duty in zip(ruled.clause.tolist(), ruled.duty.tolist(), strict=True):
        described[clause].append((f"<rule:{codes[duty]}>", 1.0))
    return described


def learn_duty(labelled: Labelled) -> None:
    described = describe_duties(labelled)
    use = [n for n, row in enumerate(labelled.label) if row and row["duties"]]
    features = Features(described[n] for n in use)
    features.drop_rare(labelled.clauses.row[use])
    stated = [set(labelled.label[n]["duties"].split()) - {"-"} for n in use]  # type: ignore[index]
    codes = sorted(set().union(*stated))
    y = np.array([[code in s for code in codes] for s in stated], float)
    weights = fit(features.matrix, y, RIDGE["duty"], exclusive=False)
    names = list(features.names)
    for n, name in enumerate(names):
        if name.startswith("<length:"):
            weights[n] += weights[-1]
    write("duty", codes, names, weights[:-1])


def learn_industry() -> None:
    """From labelled postings, and with less weight from those whose source states the industry."""
    rows = read_rows("industries")
    label = {row["posting"]: row["industry"] for row in rows if row["industry"]}
    # Where a reader saw that the text does not tell, the source's word teaches nothing.
    stated = read_stated({row["posting"] for row in rows} | EVALUATED)
    texts = read_texts(set(label) | set(stated))
    ids = sorted(texts)
    batch = TextBatch(pa.array([texts[i] for i in ids]))
    found = matcher().find(batch)
    sections = Sections(batch, Headings(batch, found.of("heading")))
    loud, quiet = industry.zones(batch, sections)
    described: list[dict[str, float]] = [{} for _ in ids]
    for words, row, is_loud, is_quiet in zip(
        words_of(batch, sections.clauses.starts), sections.clauses.row, loud, quiet, strict=True
    ):
        value = 1.0 if is_loud else industry.ELSEWHERE if is_quiet else 0.0
        for word in words:
            if value and len(word) > 2:
                described[row][word] = max(described[row].get(word, 0.0), value)
    hits = found.of("industry")
    said = industry.said_of_itself(batch, hits, sections)
    _, votes = industry.features(batch, longest(hits.where(industry.is_cue(hits))), sections)
    names = list(industries())
    for kind, values in (("cue", votes), ("said", said * OTHER)):
        for row, name in zip(*np.nonzero(values), strict=True):
            described[row][f"<{kind}:{names[name]}>"] = float(values[row, name])
    features = Features(row.items() for row in described)
    features.drop_rare(np.arange(len(ids)))
    wanted = [label.get(i, stated.get(i, "")) for i in ids]
    classes = sorted(set(wanted))
    weight = np.array([1.0 if i in label else STATED for i in ids])
    # Rare industries count as much as technology, which is near half of all.
    share = {c: weight[[w == c for w in wanted]].sum() for c in classes}
    weight *= np.array([weight.sum() / len(classes) / share[w] for w in wanted])
    found_weights = fit(
        features.matrix, one_hot(wanted, classes), RIDGE["industry"], exclusive=True, weight=weight
    )
    found_weights[[n for name, n in features.names.items() if name.startswith("<said:")]] *= OTHER
    write("industry", classes, [*features.names, "<all:>"], found_weights)


def read_stated(others: set[str]) -> dict[str, str]:
    """Industries that sources state of English postings, by id; up to three of an employer."""
    stated: dict[str, str] = {}
    employers: Counter[str] = Counter()
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        for batch in open_feed(path).read(1_000):
            records = batch.records
            text, language, _ = clean_batch(records)
            columns = [records.column(name).to_pylist() for name in ("source_id", "employer", "industry")]
            for posting, employer, name, body, code in zip(
                *columns, text.to_pylist(), language.to_pylist(), strict=True
            ):
                known = industry.read_stated_industry(name) if name else None
                key = (employer or posting).lower()
                if (
                    known
                    and code == "en"
                    and len(body) > 500
                    and posting not in others
                    and employers[key] < 3
                ):
                    employers[key] += 1
                    stated[posting] = known
    return stated


def main() -> None:
    wanted = sys.argv[1:] or ["section", "duty", "industry"]
    labelled = Labelled() if {"section", "duty"} & set(wanted) else None
    if labelled and "section" in wanted:
        learn_section(labelled)
    if labelled and "duty" in wanted:
        learn_duty(labelled)
    if "industry" in wanted:
        learn_industry()


if __name__ == "__main__":
    main()
