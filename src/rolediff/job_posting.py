"""JobPosting of schema.org for a posting, where its required properties can be filled honestly.

Google requires title, description, datePosted, hiringOrganization, and jobLocation with its country
(https://developers.google.com/search/docs/appearance/structured-data/job-posting); a remote post is
marked so beside its place. The texts of adverts are not ours to publish: the description is our own
summary of what was read.
"""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import Any

from rolediff.results import PostingProfile, Stated
from rolediff.wording import say_list

#: An advert without a stated end counts as open for so long. Postings are taken down after 30 to 60 days on
#: most boards; what was open then may be filled now.
OPEN_FOR = timedelta(days=60)
_TYPES = {
    "full-time": "FULL_TIME",
    "part-time": "PART_TIME",
    "contract": "CONTRACTOR",
    "temporary": "TEMPORARY",
    "internship": "INTERN",
}
_DEGREES = {
    "associate": "associate degree",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
    "phd": "postgraduate degree",
}


def job_posting(p: PostingProfile, on: date) -> tuple[dict[str, Any] | None, str]:
    """The posting as JSON-LD; or None, and why.

    Args:
        p: the posting.
        on: the day for which it is to hold: what had ended by then is no opening.

    Returns:
        The object, with an empty reason; or None with the reason.
    """
    reason = _lacking(p, on)
    if reason:
        return None, reason
    place = {"addressLocality": p.city, "addressRegion": p.region, "addressCountry": p.country}
    job: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": p.opening.title,
        "description": _describe(p),
        "datePosted": p.opening.posted,
        "hiringOrganization": {"@type": "Organization", "name": p.opening.employer},
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", **{k: v for k, v in place.items() if v}},
        },
        "directApply": False,
    }
    if p.expires:
        job["validThrough"] = p.expires
    if p.source.source_id:
        name = p.source.publisher or p.source.name
        job["identifier"] = {"@type": "PropertyValue", "name": name, "value": p.source.source_id}
    if p.employment_type in _TYPES:
        job["employmentType"] = _TYPES[p.employment_type]
    stated = {s.kind: s for s in p.stated}
    if stated["work-mode"].value == "remote":
        job["jobLocationType"] = "TELECOMMUTE"
    if stated["degree"].value in _DEGREES:
        job["educationRequirements"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": _DEGREES[stated["degree"].value],
        }
    if stated["years"].value.isdigit():
        job["experienceRequirements"] = {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": 12 * int(stated["years"].value),
        }
    if salary := _salary(p):
        job["baseSalary"] = salary
    return job, ""


def _lacking(p: PostingProfile, on: date) -> str:
    """Why a posting is no JobPosting; empty where it is one."""
    if p.copy_of:
        return f"It is a copy of {p.copy_of}, whose page has it."
    if not p.opening.title:
        return "The posting states no title."
    if not p.opening.employer:
        return "The posting states no employer."
    if not p.opening.posted:
        return "The day on which it was posted is unknown."
    if not p.country:
        return "The country of its place is unknown."
    if not p.skills and not p.responsibilities:
        return "Nothing was read in its text that could describe it."
    if p.opening.posted > on.isoformat():
        return f"It is dated {p.opening.posted}, after {on.isoformat()}."
    if p.expires:
        return f"It ended on {p.expires}." if p.expires < on.isoformat() else ""
    if date.fromisoformat(p.opening.posted) + OPEN_FOR < on:
        return f"It was posted on {p.opening.posted} and states no end: it may be filled."
    return ""


def _describe(p: PostingProfile) -> str:
    """A summary of the facts, in HTML."""
    o = p.opening
    lines = [f"{o.title}, {o.employer}, {o.place or p.country}. Summary of what the advert states."]
    for need, words in (("required", "Required"), ("preferred", "Preferred"), ("mentioned", "Also named")):
        if names := [s.label for s in p.skills if s.need == need]:
            lines.append(f"{words}: {say_list(names)}.")
    if p.responsibilities:
        lines.append(f"Duties: {'; '.join(s.label for s in p.responsibilities)}.")
    lines += [f"{_NAMES[s.kind]}: {_low(s)}." for s in p.stated if s.value != "not-stated"]
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)


_NAMES = {
    "pay": "Pay",
    "degree": "Degree",
    "years": "Experience",
    "work-mode": "Where the work is done",
    "industry": "Industry",
}


def _low(s: Stated) -> str:
    return s.label if s.kind in ("pay", "industry") else s.label[:1].lower() + s.label[1:]


def _salary(p: PostingProfile) -> dict[str, Any] | None:
    """Base pay, where the employer states it: a board's estimate is not the employer's word."""
    if p.pay is None or p.pay_basis != "stated":
        return None
    least, most, currency, period = p.pay
    if not period:
        return None
    if least is not None and least == most:
        ends = {"value": least}
    else:
        ends = {name: end for name, end in (("minValue", least), ("maxValue", most)) if end is not None}
    return {
        "@type": "MonetaryAmount",
        "currency": currency,
        "value": {"@type": "QuantitativeValue", **ends, "unitText": period.upper()},
    }
