import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolediff.extract.batch import Hits, TextBatch, longest
from rolediff.extract.matcher import Matcher

PHRASES = [
    "sql",
    "sql server",
    "server",
    "c",
    "c++",
    "c#",
    ".net",
    "node.js",
    "ci/cd",
    "machine learning",
    "what you'll do",
    "naïve bayes",
]
MATCHER = Matcher({"skill": PHRASES})


def found(*texts: str) -> list[tuple[int, str]]:
    batch = TextBatch(pa.array(list(texts), pa.large_string()))
    hits = longest(MATCHER.find(batch).of("skill"))
    rows = batch.row_of(hits.start)
    return [
        (row, batch.quote(start, end))
        for row, start, end in zip(rows.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SQL", ["SQL"]),
        ("SQL Server, C++ and C#", ["SQL Server", "C++", "C#"]),
        ("MySQL mysql sqlite", []),
        ("Machine-Learning and machine learning", ["Machine-Learning", "machine learning"]),
        ("machine, learning; machine\nlearning", []),
        ("ASP.NET is not .NET", [".NET"]),
        ("C++17, Node.jsx", ["C++"]),
        ("Node.js/SQL (CI/CD)", ["Node.js", "SQL", "CI/CD"]),
        ("What you’ll do, What you'll do", ["What you’ll do", "What you'll do"]),
        ("Naïve Bayes", ["Naïve Bayes"]),
        ("énSQL SQLé", []),
        ("熟悉SQL、C++。", ["SQL", "C++"]),
        ("“SQL”…SQL—SQL", ["SQL", "SQL", "SQL"]),
        ("sql sql sql", ["sql", "sql", "sql"]),
        ("😀SQL😀", ["SQL"]),
        ("", []),
    ],
)
def test_phrases_stand_between_word_boundaries(text: str, expected: list[str]) -> None:
    assert [quote for _, quote in found(text)] == expected


def test_a_phrase_never_reaches_into_the_next_row() -> None:
    assert found("knows sql", "server of tea", "machine", "learning") == [(0, "sql"), (1, "server")]


LETTERS = st.text(alphabet="sqlc+#. /-server\né—中", max_size=30)


@settings(max_examples=300, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=4))
def test_the_automaton_finds_what_a_regular_expression_finds(texts: list[str]) -> None:
    # The oracle: the same phrases as one alternation, longest first, on each text alone.
    spelled = sorted(["sql", "sql[ -]server", "server", "c", r"c\+\+", "c#", r"\.net"], key=len, reverse=True)
    word = "a-z0-9_é"
    oracle = re.compile(rf"(?<![{word}])(?:{'|'.join(spelled)})(?:(?<![{word}])|(?![{word}]))")
    wanted = []
    for row, text in enumerate(texts):
        at = 0
        while match := oracle.search(text, at):
            wanted.append((row, match[0]))
            at = match.end()
    # "c" right before "++" is hidden by the longer phrase in both; ".net" may follow a letter in neither.
    assert found(*texts) == wanted


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.data())
def test_code_points_point_at_the_same_character(texts: list[str], data: st.DataObject) -> None:
    texts = [t.replace("\x00", "") for t in texts]
    batch = TextBatch(pa.array(texts, pa.large_string()))
    row = data.draw(st.integers(0, len(texts) - 1))
    at = data.draw(st.integers(0, len(texts[row])))
    position = int(batch.starts[row]) + len(texts[row][:at].encode())
    assert batch.code_points(np.array([position])).tolist() == [at]


def test_longest_keeps_the_leftmost_and_of_those_the_longest() -> None:
    hits = Hits(np.array([0, 1, 2, 3]), np.array([0, 0, 4, 9]), np.array([3, 6, 8, 12]))
    kept = longest(hits)
    assert kept.index.tolist() == [1, 3]


def test_clauses_end_at_sentences_lines_and_semicolons() -> None:
    batch = TextBatch(pa.array(["One thing. Two, e.g. Three; four\nfive v2.0 six"]))
    starts = batch.clauses.tolist()
    assert [batch.quote(s, s + 4) for s in starts] == ["One ", "Two,", "four", "five"]
