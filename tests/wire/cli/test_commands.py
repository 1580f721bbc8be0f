"""`glue-session`, the command line: what it prints, where, and with which exit code. Glue is asked over HTTP."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pulumi_glue_session.cli.output import sessions_table
from pulumi_glue_session.core.session import Session
from support.command_line import COMMAND, ended, run
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, verbatim
from support.hostile_text import HAND_PICKED, is_fit

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


# --- get ---


def test_get_shows_everything_except_secrets(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})

    shown = run("get", "analytics", "--output", "json").json()

    assert {"session_id", "region", *Session().to_dict()} - {"default_arguments"} == shown.keys()
    assert ("analytics", "eu-west-1", "READY", ROLE, 2) == tuple(
        shown[name] for name in ("session_id", "region", "status", "role", "number_of_workers")
    )
    assert {"name": "glueetl", "python_version": "3"} == shown["command"]
    assert {"--password": "planted"} == run("get", "analytics", "-o", "json", "--show-secrets").json()[
        "default_arguments"
    ]


def test_get_shows_a_table_by_default(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    lines = [line.split() for line in run("get", "analytics").out.splitlines()]

    assert ["session_id", "analytics"] == lines[0]
    assert ["status", "STOPPED"] in lines
    assert ["created_on", "2026-01-05T09:30:15.250Z"] in lines
    assert ["command", '{"name":', '"glueetl",', '"python_version":', '"3"}'] in lines


def test_get_prints_a_part_of_the_session(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ["READY", 2] == run("get", "analytics", "--query", "[status, number_of_workers]").json()
    assert run("get", "analytics", "--query", "[", code=2).err.startswith(
        "error: --query: invalid JMESPath expression: "
    )


def test_get_finds_the_one_session_that_matches_a_filter(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"team": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"})

    assert "etl-1\n" == run("get", "--tag", "team=etl", "--status", "ready", "-o", "name").out
    expected = (
        "error: 2 Glue sessions match --tag team=etl (eu-west-1)\n"
        "  Matches: etl-1, etl-2\n"
        "  Next: narrow the filter down to one session, or use glue-session list\n"
    )
    assert expected == run("get", "--tag", "team=etl", code=3).err


def test_get_without_arguments_asks_for_an_id_or_a_filter(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expected = "error: give SESSION_ID or at least one of --tag, --status, --id-prefix or --id-pattern\n"

    assert expected == run("get", code=2).err
    assert run("get", "", code=2).err.startswith("error: SESSION_ID: '' ")
    assert 0 == aws.count() + aws.count("ListSessions")


# --- list ---


def test_list_shows_matching_sessions(aws: GlueEndpoint) -> None:
    for name, status in (("etl-1", "READY"), ("etl-2", "STOPPED"), ("notebook", "READY")):
        aws.put(name, always(status))

    assert ["etl-1", "etl-2"] == [
        each["session_id"] for each in run("list", "--id-prefix", "etl-", "-o", "json").json()
    ]
    assert "notebook\n" == run("list", "--id-pattern", "n*", "-o", "name").out
    header, first, *_ = (line.split() for line in run("list", "--status", "stopped").out.splitlines())
    assert ["ID", "STATUS", "AGE", "ROLE", "GLUE", "WORKERS", "REASON"] == header
    assert ["etl-2", "STOPPED", "GlueSession", "5.0", "2", "x", "G.1X"] == [*first[:2], *first[3:]]


@pytest.mark.parametrize(("seconds", "age"), [(45, "45s"), (760, "12m"), (20_000, "5h"), (300_000, "3d"), (-5, "0s")])
def test_age_is_in_the_largest_unit(seconds: int, age: str) -> None:
    row = {
        "session_id": "a",
        "created_on": "2026-01-05T09:30:15.250Z",
        "status": "READY",
        "role": "",
        "glue_version": "",
    }
    created = datetime.fromisoformat("2026-01-05T09:30:15.250+00:00")
    more = {"number_of_workers": 2, "worker_type": "", "error_message": ""}

    table = sessions_table([row | more], now=created + timedelta(seconds=seconds))

    assert [age] == [str(cell) for cell in table.columns[2].cells]


@pytest.mark.parametrize(
    ("columns", "reason", "shown"),
    [
        (None, "no capacity", "ID STATUS AGE ROLE GLUE WORKERS REASON"),
        (120, "no capacity", "ID STATUS AGE ROLE GLUE WORKERS REASON"),
        (80, "no capacity", "ID STATUS AGE GLUE REASON"),
        (70, "", "ID STATUS AGE GLUE REASON"),
        (40, "no capacity", "ID STATUS AGE REASON"),
    ],
)
def test_narrow_terminal_has_fewer_columns(columns: int | None, reason: str, shown: str) -> None:
    """The id and the reason stay."""
    row = {"session_id": "a" * 40, "created_on": "", "status": "FAILED", "role": "etl", "error_message": reason}
    more = {"glue_version": "5.0", "number_of_workers": 2, "worker_type": "G.1X"}

    table = sessions_table([row | more], now=datetime.fromisoformat("2026-01-05T09:30:15+00:00"), columns=columns)

    assert shown.split() == [str(column.header) for column in table.columns]


def test_list_of_no_sessions_is_empty(aws: GlueEndpoint) -> None:
    assert [] == run("list", "-o", "json").json()
    assert "" == run("list", "-o", "name").out
    assert 2 == aws.count("ListSessions")


def test_list_keeps_ids_whole(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("a" * 255, always("READY"))
    monkeypatch.setenv("COLUMNS", "80")

    assert any(line.startswith("a" * 255) for line in run("list").out.splitlines())


def test_watched_list_shows_sessions_again_when_they_change(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))
    aws.put("etl", always("READY"))
    pauses = iter(range(2))

    def pause(_seconds: float) -> None:
        if next(pauses, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr("pulumi_glue_session.cli.app.time", SimpleNamespace(sleep=pause))

    lines = [json.loads(line) for line in run("list", "--watch", "-o", "json", code=130).out.splitlines()]
    assert [("analytics", "PROVISIONING"), ("etl", "READY"), ("analytics", "READY")] == [
        (line["session_id"], line["status"]) for line in lines
    ]
    assert 3 == aws.count("ListSessions")


# --- Failures ---


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (error("EntityNotFoundException", "gone"), 3, 'Not found: Glue session "analytics" (eu-west-1)'),
        (error("AccessDeniedException", "no"), 4, "allow glue:GetSession to the role that runs this command"),
        (error("ExpiredTokenException", "old"), 4, "AWS_PROFILE or --profile"),
        (server_fault(), 6, "Glue failed after all retries"),
    ],
    ids=["gone", "denied", "expired", "failed"],
)
def test_each_kind_of_failure_has_its_exit_code(aws: GlueEndpoint, fault: Any, code: int, said: str) -> None:
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", fault)

    failed = run("get", "analytics", code=code)

    assert "" == failed.out
    assert said in " ".join(failed.err.split())


def test_missing_region_says_how_to_set_one(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    aws.put("analytics", always("READY"))

    assert "set AWS_REGION or --region" in run("get", "analytics", code=6).err
    assert 0 == aws.count()
    assert "eu-west-1" == run("get", "analytics", "--region", "eu-west-1", "-o", "json").json()["region"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get", "a", "--id-prefix", "a"), "error: --id-prefix: use SESSION_ID or a filter, not both\n"),
        (("get", "a\x1b"), "error: SESSION_ID: 'a\\x1b' "),
        (("list", "--tag", "team"), "error: --tag: 'team' is not NAME=VALUE\n"),
        (("list", "--tag", "=data"), "error: --tag: '=data' is not NAME=VALUE\n"),
        (("list", "--tag", "team=a", "--tag", "team=b"), "error: --tag: 'team' has two values: "),
        (
            ("list", "--status", "zzz"),
            "error: --status: 'zzz' is not a status of a Glue session: use one or several of ",
        ),
        (("wait", "a", "--timeout", "soon"), "error: --timeout: "),
        (("wait", "a", "--expect", "status=READY"), "error: --expect: 'status' cannot be expected: use one of "),
        (
            ("wait", "a", "--expect", "glue_versoin=5"),
            "error: --expect: 'glue_versoin' cannot be expected: did you mean glue_version?\n",
        ),
        (
            ("wait", "a", "--expect", "number_of_workers=two"),
            'error: --expect: number_of_workers is a number, not "two"\n',
        ),
        (("wait", "a", "--at-least", "glue_version"), "error: --at-least: 'glue_version' is not NAME=VALUE\n"),
        (("wait", "a", "--at-least", "role=x"), "error: --at-least: "),
        (
            ("wait", "a", "--at-least", "glue_versoin=5"),
            "error: --at-least: 'glue_versoin' cannot be expected: did you mean glue_version?\n",
        ),
        (
            ("wait", "a", "--for", "redy"),
            "error: --for: 'redy' is not a status of a Glue session: did you mean READY?\n",
        ),
        (
            ("list", "--status", "STOPED"),
            "error: --status: 'STOPED' is not a status of a Glue session: did you mean STOPPED?\n",
        ),
        (
            ("wait", "a", "--for", "DONE"),
            "error: --for: 'DONE' is not a status of a Glue session: use one or several of FAILED, ",
        ),
        (("list", "--max-retries", "-1"), "error: --max-retries: "),
        (("list", "--assume-role", "me"), "error: --assume-role: Invalid role ARN 'me'"),
        (("list", "--allowed-account-id", "me"), "error: --allowed-account-id: Invalid account id 'me'"),
    ],
)
def test_invalid_argument_is_named(aws: GlueEndpoint, arguments: tuple[str, ...], said: str) -> None:
    failed = run(*arguments, code=2)

    assert failed.err.startswith(said), failed.err
    assert ("", 0) == (failed.out, aws.count())


def test_misspelled_option_is_answered_with_the_right_one() -> None:
    refused = ended(subprocess.run([COMMAND, "get", "a", "--regoin", "x"], capture_output=True, text=True, check=False))

    assert 2 == refused.code
    assert refused.err.splitlines()[-1].startswith("error: No such option: --regoin")
    assert "--region" in refused.err.splitlines()[-1]


@pytest.mark.parametrize("text", HAND_PICKED)
def test_session_data_cannot_control_a_terminal(aws: GlueEndpoint, text: str) -> None:
    aws.put(
        "analytics",
        always(
            verbatim({"Id": "analytics", "Status": "FAILED", "ErrorMessage": text, "Description": text, "Role": text})
        ),
    )

    for shown in (
        run("get", "analytics").out,
        run("list").out,
        run("wait", "analytics", code=1).err,
        run("list", "-o", "json").out,
    ):
        assert all(is_fit(line) for line in shown.splitlines())


def test_markup_of_the_table_library_is_printed_literally(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Description="[bold]loud[/bold] [link=http://x]here[/link]")

    assert "[bold]loud[/bold] [link=http://x]here[/link]" in run("get", "analytics").out
