"""Copies of one opening, on invented adverts."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rolediff import copies
from rolediff.copies import find_copies, link, shingle, sign_batch

WORDS = [
    f"{first}{last}" for first in ("boat", "tide", "rope", "lamp") for last in ("er", "s", "ing", "y", "let")
]


def advert(seed: int, words: int = 300) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) + (". " if rng.random() < 0.08 else "") for _ in range(words))


def edited(text: str, share: float, seed: int = 1) -> str:
    """The text with one run of so large a share of its words replaced."""
    words = text.split()
    size = round(len(words) * share)
    begin = (len(words) - size) // 2
    words[begin : begin + size] = advert(1000 + seed, size).split()[:size]
    return " ".join(words)


def table(*rows: dict[str, Any]) -> pa.Table:
    defaults = {
        "family": "data-engineer",
        "seniority": "unspecified",
        "title": "Data Engineer",
        "employer_key": "ada boats",
        "cut": False,
    }
    return pa.Table.from_pylist([{"id": f"p{n}", **defaults, **row} for n, row in enumerate(rows)])


def openings(*rows: dict[str, Any]) -> list[str]:
    return find_copies(table(*rows)).to_pylist()


BASE = advert(0)


def test_a_repost_and_another_city_are_one_opening() -> None:
    assert openings(
        {"text": BASE},
        {"text": advert(5)},
        {"text": BASE},
        {"text": BASE.upper().replace(". ", " – ")},
        {"text": "Place: Port Ada. " + BASE + " Apply by June."},
        {"text": edited(BASE, 0.08)},
    ) == ["p0", "p1", "p0", "p0", "p0", "p0"]


def test_half_of_a_text_in_common_is_no_copy() -> None:
    assert openings({"text": BASE}, {"text": edited(BASE, 0.4)}) == ["p0", "p1"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"seniority": "senior", "title": "Senior Data Engineer"}, "p1"),
        ({"family": "data-analyst"}, "p1"),
        ({"employer_key": None}, "p0"),
        ({"title": "Data Engineer (Port Ada)"}, "p0"),
        ({"family": None, "seniority": None}, "p1"),
    ],
)
def test_no_link_crosses_family_or_seniority(second: dict[str, Any], expected: str) -> None:
    assert openings({"text": BASE}, {"text": BASE, **second}) == ["p0", expected]


def test_of_an_unknown_family_only_equal_titles_are_copies() -> None:
    unknown = {"text": BASE, "family": None, "seniority": None}
    assert openings(
        {**unknown, "title": "Lamp Keeper"},
        {**unknown, "title": "lamp keeper "},
        {**unknown, "title": "Ferry Pilot"},
        {**unknown, "title": None},
        {**unknown, "title": None},
    ) == ["p0", "p0", "p2", "p3", "p4"]


def test_a_chain_of_small_edits_is_one_opening() -> None:
    chain = [BASE]
    words = BASE.split()
    for step in range(4):
        words[step * 30 : step * 30 + 20] = advert(50 + step, 20).split()[:20]
        chain.append(" ".join(words))
    a, b = (set(shingle(pa.array([text]))[0].tolist()) for text in (chain[0], chain[-1]))
    assert len(a & b) / len(a | b) < copies.THRESHOLD  # the ends alone would not be copies
    assert openings(*({"text": text} for text in chain)) == ["p0"] * 5


def test_cut_texts_are_compared_by_employer_title_and_beginning() -> None:
    cut = {"text": BASE[:500], "cut": True}
    assert openings(
        {"text": BASE},
        cut,
        {**cut, "employer_key": "other"},
        {**cut, "employer_key": None},
        {**cut, "title": "Data Engineer, Tides"},
        {"text": advert(9)[:500], "cut": True},
        {**cut, "text": BASE[:420]},
    ) == ["p0", "p0", "p2", "p3", "p4", "p5", "p0"]


def test_a_cut_text_does_not_join_two_whole_ones() -> None:
    intro = advert(3, 80)
    one, other = intro + " " + advert(4), intro + " " + advert(5)
    assert openings({"text": intro, "cut": True}, {"text": one}, {"text": other}) == ["p0", "p0", "p2"]


def test_short_and_empty_texts() -> None:
    assert openings({"text": "five words are too few"}, {"text": "five words are too few"}) == ["p0", "p1"]
    assert openings({"text": ""}, {"text": ""}, {"text": None}) == ["p0", "p1", "p2"]
    assert find_copies(table({"text": BASE}).slice(0, 0)).to_pylist() == []


def test_signatures_do_not_depend_on_the_batch() -> None:
    texts = pa.array([advert(n) for n in range(7)] + ["", None, "schöne Boote – “am Kai” zählen wir täglich"])
    whole = sign_batch(texts)
    parts = [sign_batch(texts.slice(0, 3)), sign_batch(texts.slice(3, 1)), sign_batch(texts.slice(4))]
    for name in ("bands", "shingles", "heads"):
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(p, name) for p in parts]))
    assert whole.shingles.tolist()[-3:] == [0, 0, 2]
    assert len(whole) == 10
    assert len(sign_batch(texts.slice(0, 0))) == 0


def test_shingles_are_runs_of_six_words_within_a_text() -> None:
    hashes, offsets = shingle(pa.array(["a b c d e f g", "b c d e f g", "A, b; C – d “e” f!", "g h"]))
    assert np.diff(offsets).tolist() == [2, 1, 1, 0]
    assert hashes[1] == hashes[2]  # the same words
    assert hashes[0] == hashes[3]  # case and punctuation are nothing
    assert hashes[0] != hashes[1]


def test_every_link_is_verified_and_hardly_any_missed() -> None:
    """Against all pairs by brute force, in a crowd of adverts of all degrees of likeness."""
    texts = [edited(advert(n % 40), 0.05 * (n // 40), n) for n in range(240)]
    sets = [set(shingle(pa.array([text]))[0].tolist()) for text in texts]
    parent = list(range(len(texts)))
    for j in range(len(texts)):
        for i in range(j):
            if len(sets[i] & sets[j]) >= copies.THRESHOLD * len(sets[i] | sets[j]):
                old, new = parent[j], parent[i]
                parent = [min(old, new) if p in (old, new) else p for p in parent]
    expected = [f"p{p}" for p in parent]
    assert len(set(expected)) < 200  # there are copies to find
    found = openings(*({"text": text} for text in texts))
    assert all(expected[int(f[1:])] == e for f, e in zip(found, expected, strict=True))  # no false link
    wrong = sum(f != e for f, e in zip(found, expected, strict=True))
    assert wrong <= 2


def test_candidates_fetched_in_parts_give_the_same_openings(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": edited(advert(n % 30), 0.02 * (n // 30), n)} for n in range(120)]
    whole = openings(*rows)
    monkeypatch.setattr(copies, "_FETCH", 5)
    monkeypatch.setattr(copies, "_BATCH", 7)
    assert openings(*rows) == whole
    assert len(set(whole)) == 30


def test_signatures_of_other_postings_are_refused() -> None:
    postings = table({"text": BASE}, {"text": BASE})
    with pytest.raises(ValueError, match="2 postings, but signatures of 1"):
        link(postings, [sign_batch(pa.array([BASE]))], lambda rows: postings["text"].take(rows))
