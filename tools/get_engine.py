"""Get a Pulumi engine and print the folder to put first on PATH.

    PATH="$(python tools/get_engine.py):$PATH" pulumi up

PULUMI_GLUE_SESSION_ENGINE selects the engine:

    newest    3.276.0, or a newer 3.x on PATH
    oldest    3.259.0, the oldest supported engine
    (unset)   any supported `pulumi` on PATH, else 3.276.0

The script uses a suitable `pulumi` on PATH, then the per-user cache, then the official download, then a build of the
pinned Go modules in tools/engine. The cache is ${XDG_CACHE_HOME:-~/.cache}/pulumi-glue-session/engine.

Only the folder is printed to stdout. A new engine is renamed into the cache when it is complete.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

ENGINE_MODULES = Path(__file__).resolve().parent / "engine"
SELECT = "PULUMI_GLUE_SESSION_ENGINE"

SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
# Newer versions of the SDK's module do not contain these language hosts. Their dependencies conflict with the engine's.
LANGUAGE_HOSTS = {
    "python": f"{SDK}/python/cmd/pulumi-language-python",
    "nodejs": f"{SDK}/nodejs/cmd/pulumi-language-nodejs",
}
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
PROGRAMS = ("pulumi", *(Path(each).name for each in (*LANGUAGE_HOSTS.values(), *SCRIPTS)))

GO_SETTINGS = {
    "CGO_ENABLED": "0",
    "GOTOOLCHAIN": "local",  # do not download another Go
    "GOWORK": "off",  # ignore a go.work in a parent folder
    "GOOS": "",  # build for this machine
    "GOARCH": "",
}

# A separate process, because PulumiCommand.install can hang.
INSTALL = """
import socket, subprocess, sys
from pulumi.automation import PulumiCommand
from semver import Version
socket.setdefaulttimeout(15)
try:
    PulumiCommand.install(root=sys.argv[1], version=Version.parse(sys.argv[2]))
except subprocess.CalledProcessError as error:
    sys.exit(error.output.decode(errors="replace"))
"""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

DOWNLOAD_SECONDS = 300

INSTALL_YOURSELF = (
    "install Pulumi (https://www.pulumi.com/docs/install/) or OpenTofu (https://opentofu.org/docs/intro/install/)"
)


class EngineError(Exception):
    """No engine is available. The text says what to do."""


@dataclass(frozen=True)
class Release:
    """An engine that can be selected. `module` is its folder in tools/engine."""

    module: str
    version: str
    on_path: str
    """Versions of a `pulumi` on PATH that can be used instead."""


OLDEST = Release("oldest", "3.259.0", "==3.259.0")
NEWEST = Release("newest", "3.276.0", ">=3.276.0,<4")
SELECTED = {"oldest": OLDEST, "newest": NEWEST, "": Release("newest", NEWEST.version, f">={OLDEST.version},<4")}


def get_engine(selected: str) -> Path:
    """Return the folder of the selected engine. Raises EngineError."""
    if selected not in SELECTED:
        raise EngineError(f"{SELECT} is {selected!r}: use oldest or newest, or unset it.")
    release = SELECTED[selected]
    if on_path := shutil.which("pulumi"):
        folder = Path(on_path).absolute().parent
        reason = _unsuitable(folder, release.on_path)
        if not reason:
            return folder
        _print(f"The pulumi on PATH is not used: {reason}.")
    folder = cached("engine", release.version)
    if not _is_complete(folder):
        with lock(folder.parent):
            if not _is_complete(folder):  # another run may have made it in the meantime
                _make(release, folder)
    return folder / "bin"


def _is_complete(folder: Path) -> bool:
    return all((folder / "bin" / name).exists() for name in PROGRAMS)


def cached(kind: str, version: str) -> Path:
    """Return the folder of a program in the cache of the user, whether it exists or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "pulumi-glue-session" / kind
    return cache / f"{version}-{platform.system()}-{platform.machine()}".lower()


def _unsuitable(folder: Path, accepted: str) -> str:
    """Return why the engine in this folder cannot be used, or an empty string."""
    output = _query([str(folder / "pulumi"), "version"], PULUMI_SKIP_UPDATE_CHECK="true")
    try:
        version = Version(output)
    except InvalidVersion:
        return f"`pulumi version` prints {output!r}"
    if version not in SpecifierSet(accepted):
        return f"its version is {version}, but {accepted} is needed"
    search_path = os.pathsep.join([str(folder), os.environ["PATH"]])
    missing = [name for name in PROGRAMS if not shutil.which(name, path=search_path)]
    return f"{', '.join(missing)} is missing" if missing else ""


