"""Sessions of the scripted endpoint: fields, checked values, and statuses over time."""

from __future__ import annotations

import json
from typing import Any

from support.endpoint_client import (
    FULL,
    Client,
    ManualClock,
    post,
    session_shape,
    status,
)
from support.glue_endpoint import (
    DEFAULTS,
    GONE,
    GlueEndpoint,
    always,
    looks,
    step,
    then,
    verbatim,
)

# --- Fields ---


def test_unset_fields_have_defaults(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))

    assert {"Id": "analytics", "Status": "READY", **DEFAULTS} == client.get_session(Id="analytics")["Session"]


def test_every_field_is_returned(glue: GlueEndpoint, client: Client) -> None:
    """Including microseconds and time zones."""
    glue.put("analytics", always("READY"), **FULL)

    assert {"Id": "analytics", "Status": "READY", **FULL} == client.get_session(Id="analytics")["Session"]


def test_full_session_has_every_field(client: Client) -> None:
    """Otherwise the test above would miss fields of newer versions of botocore."""
    assert {"Id", "Status", *FULL} == set(session_shape(client).members)


def test_only_fields_of_the_model_are_sent(glue: GlueEndpoint, client: Client) -> None:
    """Without boto3, which drops unknown fields."""
    glue.put("analytics", always("READY"))
    glue.put("full", always("READY"), **FULL)

    sent = [post(glue, "GetSession", json.dumps({"Id": name}).encode())[1]["Session"] for name in ("analytics", "full")]

    assert [set(), set()] == [each.keys() - session_shape(client).members.keys() for each in sent]


def test_timestamps_are_epoch_seconds(glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))

    assert 1767605415.25 == post(glue, "GetSession", b'{"Id": "analytics"}')[1]["Session"]["CreatedOn"]


def test_every_status_is_accepted(glue: GlueEndpoint, client: Client) -> None:
    statuses = session_shape(client).members["Status"].enum
    for each in statuses:
        glue.put(each, always(each))

    assert ["PROVISIONING", "READY", "FAILED", "TIMEOUT", "STOPPING", "STOPPED"] == statuses
    assert statuses == [status(client, each) for each in statuses]


def test_put_replaces_a_session(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", looks("PROVISIONING", "READY"), GlueVersion="4.0")
    before = [status(client), status(client)]
    glue.put("analytics", looks("PROVISIONING", "READY"), Description="again")

    assert ["PROVISIONING", "READY"] == before
    assert {"Status": "PROVISIONING", "GlueVersion": "5.0", "Description": "again"}.items() <= client.get_session(
        Id="analytics"
    )["Session"].items()


# --- Answers outside of the model ---


def test_session_fields_are_not_validated(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"), session_fields={"Status": "HIBERNATING", "Mood": "blue", "Role": None})

    sent = post(glue, "GetSession", b'{"Id": "analytics"}')[1]["Session"]

    assert {"Id": "analytics", "Status": "HIBERNATING", "Mood": "blue", "Role": None}.items() <= sent.items()
    assert ("HIBERNATING", False) == (status(client), "Role" in client.get_session(Id="analytics")["Session"])


def test_verbatim_step_is_sent_unchanged(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put("empty", always(verbatim({})), session_fields={"Mood": "blue"})
    glue.put("analytics", then(("READY", 1.0), verbatim({"Status": "HIBERNATING", "Nap": 5})))
    first = status(client)
    clock.now += 1.0

    assert {"Session": {}} == post(glue, "GetSession", b'{"Id": "empty"}')[1]
    assert "READY" == first
    assert {"Session": {"Status": "HIBERNATING", "Nap": 5}} == post(glue, "GetSession", b'{"Id": "analytics"}')[1]


# --- Statuses over time ---


def test_timeline_starts_at_the_first_read(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), ("READY", 2.0), "TIMEOUT"))
    statuses: list[str] = []
    for pause in (100.0, 7.9, 0.1, 1.9, 0.2, 500.0):
        clock.now += pause
        statuses.append(status(client))

    assert ["PROVISIONING", "PROVISIONING", "READY", "READY", "TIMEOUT", "TIMEOUT"] == statuses


def test_timeline_can_start_at_put(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), "READY").since_put())
    statuses: list[str] = []
    for pause in (7.0, 1.0):
        clock.now += pause
        statuses.append(status(client))

    assert ["PROVISIONING", "READY"] == statuses


def test_list_reads_each_session_of_its_page(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), "READY"))
    glue.put("counted", looks("PROVISIONING", "READY"))
    glue.put("on the next page", looks("PROVISIONING", "READY"))

    client.list_sessions(MaxResults=2)
    clock.now += 8.0

    assert ["READY", "READY", "PROVISIONING"] == [
        status(client),
        status(client, "counted"),
        status(client, "on the next page"),
    ]


def test_reads_are_counted_and_the_last_status_repeats(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))

    assert ["PROVISIONING", "PROVISIONING", "READY", "READY"] == [status(client) for _ in range(4)]


def test_step_sets_fields(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put(
        "doomed", then(("PROVISIONING", 2.0), step("FAILED", ErrorMessage="no subnet", Progress=0.1)), Progress=0.0
    )
    statuses: list[dict[str, Any]] = []
    for _ in range(2):
        statuses.append(client.get_session(Id="doomed")["Session"])
        clock.now += 2.0

    assert [
        ("PROVISIONING", None, 0.0),
        ("FAILED", "no subnet", 0.1),
    ] == [(each["Status"], each.get("ErrorMessage"), each["Progress"]) for each in statuses]


def test_session_can_disappear_and_return(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    glue.put("analytics", then((GONE, 1.0), ("READY", 5.0), (GONE, 5.0), "READY"))
    statuses: list[tuple[str, list[str]]] = []
    for _ in range(4):
        statuses.append((status(client), client.list_sessions()["Ids"]))
        clock.now += 5.0

    gone: tuple[str, list[str]] = ("EntityNotFoundException", [])
    assert [gone, ("READY", ["analytics"]), gone, ("READY", ["analytics"])] == statuses
