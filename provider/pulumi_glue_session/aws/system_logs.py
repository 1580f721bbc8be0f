"""The end of a log file behind a URL.

Rules of this module: evidence is a help, so whatever goes wrong gives no lines and no error. The URL grants access to the file: it
appears nowhere.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from pulumi_glue_session.core.messages import sanitize

_LINES = 20
"""As many as still fit a terminal together with the error."""

_BYTES = 65_536
"""What is asked for of the file's end; a server that knows no ranges is not read further than this either."""

_SECONDS = 10


def read_log_tail(url: str) -> list[str]:
    """Last lines of the text behind `url`, fit for a terminal. None for what is no text, or can't be had."""
    if not url.startswith(("https://", "http://")):
        return []
    try:
        request = urllib.request.Request(url, headers={"Range": f"bytes=-{_BYTES}"})  # noqa: S310 - the scheme was looked at
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same # nosec B310
            end: bytes = answer.read(_BYTES)
    except urllib.error.HTTPError as refused:
        refused.close()
        return []
    except (OSError, http.client.HTTPException, ValueError):
        return []
    if b"\0" in end:
        return []
    lines = (sanitize(line) for line in end.decode(errors="replace").splitlines())
    return [line for line in lines if line][-_LINES:]
