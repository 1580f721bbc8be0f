"""The process of the provider for Terraform, started and called as Terraform does: handshake, TLS and gRPC."""

from __future__ import annotations

import base64
import ssl
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from pulumi_glue_session.terraform.protocol import MAGIC_COOKIE, MESSAGES, METHODS, SERVICE
from support.terraform_provider import Terraform

# Loaded by name this untyped module is `Any` for every type checker.
_grpc: Any = import_module("grpc")


class TerraformProcess:
    """`python -m pulumi_glue_session.terraform` while the `with` block lasts, in a process group of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        name, value = MAGIC_COOKIE
        self._environment = {**environment, name: value}

    def __enter__(self) -> Self:
        """Start the process and connect to it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pulumi_glue_session.terraform"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        *_, address, _, certificate = self.process.stdout.readline().strip().split("|")
        self.folder = Path(address).parent
        pem = ssl.DER_cert_to_PEM_cert(base64.b64decode(certificate + "=" * (-len(certificate) % 4)))
        self._channel = _grpc.secure_channel(
            f"unix://{address}",
            _grpc.ssl_channel_credentials(pem.encode()),
            options=[("grpc.ssl_target_name_override", "localhost")],
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._channel.close()
        self.process.terminate()
        self.process.communicate()

    def call(self, method: str, **fields: Any) -> Any:
        """Answer of one call. Raises grpc.RpcError if the process ends during it."""
        response = MESSAGES[METHODS[method][1]]
        stub = self._channel.unary_unary(f"/{SERVICE}/{method}", response_deserializer=response.FromString)
        return stub(Terraform.request(method, **fields).SerializeToString(), wait_for_ready=True)
