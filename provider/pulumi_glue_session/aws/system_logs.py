"""Reads the end of a log file behind a URL. The URL grants access to the file, so it never appears in a message."""

from __future__ import annotations

import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO

from pulumi_glue_session.core.messages import sanitize

_LINES = 20
"""These fit a terminal together with the error message."""

_TAIL_BYTES = 65_536

_MAX_BYTES = 64 * 1_048_576
"""Read at most from a server that ignores the Range header and sends the file from its start."""

_CHUNK_BYTES = 262_144

_SECONDS = 10


def read_log_tail(url: str, *, ca_bundle: str | None = None, proxies: Mapping[str, str] | None = None) -> list[str]:
    """Last lines of the file, or one line that says why there are none.

    `proxies` by scheme and `ca_bundle` have priority over `HTTPS_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE`, as in boto3.
    """
    if not url.startswith(("https://", "http://")):
        return ["No system logs: Glue returned no URL for them."]
    try:
        request = urllib.request.Request(url, headers={"Range": f"bytes=-{_TAIL_BYTES}"})  # noqa: S310 - checked above
        with _opener(ca_bundle, proxies).open(request, timeout=_SECONDS) as response:
            tail, is_end = _read_tail(response)
    except urllib.error.HTTPError as error:
        error.close()
        return [
            f"No system logs: the server answered HTTP {error.code} {sanitize(str(error.reason))}.".replace(" .", ".")
        ]
    except (OSError, http.client.HTTPException, ValueError) as error:
        return [f"No system logs: {_describe(error)}."]
    if not is_end:
        return [f"No system logs: the file is over {_MAX_BYTES // 1_048_576} MiB, and the server cannot send its end."]
    if b"\0" in tail:
        return ["No system logs: the file is not a text file."]
    lines = [line for line in map(sanitize, tail.decode(errors="replace").splitlines()) if line]
    return lines[-_LINES:] or ["No system logs: the file is empty."]


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses redirects from https to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.startswith("https://"):
            raise _InsecureRedirectError
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _InsecureRedirectError(OSError):
    """The server redirects from https to http."""


def _opener(ca_bundle: str | None, proxies: Mapping[str, str] | None) -> urllib.request.OpenerDirector:
    context = ssl.create_default_context(cafile=ca_bundle or os.environ.get("AWS_CA_BUNDLE") or None)
    return urllib.request.build_opener(
        urllib.request.ProxyHandler(None if proxies is None else dict(proxies)),
        urllib.request.HTTPSHandler(context=context),
        _SecureRedirects(),
    )


def _read_tail(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    """Last bytes of the response, and whether they are its end."""
    tail, size = b"", 0
    while chunk := response.read(_CHUNK_BYTES):
        tail = (tail + chunk)[-_TAIL_BYTES:]
        size += len(chunk)
        if size > _MAX_BYTES:
            return tail, False
    return tail, True


def _describe(error: Exception) -> str:
    # URLError wraps the cause. Texts of other errors can contain the URL.
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, _InsecureRedirectError):
        return "the server redirects from https to http"
    if isinstance(cause, ssl.SSLError):
        return f"the certificate of the server is not accepted ({sanitize(cause.reason or 'TLS error')})"
    if isinstance(cause, TimeoutError):
        return f"the server did not answer within {_SECONDS}s"
    if isinstance(cause, OSError) and cause.strerror:
        return f"the server could not be reached ({sanitize(cause.strerror)})"
    return f"the answer of the server could not be read ({type(cause).__name__})"
