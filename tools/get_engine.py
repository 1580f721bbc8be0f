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
import time
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn

from semver import Version

ENGINE_MODULES = Path(__file__).resolve().parent / "engine"
SELECT = "PULUMI_GLUE_SESSION_ENGINE"

PROGRAMS = (
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)

SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
# Newer versions of the SDK's module do not contain these language hosts. Their dependencies conflict with the engine's.
LANGUAGE_HOSTS = {
    "python": f"{SDK}/python/cmd/pulumi-language-python",
    "nodejs": f"{SDK}/nodejs/cmd/pulumi-language-nodejs",
}
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")

GO_SETTINGS = {
    "CGO_ENABLED": "0",
    "GOTOOLCHAIN": "local",  # do not download another Go
    "GOWORK": "off",  # ignore a go.work in a parent folder
    "GOOS": "",  # build for this machine
    "GOARCH": "",
}

# A separate process, because PulumiCommand.install has no timeout.
INSTALL = """
import subprocess, sys
from pulumi.automation import PulumiCommand
from semver import Version
try:
    PulumiCommand.install(root=sys.argv[1], version=Version.parse(sys.argv[2]))
except subprocess.CalledProcessError as error:
    sys.exit(error.output.decode(errors="replace"))
"""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

PROBE_SECONDS = 15
DOWNLOAD_SECONDS = 300
QUERY_SECONDS = 30
PROGRESS_SECONDS = 30.0

INSTALL_PULUMI = "install Pulumi (https://www.pulumi.com/docs/install/)"


class EngineError(Exception):
    """No engine is available. The text says what to do."""


@dataclass(frozen=True)
class Release:
    """A pinned engine. `module` is its folder in tools/engine."""

    module: str
    version: Version
    exactly: bool = False

    def accepts(self, version: Version) -> bool:
        """Whether a `pulumi` of this version on PATH can be used instead."""
        if self.exactly:
            return version == self.version
        return self.version <= version < Version(4)  # the Automation API refuses another major version


OLDEST = Release("oldest", Version(3, 259, 0), exactly=True)
NEWEST = Release("newest", Version(3, 276, 0))
DEFAULT = NEWEST


def get_engine(selected: str) -> Path:
    """Return the folder of the selected engine. Raises EngineError."""
    releases = {"": DEFAULT, "oldest": OLDEST, "newest": NEWEST}
    if selected not in releases:
        raise EngineError(f"{SELECT} is {selected!r}: use oldest or newest, or unset it.")
    release = releases[selected]
    accepted = release if selected else Release(release.module, OLDEST.version)
    on_path = shutil.which("pulumi")
    if on_path:
        reason = _unsuitable(Path(on_path).absolute().parent, accepted, search_path=os.environ["PATH"])
        if not reason:
            return Path(on_path).absolute().parent
        _print(f"The pulumi on PATH is not used: {reason}.")
    folder = cache() / f"{release.version}-{platform.system()}-{platform.machine()}".lower()
    if _missing(folder / "bin"):
        with _lock(folder.parent):
            # Another run may have made it in the meantime.
            if _missing(folder / "bin"):
                _make(release, folder)
    return folder / "bin"


def cache() -> Path:
    """Return the folder of the cached engines."""
    # The XDG specification says to ignore a relative path.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "pulumi-glue-session" / "engine"


def _unsuitable(folder: Path, release: Release, *, search_path: str = "") -> str:
    """Return why the engine in this folder cannot be used, or an empty string."""
    output = _query([str(folder / "pulumi"), "version"], PULUMI_SKIP_UPDATE_CHECK="true")
    try:
        version = Version.parse(output.removeprefix("v"))
    except ValueError:
        return f"`pulumi version` prints {output!r}"
    if not release.accepts(version):
        needed = f"{release.version}" if release.exactly else f"{release.version} or a later 3.x"
        return f"its version is {version}, but {needed} is needed"
    missing = _missing(folder, search_path=search_path)
    return f"{missing} is missing" if missing else ""


def _missing(folder: Path, *, search_path: str = "") -> str:
    path = os.pathsep.join(filter(None, (str(folder), search_path)))
    return ", ".join(name for name in PROGRAMS if not shutil.which(name, path=path))


