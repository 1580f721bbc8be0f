"""The provider's process: handshake, TLS and gRPC as Terraform uses them."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import signal
import ssl
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from pulumi_glue_session.terraform import server
from pulumi_glue_session.terraform.protocol import ERROR, MAGIC_COOKIE, MESSAGES, SERVICE
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always
from support.terraform_process import TerraformProcess
from support.terraform_provider import TYPE, summaries

_COMMAND = [sys.executable, "-m", "pulumi_glue_session.terraform"]


async def _first_line(capsys: pytest.CaptureFixture[str]) -> str:
    while not (line := capsys.readouterr().out):  # noqa: ASYNC110 - a line of output sets no event
        await asyncio.sleep(0.01)
    return line


def test_handshake_call_and_shutdown(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> tuple[str, int, Any]:
        serving = asyncio.ensure_future(server.serve())
        line = (await _first_line(capsys)).strip()
        address, certificate = line.split("|")[3], line.split("|")[5]
        pem = ssl.DER_cert_to_PEM_cert(base64.b64decode(certificate + "=" * (-len(certificate) % 4)))
        permissions = stat.S_IMODE(Path(address).parent.stat().st_mode)
        options = [("grpc.ssl_target_name_override", "localhost")]
        credentials = grpc.ssl_channel_credentials(pem.encode())
        opened: Any = grpc.aio.secure_channel(f"unix://{address}", credentials, options=options)
        async with opened as channel:
            schema: Any = channel.unary_unary(
                f"/{SERVICE}/GetProviderSchema", response_deserializer=MESSAGES["GetProviderSchemaResponse"].FromString
            )
            output = channel.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"")
            answer = await schema(b"")
            await channel.unary_unary("/plugin.GRPCController/Shutdown")(b"")
            output.cancel()
        await serving
        return line, permissions, answer

    line, permissions, answer = asyncio.run(run())

    assert line.startswith("1|6|unix|/")
    assert 0o700 == permissions
    assert ["gluesession_session"] == [each.key for each in answer.resource_schemas]


def test_log_lines_have_a_level(capsys: pytest.CaptureFixture[str]) -> None:
    server.log("info", "analytics is PROVISIONING")

    assert '{"@level": "info", "@message": "analytics is PROVISIONING", "@timestamp": "' in capsys.readouterr().err


def test_started_by_hand_it_explains_itself() -> None:
    done = subprocess.run(_COMMAND, capture_output=True, text=True, check=False)

    assert (1, "") == (done.returncode, done.stdout)
    assert "glue-session terraform install" in done.stderr


def test_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(*MAGIC_COOKIE)
    monkeypatch.setattr("pulumi_glue_session.terraform.server.find_spec", lambda name: None if name == "msgpack" else 1)

    with pytest.raises(SystemExit, match="1"):
        server.main()

    assert "needs msgpack: run pip install" in capsys.readouterr().out


def test_process_ends_with_its_parent() -> None:
    script = f"import subprocess; subprocess.Popen({_COMMAND!r}, stdout=subprocess.PIPE).stdout.readline()"
    environment = {**os.environ, MAGIC_COOKIE[0]: MAGIC_COOKIE[1]}

    # Standard error is inherited by the provider, so the pipe ends when the provider has ended.
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE, text=True, check=True
    )

    assert "" == done.stderr


def test_ctrl_c_ends_a_wait_without_a_call_of_terraform() -> None:
    """In the plan of `terraform apply`, Terraform does not call StopProvider. A terminal signals all processes."""
    with GlueEndpoint() as glue, TerraformProcess(aws_environment(glue.url)) as provider, ThreadPoolExecutor() as pool:
        glue.put("analytics", always("PROVISIONING"))
        provider.call("ConfigureProvider", config={})
        config = {"session_id": "analytics", "wait_for": ["READY"]}
        answer = pool.submit(provider.call, "ReadDataSource", type_name=TYPE, config=config)
        assert "PROVISIONING" in (provider.process.stderr or io.StringIO()).readline()

        provider.process.send_signal(signal.SIGINT)

        assert [(ERROR, "Interrupted while reading Glue sessions")] == summaries(answer.result())
