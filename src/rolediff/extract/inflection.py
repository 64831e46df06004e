"""Inflections of English words."""

from __future__ import annotations

import re

_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]\Z")  # plan: planning; scope, review: not


def verb_forms(verb: str) -> list[str]:
    """A verb, with -s and with -ing."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    if _DOUBLED.match(verb):
        stem += verb[-1]
    return [verb, add_s(verb), f"{stem}ing"]


def add_s(word: str) -> str:
    """A noun in plural, or a verb in the third person."""
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
