"""The tables of skills keep their rules, and hold the skills that everybody expects."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from rolediff.extract import extract_batch
from rolediff.schema import TEXT

DATA = Path(__file__).parents[1] / "src" / "rolediff" / "data"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


SKILLS = read("skills")
AMBIGUOUS = read("ambiguous")
CATEGORIES = read("skill_categories")
IDS = {row["id"] for row in SKILLS}
IN_CONTEXT = {row["surface"].lower() for row in AMBIGUOUS}


def listed(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def plain_surfaces(row: dict[str, str]) -> list[str]:
    """What counts as the skill wherever it stands: its aliases, and its name unless that is ambiguous."""
    name = row["name"].lower()
    return listed(row["aliases"]) + ([] if name in IN_CONTEXT else [name])


PLAIN = {surface: row["id"] for row in SKILLS for surface in plain_surfaces(row)}


def skills_of(spelling: str) -> set[str]:
    """The skills that a spelling, in the case given, can stand for."""
    found = {PLAIN[spelling.lower()]} if spelling.lower() in PLAIN else set()
    for row in AMBIGUOUS:
        case_counts = row["cased"] == "1"
        same = row["surface"] == spelling if case_counts else row["surface"].lower() == spelling.lower()
        if same:
            found.add(row["skill"])
    return found


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_columns() -> None:
    assert list(SKILLS[0]) == ["id", "name", "category", "parent", "aliases"]
    assert list(AMBIGUOUS[0]) == ["surface", "skill", "cased", "near", "not_next", "not_prev", "reason"]
    assert list(CATEGORIES[0]) == ["id", "name", "kind"]


def test_there_are_enough_skills() -> None:
    assert len(SKILLS) >= 1600


@pytest.mark.parametrize("rows", [SKILLS, CATEGORIES], ids=["skills", "skill_categories"])
def test_ids_are_slugs_and_stand_once(rows: list[dict[str, str]]) -> None:
    ids = [row["id"] for row in rows]
    assert not repeated(ids)
    assert not [one for one in ids if not SLUG.match(one)]


def test_names_stand_once() -> None:
    assert not repeated([row["name"].lower() for row in SKILLS])


def test_cells_hold_no_stray_space() -> None:
    for rows in (SKILLS, AMBIGUOUS, CATEGORIES):
        for row in rows:
            assert None not in row
            for value in row.values():
                assert value == " ".join(value.split()), row


def test_categories_exist_have_a_kind_and_are_used() -> None:
    assert {row["kind"] for row in CATEGORIES} == {"tool", "method"}
    assert {row["category"] for row in SKILLS} == {row["id"] for row in CATEGORIES}


def test_parents_exist_and_make_no_cycle() -> None:
    parent = {row["id"]: row["parent"] for row in SKILLS}
    assert {one for one in parent.values() if one} <= IDS
    for start in parent:
        seen: set[str] = set()
        here = start
        while here:
            assert here not in seen, f"cycle of parents from {start}"
            seen.add(here)
            here = parent[here]


def test_no_surface_is_owned_by_two_skills() -> None:
    owners = defaultdict(set)
    for row in SKILLS:
        for surface in plain_surfaces(row):
            owners[surface].add(row["id"])
    assert not {surface: found for surface, found in owners.items() if len(found) > 1}


def test_aliases_are_lower_case_whole_and_stand_once() -> None:
    for row in SKILLS:
        aliases = row["aliases"].split("|") if row["aliases"] else []
        assert not repeated(aliases), row["id"]
        for alias in aliases:
            assert alias, row["id"]
            assert alias == alias.lower(), row["id"]
            assert alias != row["name"].lower(), row["id"]


def test_no_surface_is_both_plain_and_ambiguous() -> None:
    aliases = {alias for row in SKILLS for alias in listed(row["aliases"])}
    assert not IN_CONTEXT & aliases


def test_every_skill_can_be_found() -> None:
    reachable = set(PLAIN.values()) | {row["skill"] for row in AMBIGUOUS}
    assert reachable == IDS


def test_ambiguous_rows_state_a_context() -> None:
    for row in AMBIGUOUS:
        assert row["skill"] in IDS, row
        assert row["cased"] in "01", row
        assert row["near"] in "01", row
        assert len(row["cased"]) == len(row["near"]) == 1, row
        assert row["reason"], row
        context = (row["cased"] == "1", row["near"] == "1", row["not_next"], row["not_prev"])
        assert any(context), f"{row['surface']} has no context: it belongs to the aliases"
        for word in listed(row["not_next"]) + listed(row["not_prev"]):
            assert word == word.lower(), row
            assert " " not in word, row


def test_ambiguous_surfaces_stand_once() -> None:
    assert not repeated([row["surface"] for row in AMBIGUOUS])


def test_spellings_of_one_ambiguous_word_differ_by_case() -> None:
    """A surface has at most one row for any case; its other rows match one case only."""
    for word in repeated([row["surface"].lower() for row in AMBIGUOUS]):
        rows = [row for row in AMBIGUOUS if row["surface"].lower() == word]
        assert sum(row["cased"] == "0" for row in rows) <= 1, word


def test_contexts_do_not_break_lists() -> None:
    """In "Python and R" or "Access or Excel", what joins the items of a list forbids none of them."""
    joined = {word for row in AMBIGUOUS for word in listed(row["not_next"]) + listed(row["not_prev"])}
    assert not joined & {"and", "or"}


@pytest.mark.parametrize("letter", ["R", "C", "D", "Go"])
def test_letters_and_short_words_match_one_case_only(letter: str) -> None:
    assert skills_of(letter)
    assert not skills_of(letter.swapcase())


@pytest.mark.parametrize(
    ("surface", "word", "column"),
    [
        ("Excel", "in", "not_next"),
        ("Excel", "to", "not_prev"),
        ("Go", "to", "not_next"),
        ("R", "&", "not_next"),
        ("C", "level", "not_next"),
        ("C", "suite", "not_next"),
        ("C", "series", "not_prev"),
        ("Spark", "change", "not_next"),
        ("Access", "to", "not_next"),
        ("React", "quickly", "not_next"),
        ("SAS", "70", "not_next"),
        ("Word", "of", "not_next"),
        ("Teams", "across", "not_next"),
        ("Ray", "of", "not_next"),
        ("Reporting", "to", "not_next"),
        ("Classification", "protected", "not_next"),
    ],
)
def test_known_traps_are_closed(surface: str, word: str, column: str) -> None:
    row = next(row for row in AMBIGUOUS if row["surface"] == surface)
    assert word in listed(row[column])


@pytest.mark.parametrize(
    "common", ["communication", "teamwork", "leadership", "english", "bachelor", "data", "team", "experience"]
)
def test_soft_skills_degrees_and_plain_words_are_no_skills(common: str) -> None:
    assert not skills_of(common)


@pytest.mark.parametrize(
    ("id_", "spellings"),
    [
        ("sql", "SQL"),
        ("nosql", "NoSQL|no-sql"),
        ("mysql", "MySQL"),
        ("postgresql", "PostgreSQL|Postgres|postgre sql"),
        ("mongodb", "MongoDB|mongo"),
        ("apache-cassandra", "Cassandra|Apache Cassandra"),
        ("microsoft-sql-server", "Microsoft SQL Server|MS SQL|SQL Server|MSSQL"),
        ("microsoft-excel", "Excel|MS Excel|Microsoft Excel"),
        ("r", "R"),
        ("sas", "SAS"),
        ("python", "Python"),
        ("java", "Java"),
        ("scala", "Scala"),
        ("cpp", "C++"),
        ("c-sharp", "C#"),
        ("bash", "Bash"),
        ("tableau", "Tableau"),
        ("power-bi", "Power BI|PowerBI|MS Power BI|power-bi"),
        ("looker", "Looker"),
        ("matplotlib", "Matplotlib"),
        ("seaborn", "Seaborn"),
        ("pandas", "Pandas"),
        ("numpy", "NumPy"),
        ("scikit-learn", "scikit-learn|scikit learn|sklearn"),
        ("tensorflow", "TensorFlow"),
        ("keras", "Keras"),
        ("pytorch", "PyTorch"),
        ("mlflow", "MLflow"),
        ("kubeflow", "Kubeflow"),
        ("docker", "Docker"),
        ("kubernetes", "Kubernetes|k8s"),
        ("git", "Git"),
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("apache-spark", "Apache Spark|Spark"),
        ("pyspark", "PySpark"),
        ("apache-hadoop", "Hadoop"),
        ("apache-kafka", "Kafka"),
        ("apache-nifi", "NiFi"),
        ("talend", "Talend"),
        ("informatica", "Informatica"),
        ("apache-airflow", "Airflow"),
        ("luigi", "Luigi"),
        ("aws", "AWS|Amazon Web Services"),
        ("amazon-sagemaker", "SageMaker|AWS SageMaker"),
        ("azure", "Azure|Microsoft Azure"),
        ("azure-machine-learning", "Azure Machine Learning|Azure ML"),
        ("google-cloud", "Google Cloud|GCP|Google Cloud Platform"),
        ("vertex-ai", "Vertex AI|Google AI Platform"),
        ("jupyter", "Jupyter|Jupyter Notebook|Jupyter notebooks"),
        ("pycharm", "PyCharm"),
        ("visual-studio-code", "Visual Studio Code|VS Code|VSCode"),
        ("jira", "Jira"),
        ("trello", "Trello"),
        ("asana", "Asana"),
        ("slack", "Slack"),
        ("microsoft-teams", "Microsoft Teams|MS Teams"),
        ("confluence", "Confluence"),
        ("etl", "ETL|extract, transform and load"),
        ("data-warehousing", "data warehousing|data warehouse|data warehouses"),
        ("data-pipelines", "data pipeline|data pipelines"),
        ("data-modelling", "data modelling|data modeling"),
        ("data-governance", "data governance"),
        ("data-quality", "data quality"),
        ("feature-engineering", "feature engineering"),
        ("statistics", "statistics"),
        ("linear-algebra", "linear algebra"),
        ("machine-learning", "machine learning|ML"),
        ("llm", "LLM|LLMs|large language models"),
        ("retrieval-augmented-generation", "RAG|retrieval-augmented generation"),
        ("ab-testing", "A/B testing|A/B tests"),
        ("optimisation", "optimisation|optimization"),
        ("ci-cd", "CI/CD"),
        ("agile", "agile"),
        ("scrum", "Scrum"),
    ],
)
def test_usual_spellings_are_known(id_: str, spellings: str) -> None:
    assert {spelling: skills_of(spelling) for spelling in listed(spellings)} == {
        spelling: {id_} for spelling in listed(spellings)
    }


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("pyspark", "apache-spark"),
        ("amazon-s3", "aws"),
        ("bigquery", "google-cloud"),
        ("azure-data-factory", "azure"),
        ("xgboost", "gradient-boosting"),
        ("pandas", "python"),
        ("logistic-regression", "regression"),
        ("aws-cloudtrail", "aws"),
        ("cart", "decision-trees"),
        ("terragrunt", "terraform"),
    ],
)
def test_parents(child: str, parent: str) -> None:
    assert next(row["parent"] for row in SKILLS if row["id"] == child) == parent


# ── in texts ─────────────────────────────────────────────────────────────────────────────────────


def read_text(text: str) -> set[str]:
    """The ids of the skills that a text of one posting names."""
    row = pa.RecordBatch.from_pylist([{"posting": "1", "title": None, "place": None, "text": text}], TEXT)
    mentions = extract_batch(row).column("mentions")[0].as_py()
    return {m["value"] for m in mentions if m["kind"] == "skill"}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("You know Python 3, SQL Server 2019 and Java 8.", "python microsoft-sql-server java"),
        ("AWS (S3, EC2, Glue) in production", "aws amazon-s3 amazon-ec2 aws-glue"),
        ("Python/R/SQL", "python r sql"),
        ("C/C++ on Linux", "c cpp linux"),
        ("Hadoop, MapReduce, Hive", "apache-hadoop mapreduce apache-hive"),
        ("hadoop, mapreduce, hive", "apache-hadoop mapreduce apache-hive"),
        ("HADOOP, HIVE, PIG, SPARK", "apache-hadoop apache-hive apache-pig apache-spark"),
        ("Jobs run by SLURM on Kubernetes", "slurm kubernetes"),
        ("SLURM, LSF, PBS Pro and HTCondor", "slurm ibm-spectrum-lsf pbs-pro htcondor"),
        ("vLLM, Triton and TensorRT", "vllm triton-inference-server tensorrt"),
        ("Fine-tuning with LoRA and QLoRA", "fine-tuning lora peft"),
        ("CHAID, CART and random forest", "chaid cart random-forest"),
        ("PyTorch, MuJoCo and PyBullet", "pytorch mujoco pybullet"),
        ("Google Docs, Sheets and Slides", "google-workspace google-sheets"),
        ("HANA calculation views and Fiori", "sap-hana-modelling sap-fiori"),
        ("CloudTrail, GuardDuty and KMS on AWS", "aws-cloudtrail amazon-guardduty aws-kms aws"),
        ("Kubernetes, Mesos and Cilium", "kubernetes apache-mesos cilium"),
        ("Test plans and test cases in Jira", "test-planning jira"),
        ("embedded C and embedded systems", "c embedded-systems"),
        ("Data security, privacy and compliance with GDPR", "data-security data-privacy gdpr"),
        ("Quantum physics and applied mathematics of waves", "quantum-physics mathematics"),
        ("Immunoassays, western blots and cell-based assays", "western-blotting cell-biology"),
    ],
)
def test_names_are_found_in_texts(text: str, ids: str) -> None:
    assert set(ids.split()) <= read_text(text)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("You excel in Python and at teamwork.", "microsoft-excel"),
        ("Our go to market plan needs SQL. Go to market with us, Python in hand.", "go"),
        ("The R&D budget, Python, the R&D team.", "r"),
        ("C-level executives read your Python reports; the C-suite too.", "c"),
        ("You spark change with Python and SQL.", "apache-spark"),
        ("You have access to data in SQL, and Access to data in Python.", "microsoft-access"),
        ("You react quickly, with Python and SQL. React quickly.", "react"),
        ("Mobile phlebotomist: a mobile route, own car, Excel.", "mobile-development"),
        ("Embedded in the product team, you write SQL and Python.", "embedded-systems"),
        ("The shopping cart is written in Python and React; the cart, SQL.", "cart"),
        ("Reporting to the director, you use SQL.", "reporting"),
        ("You work with the application development team on SQL.", "application-development"),
        ("Python on Linux operating systems", "operating-systems"),
        ("Economics, Mathematics, Physics; Python is used.", "mathematics"),
        ("You join Anthropic and use Python.", "anthropic"),
        ("Workflow optimization in Python", "optimisation"),
        ("You build systems that are fast, in SQL.", "build-automation"),
        ("The database of clients, in Excel", "databases"),
        ("Python, SQL; a master of fine arts (mfa) is welcome", "privileged-access-management"),
    ],
)
def test_traps_are_closed_in_texts(text: str, id_: str) -> None:
    assert id_ not in read_text(text)


@pytest.mark.parametrize("text", ["Master of Fine Arts (MFA)", "He is LoRa", "A triton of the sea", "The CI"])
def test_initials_alone_are_no_skills(text: str) -> None:
    assert not read_text(text)
