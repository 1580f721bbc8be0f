"""The dynamic provider: it records what the program observed, and reads the session itself on refresh and for `.get`.

Rules of this module:

* `pulumi_glue_session.provider.GlueSessionProvider` is a wire format: every user's state holds a pickle that names it. It stays importable
  from here for ever (docs/decisions/0002-frozen-names.md).
* The provider keeps nothing: no argument, no attribute. The pickle therefore holds no code, no secret and no Output.
* It never waits. Its process has four threads for all Python dynamic resources of a stack, and the engine calls `check` and `diff` one
  after the other (docs/decisions/0001-the-program-waits.md).
* Only `SessionNotFound` takes a session out of the state, and only on refresh.
"""

from __future__ import annotations

OBSERVED = "__observed"
"""Hidden input: what the program observed, as JSON. `check` spreads it over the named inputs and takes it away. Of a gated `.get`
it stays in the state: the engine keeps the inputs of a read, whatever the read answers.

One text, because a mapping of twenty values costs the SDK and the engine a good part of a large stack's time.
"""

PICKLE = "gASVOwAAAAAAAACMHHB1bHVtaV9nbHVlX3Nlc3Npb24ucHJvdmlkZXKUjBNHbHVlU2Vzc2lvblByb3ZpZGVylJOUKYGULg=="
"""The provider as each resource and its state hold it: a name, pickled by protocol 4, in Base64.

The SDK pickles by the running Python's default protocol, which was 4 until 3.14 made it 5: the same session would be changed by each up of
a colleague with another Python. And for each resource it lays a function over Python's own pickler, and takes none away: after some hundred
of them it fails with RecursionError for whatever else has a dictionary in it, another dynamic provider of the program, say.
"""

REPLACING = ("session_id", "region", "aws")
"""Inputs that say which session is meant. Another one is another record."""

READ_MARK = "__read"
"""Hidden output of a `.get`, so that its refresh is told from a record's."""

GET_SESSION = "glue-session:index:getSession"
"""Token under which a unit test's mocks are called for `get_session`."""

GET_SESSIONS = "glue-session:index:getSessions"
"""Token under which a unit test's mocks are called for `get_sessions`."""

TYPE_TOKEN = "pulumi-python:dynamic/glue:Session"
"""Type token, as in every user's state."""
