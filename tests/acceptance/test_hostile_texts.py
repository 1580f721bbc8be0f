"""Hostile texts on the real engine: they are recorded unchanged, and messages of this package are safe for a terminal.

Commands run with colors, because only then the engine interprets its own markup. How the engine prints values is not
tested here.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

import pytest

from pulumi_glue_session.core.session import is_valid_id
from support.glue_endpoint import always, error, then, verbatim
from support.hostile_text import HAND_PICKED, is_fit

if TYPE_CHECKING:
    from support.glue_endpoint import GlueEndpoint
    from support.pulumi_project import Project, Run
    from torture import Torture

PART = "Hostile texts"
TEXTS = list(HAND_PICKED.values())
IDS = [text for text in TEXTS if is_valid_id(text)]
COLOURED = ("--color", "always", "--non-interactive")
"""The last `--color` option wins."""

THE_ENGINES_OWN = re.compile(r"\x1b\[(?:0|1|4|7|[34]8;5;[0-9]+)m")
"""Colors that the engine uses. The hand-picked `\\x1b[31m` is not one of them."""


def unfit(run: Run) -> list[str]:
    """Lines with control sequences other than the engine's colors."""
    return [line for line in THE_ENGINES_OWN.sub("", run.out + run.err).split("\n") if not is_fit(line)]


@pytest.mark.slow
@pytest.mark.torture(PART)
def test_hostile_texts_are_recorded_unchanged(project: Project, glue: GlueEndpoint, torture: Torture) -> None:
    """In the state, in outputs, in a refresh, and as tags of a filter."""
    torture.tries(short=len(TEXTS), long=len(TEXTS))
    for number, text in enumerate(TEXTS):
        session_id = text if is_valid_id(text) else f"session-{number}"
        more = {"Description": text, "Role": text, "ErrorMessage": text, "DefaultArguments": {"--text": text}}
        glue.put(session_id, always(verbatim({"Id": session_id, "Status": "READY", **more})), Tags={"text": text})
    project.program("""
        import json
        from pathlib import Path

        import pulumi
        from pulumi_glue_session import GlueSession, get_session

        found = [get_session(tags={"text": text}) for text in json.loads(Path("texts").read_text())]
        for number, session in enumerate(found):
            GlueSession(f"recorded-{number}", session_id=session.session_id)
            GlueSession.get(f"read-{number}", session.session_id, wait_for=None)
        fields = [(each.description, each.role, each.error_message, each.default_arguments) for each in found]
        pulumi.export("found", [[*texts, arguments["--text"]] for *texts, arguments in fields])
        pulumi.export("ids", [each.session_id for each in found])
    """)
    (project.folder / "texts").write_text(json.dumps(TEXTS))

    project.up()
    project.refresh("--expect-no-changes")

    outputs, state = project.outputs(), project.resources(show_secrets=True)
    assert [[text] * 4 for text in TEXTS] == outputs["found"]
    assert IDS == [each for each in outputs["ids"] if not each.startswith("session-")]
    for number, (text, session_id) in enumerate(zip(TEXTS, outputs["ids"], strict=True)):
        for kind in ("recorded", "read"):
            kept = state[f"{kind}-{number}"]["outputs"]
            expected = {"session_id": session_id, **dict.fromkeys(("description", "role", "error_message"), text)}
            assert expected == {name: kept[name] for name in expected}
            assert {"--text": text} == json.loads(kept["default_arguments"]["plaintext"])
    torture.record(
        "Control characters, escape sequences, Pulumi's markup, right-to-left overrides, emoji, paths and 255 "
        "characters as ids, tags, descriptions, roles, error messages and arguments: up and refresh on the real engine",
        "state, outputs and a refresh held the very same texts; each tag found its session",
    )


FAILING = """
    import json
    import os

    from pulumi_glue_session import GlueSession, get_session

    kind, text = os.environ["KIND"], json.loads(os.environ["TEXT"])
    if kind == "a resource's gate":
        GlueSession("it", session_id="failed")
    elif kind == "a read's gate":
        GlueSession.get("it", "failed")
    elif kind == "a function":
        get_session(id_pattern="none", tags={text[:100]: text[:200]})
    elif kind == "a refused call":
        GlueSession("it", session_id="denied")
    elif kind == "a wrong value":
        GlueSession("it", session_id="failed", wait_for=[text])
    elif kind == "an unknown name":
        GlueSession("it", session_id="failed", **{text: text})
    else:
        GlueSession("it", session_id="x" * 256 + text)
"""
KINDS = [*re.findall(r'kind == "(.*)"', FAILING), "a wrong id"]


