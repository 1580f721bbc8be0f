"""`glue-session external`, the program for Terraform's external data source."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_glue_session.cli.app import app
from pulumi_glue_session.core.session import Session
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, step

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [str(Path(sys.executable).parent / "glue-session"), "external"]


@pytest.fixture(autouse=True)
def _single_attempt(single_attempt: None) -> None:
    """Retries take seconds."""


def ask(query: object) -> tuple[int, dict[str, str], str]:
    """Exit code, result and error for a query; a string is passed as it is."""
    text = query if isinstance(query, str) else json.dumps(query)
    ran = CliRunner().invoke(app, ["external"], input=text, catch_exceptions=False)
    values: dict[str, str] = json.loads(ran.stdout) if ran.stdout else {}
    return ran.exit_code, values, ran.stderr


def test_process_prints_strings_only(aws: GlueEndpoint) -> None:
    connections = {"Connections": ["jdbc"]}
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"}, Connections=connections)

    done = subprocess.run(COMMAND, input='{"session_id": "analytics"}', capture_output=True, text=True, check=True)
    values = json.loads(done.stdout)

    assert "" == done.stderr
    assert {"session_id", "region", *Session().to_dict()} - {"default_arguments"} == values.keys()
    assert {str} == set(map(type, values.values()))
    assert ("READY", "2", '["jdbc"]', '{"name": "glueetl", "python_version": "3"}') == tuple(
        values[name] for name in ("status", "number_of_workers", "connections", "command")
    )


def test_process_prints_errors_to_stderr(aws: GlueEndpoint) -> None:
    done = subprocess.run(COMMAND, input='{"session_id": "gone"}', capture_output=True, text=True, check=False)

    assert (3, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith('Not found: Glue session "gone" (eu-west-1)\n')
    assert 1 == aws.count()


def test_process_needs_neither_typer_nor_rich(aws: GlueEndpoint) -> None:
    """Terraform starts one process for each data source, and importing them takes a third of its time."""
    aws.put("analytics", always("READY"))
    without = "import sys; sys.modules |= dict.fromkeys(['pydantic', 'rich', 'typer'])"
    code = f"{without}; from pulumi_glue_session.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", code, "external"],
        input='{"session_id": "analytics"}',
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "READY" == json.loads(done.stdout)["status"]


@pytest.mark.parametrize("command", [COMMAND, [*COMMAND, "--"]], ids=["alone", "with an argument"])
def test_unreadable_query_is_an_error(aws: GlueEndpoint, tmp_path: Path, command: list[str]) -> None:
    with (tmp_path / "only-for-writing").open("w") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)

    assert (2, "", "cannot read the query: Bad file descriptor\n") == (done.returncode, done.stdout, done.stderr)
    assert 0 == aws.count()


def test_without_wait_for_any_status_is_returned(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    code, values, errors = ask({"session_id": "analytics"})

    assert (0, "STOPPED", "") == (code, values["status"], errors)
    assert 1 == aws.count()


def test_without_wait_for_an_outage_is_an_error(aws: GlueEndpoint) -> None:
    """A wait would try again until its timeout, and a plan would stand still for ten minutes."""
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", server_fault(503))

    code, _, message = ask({"session_id": "analytics", "timeout": "2"})

    assert 6 == code
    assert message.startswith('Glue failed after all retries: Glue session "analytics" (eu-west-1)\n')
    assert 1 == aws.count()


def test_wait(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    code, values, _ = ask({"session_id": "analytics", "wait_for": "READY, FAILED", "timeout": "60"})

    assert (0, "READY", 2) == (code, values["status"], aws.count())


def test_failed_wait_shows_glues_reason(aws: GlueEndpoint) -> None:
    aws.put("analytics", always(step("FAILED", ErrorMessage="no more addresses")))

    code, values, errors = ask({"session_id": "analytics", "wait_for": "READY"})

    assert (1, {}) == (code, values)
    assert "Glue says: no more addresses" in errors


@pytest.mark.parametrize(("value", "code"), [("true", 0), ("off", 1), ("maybe", 2)])
def test_skip_switch(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, value: str, code: int) -> None:
    aws.put("analytics", always("STOPPED"))
    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", value)

    assert code == ask({"session_id": "analytics", "wait_for": "READY"})[0]


def test_expected_values(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expect = {"number_of_workers": {"at_least": 3}, "glue_version": "5.0"}

    code, _, errors = ask({"session_id": "analytics", "expect": json.dumps(expect)})

    assert 1 == code
    assert "number_of_workers: expected at least 3, found 2" in errors


def test_filter(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"team": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"})

    code, values, _ = ask({"tags": '{"team": "etl"}', "statuses": "READY,PROVISIONING"})

    assert (0, "etl-1") == (code, values["session_id"])


@pytest.mark.parametrize("query", ["", "null", {}, {"session_id": ""}, {"session_id": None}, {"id_prefix": ""}])
def test_empty_query_never_means_the_only_session(aws: GlueEndpoint, query: object) -> None:
    aws.put("analytics", always("READY"))

    code, values, errors = ask(query)

    assert (2, {}) == (code, values)
    assert errors.startswith("session_id: it is missing: use session_id, or a filter with one of tags, ")
    assert 0 == aws.count()


def test_empty_string_means_not_set(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert 0 == ask({"session_id": "analytics", "wait_for": "", "region": "", "id_prefix": "", "profile": None})[0]


def test_on_missing_empty(aws: GlueEndpoint) -> None:
    for name in ("a-1", "a-2"):
        aws.put(name, always("READY"))

    code, values, _ = ask({"session_id": "gone", "on_missing": "empty", "wait_for": "READY"})
    filtered = ask({"id_prefix": "b-", "on_missing": "empty"})
    several = ask({"id_prefix": "a-", "on_missing": "empty"})

    assert (0, "gone", "") == (code, values.pop("session_id"), values.pop("status"))
    assert ask({"session_id": "a-1"})[1].keys() - values.keys() == {"session_id", "status"}
    assert (0, "") == (filtered[0], filtered[1]["session_id"])
    assert 3 == several[0]


def test_default_arguments_only_on_request(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})

    code, values, _ = ask({"session_id": "analytics", "default_arguments": "true"})

    assert (0, '{"--password": "planted"}') == (code, values["default_arguments"])
    assert 2 == ask({"session_id": "analytics", "default_arguments": "please"})[0]


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("{", "query: "),
        ("[1]", "query: "),
        ({"session_id": 1}, "query: "),
        ({"session_id": "a", "id_prefix": "a"}, "id_prefix: "),
        ({"session_id": "a", "expect": "{"}, "expect: "),
        ({"session_id": "a", "expect": "[]"}, "expect: "),
        ({"session": "a"}, "session: Unknown argument: use session_id, tags, "),
        ({"session_id": "a", "timeout": "soon"}, "timeout: "),
        ({"session_id": "a", "on_missing": "null"}, "on_missing: "),
        ({"session_id": "a", "max_retries": "99"}, "max_retries: "),
        ({"session_id": "a", "assume_roles": '[{"role_arn": "x"}]'}, "assume_roles[0].role_arn: "),
    ],
)
def test_invalid_query_names_the_argument(aws: GlueEndpoint, query: object, start: str) -> None:
    code, values, errors = ask(query)

    assert (2, {}) == (code, values)
    assert errors.startswith(start)
    assert 0 == aws.count()


def test_example(aws: GlueEndpoint) -> None:
    """Terraform's own part is the data source, whose query this is, and the postcondition, which reads the result."""
    aws.put("analytics", always("READY"))
    module = (ROOT / "examples" / "terraform_external" / "main.tf").read_text(encoding="utf-8")
    [block] = re.findall(r"query = {(.*?)}", module, flags=re.DOTALL)
    query = dict(re.findall(r"(\w+) += (.+)", block))
    values = {name: {"var.session_id": "analytics", '"10m"': "10m"}.get(value, "") for name, value in query.items()}

    code, result, errors = ask(values)

    assert (0, "") == (code, errors)
    assert result.keys() >= set(re.findall(r"result\.(\w+)", module)) >= {"status", "error_message", "role"}


def test_external_id_is_in_no_error(aws: GlueEndpoint) -> None:
    for query in ('{"assume_roles": "[{planted', {"assume_roles": '[{"external_id": "planted'}):
        code, _, errors = ask(query)

        assert 2 == code
        assert "planted" not in errors
    assert 0 == aws.count()


def test_missing_region_names_the_setting(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")

    code, _, errors = ask({"session_id": "a"})

    assert 6 == code
    assert "AWS_REGION or region in the query" in errors
    assert 0 == aws.count()


def test_text_of_the_service_stays_on_one_line(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", error("AccessDeniedException", "not for you\nat all"))

    code, values, errors = ask({"session_id": "analytics"})

    assert (4, {}) == (code, values)
    assert "not for you at all" in errors
