"""rolediff reads job postings and says, with evidence, how two roles differ."""

__version__ = "0.1.0"
