"""A minimal language host for compiled Go programs: the Go module proxy does not serve Pulumi's own.

The engine starts it as `pulumi-language-go`. It runs the program named by GO_PROGRAM.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

Base: Any = language_pb2_grpc.LanguageRuntimeServicer


class Host(Base):  # type: ignore[misc]
    """Runs the program with the environment variables that Pulumi's Go SDK reads."""

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - names of the protocol
        """Version of the host."""
        return plugin_pb2.PluginInfo(version="3.0.0")

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """No packages: the test puts the plugin on PATH."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """No plugins, as above."""
        return language_pb2.GetRequiredPluginsResponse()

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing to do: the engine ends this process."""
        return empty_pb2.Empty()

    def Run(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Run the program."""
        env = {
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            "PULUMI_DRY_RUN": str(request.dryRun).lower(),
            "PULUMI_PARALLEL": str(request.parallel),
            "PULUMI_MONITOR": request.monitor_address,
            "PULUMI_ENGINE": self._engine,
        }
        code = subprocess.run([os.environ["GO_PROGRAM"]], env=os.environ | env, check=False).returncode  # noqa: S603
        return language_pb2.RunResponse(error="" if code == 0 else f"exit code {code}")


def main() -> None:
    """Serve on a free port and print it."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    add: Any = language_pb2_grpc.add_LanguageRuntimeServicer_to_server
    add(Host(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201
    server.wait_for_termination()


if __name__ == "__main__":
    main()