@pytest.mark.slow
@pytest.mark.torture(PART)
def test_errors_are_terminal_safe(project: Project, glue: GlueEndpoint, torture: Torture) -> None:
    """The engine panics at unknown colors in messages."""
    every = list(itertools.product(KINDS, TEXTS))
    # The short form tries each kind once, with another text each time.
    few = every[:: len(TEXTS) + 1]
    tried = every if torture.tries(short=len(few), long=len(every)) == len(every) else few
    project.program(FAILING)

    for kind, text in tried:
        glue.put(
            "failed", always(verbatim({"Id": "failed", "Status": "FAILED", "ErrorMessage": text, "Description": text}))
        )
        glue.fail("GetSession", error("AccessDeniedException", text), session_id="denied")
        failed = project.preview(*COLOURED, code=1, KIND=kind, TEXT=json.dumps(text))
        glue.heal()

        assert (kind, []) == (kind, unfit(failed))
        assert "error: " in failed.err + failed.out
    torture.record(
        "The same texts in errors about sessions, calls, values, names and ids, and of a function that finds "
        "nothing: pulumi preview --color always",
        "each time one clean error; no control character and no markup reaches the terminal",
    )


@pytest.mark.slow
@pytest.mark.torture(PART)
def test_warnings_and_progress_are_terminal_safe(project: Project, glue: GlueEndpoint, torture: Torture) -> None:
    torture.tries(short=len(IDS), long=len(IDS))
    for session_id in IDS:
        life = then(("PROVISIONING", 3.0), "READY").since_put()
        glue.put(session_id, life, Description="not this")
    project.program("""
        from pulumi_glue_session import GlueSession, get_sessions

        for number, session_id in enumerate(get_sessions().ids):
            GlueSession(f"waited-{number}", session_id=session_id, expect={"description": "this"}, on_mismatch="warn")
    """)

    waited = project.pulumi("up", "--yes", *COLOURED)

    assert [] == unfit(waited)
    assert len(IDS) <= waited.out.count("Not as expected")
    assert len(IDS) == len(project.resources())
    torture.record(
        "The same texts as ids, in warnings and progress lines: pulumi up --color always",
        "no control character and no markup reaches the terminal",
    )


@pytest.mark.slow
@pytest.mark.torture(PART)
def test_engine_markup_in_a_value_spoils_no_record(project: Project, glue: GlueEndpoint, torture: Torture) -> None:
    """The engine panics at unknown colors in values. The state stays intact, and `--color never` works."""
    # The short form tries the text at which the engine panics.
    texts = sorted((text for text in TEXTS if "<{%" in text), key=lambda text: "boom%}" not in text)
    tried = texts[: torture.tries(short=1, long=len(texts))]
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession

        pulumi.export("description", GlueSession("it", session_id="analytics").description)
    """)
    glue.put("analytics", always("READY"), Description="as it was")
    project.up()
    ended = 0
    for text in tried:
        before = project.deployment()
        glue.put("analytics", always("READY"), Description=text)
        ended += project.preview(*COLOURED, code=None).code != 0
        project.clear()
        assert before == project.deployment()
        project.preview()
        project.up()
        assert {"description": text} == project.outputs()
    torture.record(
        "Pulumi's markup in a changed description: pulumi preview --diff --color always",
        f"Pulumi interprets its markup in values and failed at {ended} of {len(tried)}; "
        "with --color never it works, and the next up recorded each value unchanged",
    )


SIGNATURE = "4dabf18193072939515e22adb298388d"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"


@pytest.mark.slow
def test_signature_key_and_sentinel_do_not_brick_a_stack(project: Project, glue: GlueEndpoint) -> None:
    """In JSON, the key marks secrets, assets and output values; the sentinel is an unknown value."""
    arguments = {SIGNATURE: SECRET_SIGNATURE, "value": SENTINEL, SENTINEL: SIGNATURE}
    glue.put(
        "analytics",
        always(
            verbatim(
                {
                    "Id": "analytics",
                    "Status": "READY",
                    "Description": SENTINEL,
                    "Role": SIGNATURE,
                    "DefaultArguments": arguments,
                }
            )
        ),
    )
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession, get_session

        session = GlueSession("recorded", session_id="analytics")
        GlueSession.get("read", "analytics")
        pulumi.Stash("job", input=session.default_arguments)
        pulumi.export("description", session.description)
        pulumi.export("found", get_session("analytics").role)
    """)

    project.preview()
    project.up()
    project.preview("--expect-no-changes")
    project.refresh("--expect-no-changes")
    assert (f"\\{SENTINEL}", f"\\{SIGNATURE}") == tuple(project.outputs()[name] for name in ("description", "found"))

    glue.put("analytics", always(verbatim({"Id": "analytics", "Status": "READY", "Description": "changed"})))
    project.up()
    project.refresh()
    project.destroy()
    assert {} == project.resources()
