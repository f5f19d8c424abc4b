"""The Compose file, read by Compose itself, which needs no container engine for that."""

import json
import os
import re
import subprocess
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from hub.access.quotas import Quotas
from hub.settings import BOUNDS

ROOT = Path(__file__).parents[2]
PASSWORDS = {"POSTGRES_PASSWORD": "first", "REDIS_PASSWORD": "second"}


def compose(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    package = find_spec("compose")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).with_name("docker-compose")  # the console script of the package always returns 0
    command = [str(program), "--env-file", os.devnull, "-f", str(ROOT / "docker-compose.yml"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def services() -> dict[str, Any]:
    shown = compose("--profile", "gpu", "config", "--format", "json", env=PASSWORDS)
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)["services"]
    return found


def test_compose_accepts_the_file() -> None:
    done = compose("--profile", "gpu", "config", "--quiet", env=PASSWORDS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


NOT_PASSED_ON = {"GRADUS_URL", "GRADUS_KEY", "GRADUS_PORT", "GRADUS_TRAINER_SERVER"}
"""Variables that the Compose file does not pass on: two are for clients, one is for Compose itself, and one is for
processes of one machine."""


def settings() -> set[str]:
    """Every variable that the service's code reads, whether its name is written out or composed."""
    code = "".join(
        file.read_text() for part in ("hub", "api", "worker", "gradus") for file in (ROOT / part).rglob("*.py")
    )
    named = {name for name in re.findall(r"GRADUS_[A-Z_]*[A-Z]", code) if name != "GRADUS_MAX"}
    made = {f"GRADUS_MAX_{field.name.upper()}" for field in fields(Quotas)}
    made |= {f"GRADUS_{name.upper()}" for name in BOUNDS}
    return (named | made | {"FORWARDED_ALLOW_IPS"}) - NOT_PASSED_ON


@pytest.mark.parametrize("service", ["api", "migrate", "worker-cpu", "worker-gpu"])
def test_every_setting_that_the_code_reads_is_passed_on_and_none_is_invented(service: str) -> None:
    fixed = {"GRADUS_DATABASE_URL", "GRADUS_REDIS_URL", "GRADUS_DATA_DIR"}
    given = {name: f"value of {name}" for name in settings() - fixed}
    shown = compose("--profile", "gpu", "config", "--format", "json", env={**PASSWORDS, **given})
    assert shown.returncode == 0, shown.stderr
    passed = json.loads(shown.stdout)["services"][service]["environment"]
    assert {name: passed.get(name) for name in given} == given
    unset = {name for name, value in services()[service]["environment"].items() if value is None}
    assert unset == set(given) - {"GRADUS_ARTIFACTS_URL"}


def test_secrets_beside_the_file_do_not_get_into_an_image() -> None:
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("missing", list(PASSWORDS))
def test_no_password_has_a_default(missing: str) -> None:
    done = compose("config", "--quiet", env={name: word for name, word in PASSWORDS.items() if name != missing})
    assert done.returncode != 0
    assert f"{missing} is missing" in done.stderr


def test_a_gpu_worker_runs_only_when_asked_for() -> None:
    plain = compose("config", "--services", env=PASSWORDS).stdout.split()
    assert sorted(plain) == ["api", "migrate", "postgres", "redis", "worker-cpu"]
    gpu = services()["worker-gpu"]
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_only_the_api_is_published_and_on_loopback_alone() -> None:
    published = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert list(published) == ["api"]
    assert [port["host_ip"] for port in published["api"]] == ["127.0.0.1"]


def test_api_and_workers_wait_for_the_schema() -> None:
    for name in ("api", "worker-cpu", "worker-gpu"):
        waits = services()[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["redis"]["condition"] == "service_healthy"


def test_what_serves_comes_back_and_what_migrates_runs_once() -> None:
    policies = {name: service["restart"] for name, service in services().items()}
    assert policies.pop("migrate") == "no"
    assert set(policies.values()) == {"unless-stopped"}


def test_every_build_has_its_target_in_the_dockerfile() -> None:
    stages = (ROOT / "docker" / "Dockerfile").read_text()
    targets = {service["build"]["target"] for service in services().values() if "build" in service}
    assert targets == {"api", "worker-cpu", "worker-gpu"}
    for target in targets:
        assert f"FROM base AS {target}\n" in stages


def copied() -> dict[str, set[str]]:
    """The folders of code that are copied into each image."""
    stages = re.split(r"^FROM ", (ROOT / "docker" / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    found = {
        stage.partition("\n")[0].rpartition(" ")[2]: set(re.findall(r"^COPY (\w+) ", stage, re.MULTILINE))
        for stage in stages
    }
    base = found.pop("base")
    return {name: folders | base for name, folders in found.items()}


@pytest.mark.parametrize("image", ["api", "worker-cpu", "worker-gpu"])
def test_an_image_has_every_folder_that_its_code_imports(image: str) -> None:
    folders = copied()[image]
    code = {folder for folder in (one.parent.name for one in ROOT.glob("*/__init__.py")) if folder != "tests"}
    imports = re.compile(rf"^\s*(?:from|import) ({'|'.join(code)})\b", re.MULTILINE)
    imported = {
        name
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        for name in imports.findall(file.read_text())
    }
    assert imported <= folders
