"""Names in states, hidden inputs and mocks of users' tests. They never change (docs/decisions/0002-frozen-names.md).

The import path `pulumi_glue_session.provider.GlueSessionProvider` is one of them: the pickle in every state names it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

from pulumi_glue_session.core.aws_config import identity

TYPE_TOKEN = "pulumi-python:dynamic/glue:Session"  # noqa: S105 - not a password
"""Type token of the resource."""

PICKLE = "gASVOwAAAAAAAACMHHB1bHVtaV9nbHVlX3Nlc3Npb24ucHJvdmlkZXKUjBNHbHVlU2Vzc2lvblByb3ZpZGVylJOUKYGULg=="
"""The provider as each resource and its state hold it: an import path, pickled with protocol 4, in Base64.

The SDK pickles with the default protocol of the running Python. Python 3.14 changed it to 5, so two Python versions
would replace each other's pickle in every up. For each resource the SDK also wraps Python's pickler once more, which
after some hundred resources ends in a RecursionError for any other dynamic provider of the program.
"""

OBSERVED = "__observed"
"""Hidden input with the observation of the program as JSON. `check` replaces it by the named inputs.

It is one string because a mapping of twenty values takes the SDK and the engine much longer in large stacks. The engine
keeps the inputs of a `.get`, so there it stays in the state.
"""

FAILURE = "__failure"
"""Hidden input that `check` adds in an up if the session cannot be used: the message with which the step fails."""

PREVIEW_FAILURE = "__preview_failure"
"""Hidden input that `check` adds in a preview if the session cannot be used: the message that the program prints."""

READ_MARK = "__read"
"""Hidden output of a `.get`. It tells its refresh from that of a recorded session."""

REPLACING = ("session_id", "region", "aws")
"""Inputs that identify the session. A change replaces the record."""

GET_SESSION = "glue-session:index:getSession"
"""Token with which mocks are called for `get_session`."""

GET_SESSIONS = "glue-session:index:getSessions"
"""Token with which mocks are called for `get_sessions`."""

EVERY_RUN, ONCE = "every_run", "once"
"""Values of `gate`: wait in each run, or only until the session is recorded."""

SKIP_WAIT_CONFIG = ("glue-session", "skipWait")
"""Namespace and key of the stack configuration that turns waiting off."""


def fingerprint(options: Any) -> str:
    """Hash of the AWS options that identify the account of a session: an external id must not be readable."""
    text = json.dumps(_normalize(identity(options)), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _normalize(value: Any) -> Any:
    # Pulumi sends every number as a float.
    if isinstance(value, dict):
        by_name = cast("dict[str, Any]", value)
        return {name: _normalize(each) for name, each in by_name.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_normalize(each) for each in cast("list[Any]", value)]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
