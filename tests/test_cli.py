"""The command line, as a user meets it: what each command prints, where, and its exit status."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from conftest import Invented
from rolediff.cli import main
from rolediff.compare import VERDICTS if False else VERDICTS