@contextlib.contextmanager
def lock(folder: Path) -> Generator[None]:
    """Make a folder of the cache, and wait until no other run writes to it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _print("Waiting for another run.")
            fcntl.flock(file, fcntl.LOCK_EX)
        for left_by_killed_run in folder.glob(".work-*"):
            shutil.rmtree(left_by_killed_run, ignore_errors=True)
        yield


def _make(release: Release, folder: Path) -> None:
    """Download or build an engine. The caller holds the lock."""
    with tempfile.TemporaryDirectory(prefix=".work-", dir=folder.parent) as work:
        made = Path(work, "engine")
        if reason := _download(release, made):
            _print(f"The official download of Pulumi {release.version} is not available: {reason}.")
            shutil.rmtree(made, ignore_errors=True)
            _build(release, made / "bin")
        if reason := _unsuitable(made / "bin", f"=={release.version}"):
            raise EngineError(f"The new engine cannot be used: {reason}. Try again, or {INSTALL_YOURSELF}.")
        shutil.rmtree(folder, ignore_errors=True)  # an incomplete one
        made.rename(folder)
    _print(f"Pulumi {release.version} is ready in {folder / 'bin'}.")


def _download(release: Release, folder: Path) -> str:
    """Return why the download failed, or an empty string."""
    command = [sys.executable, "-c", INSTALL, str(folder), release.version]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it took longer than {DOWNLOAD_SECONDS} s"
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def _build(release: Release, folder: Path) -> None:
    module = ENGINE_MODULES / release.module
    go = find_go(module)
    _print(f"Building Pulumi {release.version} from source. This takes 5 to 15 minutes on two cores, once.")
    folder.mkdir(parents=True)
    # Without a version, `pulumi version` prints nothing and the Automation API refuses the engine.
    go_build(go, module, CLI, folder, link=f"-X {SDK}/go/common/version.Version=v{release.version}")
    for language, package in LANGUAGE_HOSTS.items():
        go_build(go, ENGINE_MODULES / language, package, folder)
    listed = json.loads(_query([go, "list", "-C", str(module), "-mod=readonly", "-m", "-json", SDK], **GO_SETTINGS))
    for script in SCRIPTS:
        copy = Path(shutil.copyfile(Path(listed["Dir"], script), folder / Path(script).name))
        copy.chmod(0o755)  # files in the module cache are read-only


def go_build(go: str, module: Path, package: str, folder: Path, *, link: str = "") -> None:
    """Build a program of a Go module into a folder. A signal ends the build. Raises EngineError."""
    command = [go, "build", "-C", str(module), "-mod=readonly", "-trimpath", "-buildvcs=false"]
    command += ["-ldflags", f"-s -w {link}", "-o", f"{folder}/", package]
    env = os.environ | GO_SETTINGS | {"GOTMPDIR": str(folder)}  # removed with the folder if the build is interrupted
    # A signal between the start of the child and the `try` would leave it running.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    # A new session, so that the compilers that `go build` starts can be ended with it.
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise EngineError(f"Building {package} failed. See above, or {INSTALL_YOURSELF}.")


def find_go(module: Path) -> str:
    """Return the `go` on PATH. Raises EngineError if it is too old for the module."""
    go_mod = (module / "go.mod").read_text(encoding="utf-8")
    needed = next(line.removeprefix("go ") for line in go_mod.splitlines() if line.startswith("go "))
    go = shutil.which("go")
    found = re.match(r"go([\d.]+)", _query([go, "env", "GOVERSION"], GOTOOLCHAIN="local")) if go else None
    if go is None or found is None or Version(found[1]) < Version(needed):
        raise EngineError(f"Go {needed} or later is needed for this build: install Go, or {INSTALL_YOURSELF}.")
    return go


def _query(command: list[str], **settings: str) -> str:
    """Return what a short command prints, or an empty string if it fails."""
    env = os.environ | settings
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(get: Callable[[], Path]) -> int:
    """Print the path that `get` returns, or one sentence. Return the exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        print(get())
    except EngineError as error:
        _print(str(error))
        return 1
    except OSError as error:
        _print(f"The cache cannot be used ({error}): set XDG_CACHE_HOME to another folder, or {INSTALL_YOURSELF}.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(lambda: get_engine(os.environ.get(SELECT, ""))))
