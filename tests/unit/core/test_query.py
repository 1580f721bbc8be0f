"""One session by its id, the only one that fits, or all that fit: what is asked, and what is an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession, SessionNotFound
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session

READY = Session(status="READY")


class Glue:
    """Some sessions, and what is asked about them."""

    region = "eu-west-1"

    def __init__(self, *session_ids: str) -> None:
        self.sessions = dict.fromkeys(session_ids, READY)
        self.asked: list[str | SessionFilter] = []

    def get(self, session_id: str) -> Session:
        self.asked.append(session_id)
        if session_id not in self.sessions:
            raise SessionNotFound(session_id, region=self.region)
        return self.sessions[session_id]

    def list(self, selection: SessionFilter) -> Mapping[str, Session]:
        self.asked.append(selection)
        return self.sessions


def question(*, only_one: bool = True, **arguments: Any) -> SessionQuery:  # noqa: ANN401 - also wrong on purpose
    return SessionQuery.parse(arguments, exactly_one=only_one)


@pytest.mark.parametrize("only_one", [True, False])
def test_an_id_is_asked_for_by_itself(only_one: bool) -> None:  # noqa: FBT001 - a parameter of the test
    glue = Glue("etl-1", "etl-2")

    assert {"etl-2": READY} == question(session_id="etl-2", tags=None, only_one=only_one).run(glue)
    assert ["etl-2"] == glue.asked


def test_conditions_are_asked_for_together() -> None:
    glue = Glue("etl-1", "etl-2")

    assert {"etl-1": READY, "etl-2": READY} == question(statuses="READY", session_id=None, only_one=False).run(glue)
    assert [SessionFilter(statuses=frozenset({"READY"}))] == glue.asked


def test_one_session_that_fits_is_the_one() -> None:
    assert {"etl-1": READY} == question(id_prefix="etl").run(Glue("etl-1"))


def test_none_of_several_that_were_asked_for_is_an_answer() -> None:
    assert {} == question(only_one=False).run(Glue())


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            (),
            (
                "No Glue session in eu-west-1 fits status READY: start one, or correct what is asked for, the region or the account "
                "that is asked, and run again."
            ),
        ),
        (
            ("a", "b"),
            "2 Glue sessions in eu-west-1 fit status READY (a, b): narrow it down to one, or use get_sessions, and run again.",
        ),
    ],
    ids=["none", "several"],
)
def test_exactly_one_has_to_fit(found: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(NotOneSession) as caught:
        question(statuses="READY").run(Glue(*found))

    assert sentence == str(caught.value)


def test_a_session_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(SessionNotFound):
        question(session_id="etl-3").run(Glue("etl-1"))


def test_an_id_and_conditions_contradict_each_other() -> None:
    with pytest.raises(InvalidInput) as caught:
        question(session_id="etl-1", id_prefix="etl", tags={"team": "etl"})

    assert ("id_prefix", "give session_id or conditions, not both") == (caught.value.input_name, str(caught.value))


@pytest.mark.parametrize("session_id", ["", 7, "a\n"])
def test_an_id_that_glue_would_refuse_is_refused_here(session_id: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        question(session_id=session_id)

    assert "session_id" == caught.value.input_name


def test_conditions_that_fit_nothing_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        question(statuses="NEW")

    assert "statuses" == caught.value.input_name
