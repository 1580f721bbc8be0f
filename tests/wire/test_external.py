"""`glue-session external`, Terraform's and OpenTofu's data source: the external provider's protocol, spoken by the real process."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_glue_session.cli import terraform_external
from pulumi_glue_session.core import messages
from pulumi_glue_session.core.session import Session
from support.glue_endpoint import GlueEndpoint, always, error, looks

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [str(Path(sys.executable).parent / "glue-session"), "external"]


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds. And the words of this front are no other test's."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr(terms, "_front", [messages.Hints()])


def ask(query: object) -> tuple[int, dict[str, str], str]:
    """Exit code, answer and complaint for a query; a text is taken as it is."""
    told, complained = io.StringIO(), io.StringIO()
    code = terraform_external.answer(io.StringIO(query if isinstance(query, str) else json.dumps(query)), told, complained)
    answer: dict[str, str] = json.loads(told.getvalue()) if told.getvalue() else {}
    return code, answer, complained.getvalue()


def test_the_process_answers_texts_on_stdout_and_nothing_else(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"}, Connections={"Connections": ["jdbc"]})

    done = subprocess.run(  # noqa: S603 - our own command
        COMMAND, input='{"session_id": "analytics"}', capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)

    assert "" == done.stderr
    assert {"session_id", "region", *Session().to_dict()} - {"default_arguments"} == answer.keys(), "Terraform keeps it all in clear"
    assert {str} == set(map(type, answer.values()))
    assert ("READY", "2", '["jdbc"]', '{"name": "glueetl", "python_version": "3"}') == tuple(
        answer[name] for name in ("status", "number_of_workers", "connections", "command")
    )


def test_the_process_complains_on_stderr_and_exits_with_1(aws: GlueEndpoint) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        COMMAND, input='{"session_id": "gone"}', capture_output=True, text=True, check=False
    )
    expected = (
        'Glue session "gone" was not found in eu-west-1: create it, or correct session_id, the region or the account that is asked, '
        "and run again.\n"
    )

    assert (1, "", expected) == (done.returncode, done.stdout, done.stderr)
    assert 1 == aws.count()


def test_without_a_gate_the_session_is_taken_as_it_is(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    code, answer, complaint = ask({"session_id": "analytics"})

    assert (0, "STOPPED", "") == (code, answer["status"], complaint)
    assert 1 == aws.count()


def test_with_a_gate_it_waits(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    code, answer, _ = ask({"session_id": "analytics", "wait_for": "READY, FAILED", "timeout": "60"})

    assert (0, "READY", 2) == (code, answer["status"], aws.count())


def test_what_is_expected_is_judged(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expect = {"number_of_workers": {"at_least": 3}, "glue_version": "5.0"}

    code, _, complaint = ask({"session_id": "analytics", "expect": json.dumps(expect)})

    assert 1 == code
    assert complaint.endswith("\n  number_of_workers: expected at least 3, found 2\n")


def test_the_one_session_that_fits_is_found(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"team": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"})

    code, answer, _ = ask({"tags": '{"team": "etl"}', "statuses": "READY,PROVISIONING"})

    assert (0, "etl-1") == (code, answer["session_id"])


def test_an_empty_text_is_an_argument_that_is_not_given(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert 0 == ask({"session_id": "analytics", "wait_for": "", "region": "", "id_prefix": ""})[0]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("{", "query: it has to be JSON, and is not\n"),
        ("[1]", "query: it has to be an object of texts, and is not\n"),
        ({"session_id": 1}, "query: it has to be an object of texts, and is not\n"),
        ({"session_id": "a", "id_prefix": "a"}, "id_prefix: give session_id or conditions, not both\n"),
        ({"session_id": "a", "expect": "{"}, "expect: it has to be JSON, and is not\n"),
        ({"session_id": "a", "expect": "[]"}, "expect: [] is no mapping of outputs to the values that they should have\n"),
        (
            {"session": "a"},
            (
                "session: there is no such argument: use session_id, tags, statuses, id_prefix, id_pattern, wait_for, timeout, expect, "
                "region, profile, assume_roles, assume_role_with_web_identity, endpoint_url, custom_ca_bundle, max_retries, "
                "request_origin, allowed_account_ids\n"
            ),
        ),
        (
            {"session_id": "a", "timeout": "soon"},
            "timeout: 'soon' is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'\n",
        ),
    ],
)
def test_a_wrong_query_is_told_by_the_argument_that_is_wrong(aws: GlueEndpoint, query: object, complaint: str) -> None:
    assert (1, {}, complaint) == ask(query)
    assert 0 == aws.count()


def test_nothing_asked_is_a_question_for_the_only_session_that_there_is(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert "analytics" == ask("")[1]["session_id"]
    assert "analytics" == ask("null")[1]["session_id"]


def test_the_example_asks_and_gates_by_what_there_is(aws: GlueEndpoint) -> None:
    """Terraform's own part is the data source, whose query this is, and the postcondition, which reads the result."""
    aws.put("analytics", always("READY"))
    module = (ROOT / "examples" / "terraform_gate" / "main.tf").read_text(encoding="utf-8")
    [block] = re.findall(r"query = {(.*?)}", module, flags=re.DOTALL)
    query = dict(re.findall(r"(\w+) += (.+)", block))
    given = {name: {"var.session_id": "analytics", '"10m"': "10m"}.get(value, "") for name, value in query.items()}

    code, answer, complaint = ask(given)

    assert (0, "") == (code, complaint)
    assert {"session_id", "region", "wait_for", "timeout"} == query.keys()
    assert answer.keys() >= set(re.findall(r"result\.(\w+)", module)) >= {"status", "role", "glue_version", "number_of_workers"}


def test_an_external_id_in_a_broken_query_is_told_nowhere(aws: GlueEndpoint) -> None:
    for query in ('{"assume_roles": "[{planted', {"assume_roles": '[{"external_id": "planted'}):
        code, _, complaint = ask(query)

        assert 1 == code
        assert "planted" not in complaint
    assert 0 == aws.count()


def test_without_a_region_it_says_how_to_set_one(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    expected = 'Glue session "a" could not be read: no AWS region is set; set AWS_REGION or region in the query, and run again.\n'

    assert (1, {}, expected) == ask({"session_id": "a"})
    assert 0 == aws.count()


def test_a_refusal_is_one_line(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", error("AccessDeniedException", "not for you\nat all"))

    code, answer, complaint = ask({"session_id": "analytics"})

    assert (1, {}) == (code, answer)
    assert 1 == len(complaint.splitlines())