@contextlib.contextmanager
def _lock(folder: Path) -> Generator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _print("Waiting for another run that makes an engine.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(release: Release, folder: Path) -> None:
    """Download or build an engine. The caller holds the lock."""
    started = time.monotonic()
    for left_by_killed_run in folder.parent.glob(".work-*"):
        shutil.rmtree(left_by_killed_run, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=folder.parent) as work:
        made = Path(work, "engine")
        try:
            _download(release, made)
        except EngineError as error:
            _print(f"The official download of Pulumi {release.version} is not available: {error}.")
            shutil.rmtree(made, ignore_errors=True)
            _build(release, made / "bin")
        if reason := _unsuitable(made / "bin", Release(release.module, release.version, exactly=True)):
            raise EngineError(f"The new engine cannot be used: {reason}. Try again, or {INSTALL_PULUMI}.")
        shutil.rmtree(folder, ignore_errors=True)  # an incomplete one
        made.rename(folder)
    _print(f"Pulumi {release.version} is ready in {folder / 'bin'} after {time.monotonic() - started:.0f} s.")


def _download(release: Release, folder: Path) -> None:
    try:
        # The address that PulumiCommand.install requests first. urllib uses the same proxy settings.
        urllib.request.urlopen("https://get.pulumi.com/install.sh", timeout=PROBE_SECONDS).close()  # nosec B310
    except (OSError, HTTPException) as error:
        raise EngineError(str(getattr(error, "reason", error))) from error
    _print(f"Downloading Pulumi {release.version}.")
    command = [sys.executable, "-c", INSTALL, str(folder), str(release.version)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"it took longer than {DOWNLOAD_SECONDS} s") from error
    if done.returncode:
        raise EngineError(done.stderr.strip().rpartition("\n")[2])


def _build(release: Release, folder: Path) -> None:
    module = ENGINE_MODULES / release.module
    go = find_go(module)
    _print(f"Building Pulumi {release.version} from source. This takes 5 to 15 minutes on two cores, once.")
    folder.mkdir(parents=True)
    # Without a version, `pulumi version` prints nothing and the Automation API refuses the engine.
    link = f"-s -w -X {SDK}/go/common/version.Version=v{release.version}"
    _go_build(go, module, CLI, folder, link=link)
    for language, package in LANGUAGE_HOSTS.items():
        _go_build(go, ENGINE_MODULES / language, package, folder, link="-s -w")
    listed = json.loads(_query([go, "list", "-C", str(module), "-mod=readonly", "-m", "-json", SDK], **GO_SETTINGS))
    for script in SCRIPTS:
        copy = Path(shutil.copyfile(Path(listed["Dir"], script), folder / Path(script).name))
        copy.chmod(0o755)  # files in the module cache are read-only


def _go_build(go: str, module: Path, package: str, folder: Path, *, link: str) -> None:
    command = [go, "build", "-C", str(module), "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", link]
    command += ["-o", f"{folder}/", package]
    env = os.environ | GO_SETTINGS | {"GOTMPDIR": str(folder)}  # removed with the folder if the build is interrupted
    # A signal between the start of the child and the `try` would leave it running.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    # A new session, so that the compilers that `go build` starts can be ended with it.
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        started = time.monotonic()
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = process.wait(timeout=PROGRESS_SECONDS)
                    break
                _print(f"Still building ({time.monotonic() - started:.0f} s).")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if code:
        raise EngineError(f"Building {package} failed. See above, or {INSTALL_PULUMI}.")


def find_go(module: Path) -> str:
    """Return the `go` on PATH. Raises EngineError if it is too old for the module."""
    go_mod = (module / "go.mod").read_text(encoding="utf-8")
    needed = next(line.removeprefix("go ") for line in go_mod.splitlines() if line.startswith("go "))
    go = shutil.which("go")
    found = re.match(r"go([\d.]+)", _query([go, "env", "GOVERSION"], GOTOOLCHAIN="local")) if go else None
    if go is None or found is None or _go_version(found[1]) < _go_version(needed):
        raise EngineError(f"Go {needed} or later is needed to build Pulumi: {INSTALL_PULUMI} or Go, and try again.")
    return go


def _go_version(text: str) -> Version:
    return Version.parse(text, optional_minor_and_patch=True)  # "1.26" is the first release of a line


def _query(command: list[str], **settings: str) -> str:
    """Return what a short command prints, or an empty string if it fails."""
    env = os.environ | settings
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=QUERY_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _terminate(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def main() -> int:
    """Print the folder and return the exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        print(get_engine(os.environ.get(SELECT, "")))
    except EngineError as error:
        _print(str(error))
        return 1
    except OSError as error:
        _print(f"{cache()} cannot be used ({error}): {INSTALL_PULUMI}, or set XDG_CACHE_HOME to another folder.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
