"""Get a Pulumi engine for the acceptance tests; print the one folder to put first on PATH.

    PATH="$(python tools/get_engine.py):$PATH" pulumi up

The first of these that works is taken:

1. a suitable `pulumi` on PATH
2. the engine in the per-user cache, made by an earlier run:
   ${XDG_CACHE_HOME:-~/.cache}/pulumi-glue-session/engine/<version>-<os>-<arch>/bin
3. the official download, into that cache
4. a build from the pinned Go modules in tools/engine, into that cache

PULUMI_GLUE_SESSION_ENGINE=path|download|build allows that way alone (1, 3 or 4). What is complete in the cache still
counts for the last two, whichever way made it; to see one of them at work, name an empty XDG_CACHE_HOME.

Rules of this script: stdout has the folder and nothing else, what is said to people goes to stderr. The cache holds
whole engines only: an engine is made in a work folder beside its place, looked at, then renamed. The work folder goes
away whatever happens, an interruption included (a killed run's goes with the next run that makes one), and no child
outlives an interruption. Only the empty `lock` stays: to remove it would let two runs in at once. Exit code 1 comes
with one sentence that says what to do.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NoReturn

from semver import Version

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import FrameType

__all__ = ["GO_SETTINGS", "EngineError", "engine", "find_go", "main", "spell"]

# The oldest engine that the tests ran on, and the one that tools/engine/cli builds.
ENGINE_VERSION = Version(3, 259, 0)

# What the engine starts for a Python program with dynamic resources and for one in JavaScript, from beside itself or from PATH.
COMPANIONS = ("pulumi-language-nodejs", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")

ENGINE_MODULES = Path(__file__).resolve().parent / "engine"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
PYTHON_HOST = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
NODEJS_HOST = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
SDK = "github.com/pulumi/pulumi/sdk/v3"
# Scripts that the SDK's module carries as they are.
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")

GO_SETTINGS = {
    "CGO_ENABLED": "0",  # no C compiler needed
    "GOTOOLCHAIN": "local",  # never fetch another Go: ours is new enough
    "GOWORK": "off",  # a go.work in some folder above must not join in
    "GOOS": "",  # for this machine, whatever is set
    "GOARCH": "",
}

# In a process of its own: PulumiCommand.install knows no time limit. When it fails, its installer says why.
INSTALL = """
import subprocess, sys
from pulumi.automation import PulumiCommand
from semver import Version
try:
    PulumiCommand.install(root=sys.argv[1], version=Version.parse(sys.argv[2]))
except subprocess.CalledProcessError as error:
    sys.exit(error.output.decode(errors="replace"))
"""

WAY = "PULUMI_GLUE_SESSION_ENGINE"
INSTALL_PULUMI = "install Pulumi (https://www.pulumi.com/docs/install/)"
AGAIN = "and run the same command again"

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, a closed terminal.

ANSWER_SECONDS = 15.0  # A host in reach answers in one or two; a connection that a filter drops would hang for minutes.
DOWNLOAD_SECONDS = 300.0  # The build takes about as long, so waiting longer is no gain.
QUESTION_SECONDS = 30.0  # For `pulumi version` and the like, which answer at once.
STILL_SECONDS = 30.0  # Silence longer than this looks like a hang.
END_SECONDS = 1.0  # Killed processes are gone in milliseconds; a zombie that nobody reaps must not hold us.
LAST_LINES = 20  # Of a failed build: enough for what the compiler says, short enough to fit a screen.


class EngineError(Exception):
    """No engine can be had; the text is the one sentence for the person."""


def engine(way: str = "") -> Path:
    """Return the folder of a suitable `pulumi`; make one when there is none."""
    if way not in {"", "path", "download", "build"}:
        msg = f"{WAY} is {way!r}, which is none of path, download and build: correct it or unset it, {AGAIN}."
        raise EngineError(msg)
    on_path = _on_path() if way in {"", "path"} else f"{WAY} is {way}"
    if isinstance(on_path, Path):
        return on_path
    if way == "path":
        msg = f"{on_path}: {INSTALL_PULUMI} {AGAIN}."
        raise EngineError(msg)
    home = _cache() / f"{ENGINE_VERSION}-{platform.system()}-{platform.machine()}".lower()
    if _lacks(home / "bin"):
        with _alone(home.parent):
            if _lacks(home / "bin"):  # The run that we waited for may have made it.
                _make(home, way=way, on_path=on_path)
    if not way and shutil.which("pulumi"):
        _say(f"{on_path}; using {home / 'bin'} instead.")
    return home / "bin"


def _on_path() -> Path | str:
    """Return the folder of the `pulumi` on PATH, or why that one does not do."""
    command = shutil.which("pulumi")
    if command is None:
        return "Pulumi is not installed"
    folder = Path(command).absolute().parent
    version = _pulumi_version(folder / "pulumi")
    # The Automation API refuses an engine of another major version.
    if version is None or version < ENGINE_VERSION or version.major != ENGINE_VERSION.major:
        needed = f"{ENGINE_VERSION} or a newer {ENGINE_VERSION.major}.x"
        return f"Pulumi on PATH is {version or 'of an unknown version'} but {needed} is needed"
    missing = _lacks(folder, path=os.environ.get("PATH", os.defpath))
    return f"Pulumi on PATH comes without {missing}" if missing else folder


def _pulumi_version(command: Path) -> Version | None:
    try:
        return Version.parse(_ask([str(command), "version"], PULUMI_SKIP_UPDATE_CHECK="true").removeprefix("v"))
    except ValueError:
        return None


def _lacks(folder: Path, *, path: str | None = None) -> str:
    """Name the programs that are not in the folder, empty when it is complete; the companions may be on the path."""
    places = os.pathsep.join(filter(None, (str(folder), path)))
    programs = {"pulumi": str(folder)} | dict.fromkeys(COMPANIONS, places)
    return ", ".join(name for name, where in programs.items() if not shutil.which(name, path=where))


def _cache() -> Path:
    # The XDG specification says that a relative path there is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "pulumi-glue-session" / "engine"


@contextlib.contextmanager
def _alone(cache: Path) -> Generator[None]:
    """Hold the cache's lock, which the system takes back even from a killed run."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another run that is already building")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(home: Path, *, way: str, on_path: str) -> None:
    """Make a complete engine at `home`, or nothing. The caller holds the lock."""
    started = time.monotonic()
    # Only the holder of the lock has a work folder, so these were left by killed runs, however young they are.
    for left in home.parent.glob(".work-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=home.parent) as name:
        work = Path(name)
        (work / "tmp").mkdir()
        refusal = "was not asked for" if way == "build" else _download(work)
        if refusal and way == "download":
            msg = f"The official download is out of reach here ({refusal}): {INSTALL_PULUMI} {AGAIN}."
            raise EngineError(msg)
        if refusal:
            go = find_go()
            if go is None:
                tried = "" if way == "build" else f"{on_path}, its download is out of reach ({refusal})"
                raise EngineError(_without_go(tried))
            why = "" if way == "build" else f"The official download is out of reach here ({refusal}); "
            _say(f"{why}building from source{' instead' if why else ''}, about five minutes on two cores, once.")
            _build(work, go=go)
        # It may be there without one of its programs; only an empty folder can be renamed over.
        shutil.rmtree(home, ignore_errors=True)
        (work / "engine").rename(home)
    _say(f"Pulumi {ENGINE_VERSION} is ready in {home / 'bin'} (after {spell(time.monotonic() - started)}).")


def _download(work: Path) -> str:
    """Run the official installer; return why there is no engine afterwards, empty when there is one."""
    if refusal := _out_of_reach():
        return refusal
    _say(f"downloading Pulumi {ENGINE_VERSION}, up to {spell(DOWNLOAD_SECONDS)}, once")
    command = [sys.executable, "-c", INSTALL, str(work / "engine"), str(ENGINE_VERSION)]
    try:
        code, output = _run(command, work=work, doing="downloading", limit=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired:
        refusal = f"not done within {spell(DOWNLOAD_SECONDS)}"
    else:
        last = output[-1] if output else f"exit code {code}"
        refusal = last if code else _unfit(work / "engine" / "bin")
    if refusal:
        shutil.rmtree(work / "engine", ignore_errors=True)
    return refusal


def _out_of_reach() -> str:
    """Return why the host of the official download does not answer, empty when it does.

    In a thread of its own, because looking up a name knows no time limit.
    """
    answer = SimpleQueue[str]()

    def knock() -> None:
        try:
            # The address that PulumiCommand.install asks first; urllib, as there, so that the same proxy settings hold.
            urllib.request.urlopen("https://get.pulumi.com/install.sh", timeout=ANSWER_SECONDS).close()  # nosec B310
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)  # urllib wraps what the socket said
            answer.put(str(getattr(reason, "strerror", None) or reason or type(error).__name__))
        else:
            answer.put("")

    threading.Thread(target=knock, daemon=True).start()
    try:
        return answer.get(timeout=ANSWER_SECONDS)
    except Empty:
        return f"no answer within {spell(ANSWER_SECONDS)}"


def find_go() -> str | None:
    """Return the `go` on PATH when it is new enough for the module of the engine."""
    go = shutil.which("go")
    if go is None:
        return None
    found = re.match(r"go(\d[\d.]*)", _ask([go, "env", "GOVERSION"], GOTOOLCHAIN="local"))
    if found is None:
        return None
    version = Version.parse(found[1], optional_minor_and_patch=True)  # Go's first release of a line is "1.26"
    return go if version >= Version.parse(_go_needed()) else None


def _go_needed() -> str:
    lines = (ENGINE_MODULES / "cli" / "go.mod").read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("go ") for line in lines if line.startswith("go "))


def _without_go(tried: str) -> str:
    go = f"Go {_go_needed()} or newer, needed to build"
    if not tried:
        return f"{go} Pulumi, was not found: install Go {AGAIN}."
    return f"{tried} and {go} it, was not found: {INSTALL_PULUMI} or Go, {AGAIN}."


def _build(work: Path, *, go: str) -> None:
    """Build into work/engine/bin: the engine and its language hosts each from a main module, for their needs clash."""
    bin_ = work / "engine" / "bin"
    bin_.mkdir(parents=True)
    # Without the version at link time `pulumi version` is empty, and the Automation API refuses that.
    link = f"-s -w -X {SDK}/go/common/version.Version=v{ENGINE_VERSION}"
    for module, package, flags in (("cli", CLI, link), ("python", PYTHON_HOST, "-s -w"), ("nodejs", NODEJS_HOST, "-s -w")):
        command = [go, "build", "-C", str(ENGINE_MODULES / module), "-mod=readonly", "-trimpath", "-buildvcs=false"]
        command += ["-ldflags", flags, "-o", f"{bin_}/", package]
        code, output = _run(command, work=work, doing="building", settings=GO_SETTINGS)
        if code:
            _say("\n".join(output[-LAST_LINES:]))
            msg = f"Building {package} failed, its last words are above: {INSTALL_PULUMI} or repair that, {AGAIN}."
            raise EngineError(msg)
    where = [go, "list", "-C", str(ENGINE_MODULES / "cli"), "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK]
    sources = Path(_ask(where, **GO_SETTINGS))
    for script in SCRIPTS:
        copy = Path(shutil.copyfile(sources / script, bin_ / Path(script).name))
        copy.chmod(0o755)  # The module cache has them read-only.
    if unfit := _unfit(bin_):
        msg = f"The engine built from source is unfit ({unfit}): {INSTALL_PULUMI} {AGAIN}."
        raise EngineError(msg)


def _unfit(folder: Path) -> str:
    """Return what is wrong with an engine just made, empty when nothing is."""
    if missing := _lacks(folder):
        return f"without {missing}"
    version = _pulumi_version(folder / "pulumi")
    return "" if version == ENGINE_VERSION else f"`pulumi version` gives {version}, not {ENGINE_VERSION}"


def _ask(command: list[str], **settings: str) -> str:
    """Return what a command that answers at once prints, empty when it fails."""
    try:
        answer = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=QUESTION_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if answer.returncode else answer.stdout.strip()


def _run(
    command: list[str], *, work: Path, doing: str, limit: float = math.inf, settings: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """Run a command that takes long, telling so; return its exit code and its lines.

    Raises `subprocess.TimeoutExpired` at its limit in seconds.
    """
    # Temporary files of the child go away with the work folder, also when the child is killed.
    environment = os.environ | {"TMPDIR": str(work / "tmp")} | dict(settings or {})
    with (work / "log").open("w+", encoding="utf-8", errors="replace") as log:
        # A stop that comes while a child is being made would leave it to nobody, so it is held back until there is one to end.
        came: list[int] = []
        held = _hold_stops(came)
        try:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        except OSError:
            _release_stops(held, came)
            raise
        try:
            _release_stops(held, came)
            code = _watch(process, doing=doing, limit=limit)
        except BaseException:
            _end(process)
            raise
        log.seek(0)
        return code, [line for line in log.read().splitlines() if line.strip()]


def _watch(process: subprocess.Popen[bytes], *, doing: str, limit: float) -> int:
    """Wait for a child and return its exit code, saying now and then how long it has been."""
    started = time.monotonic()
    while True:
        left = limit - (time.monotonic() - started)
        try:
            return process.wait(timeout=min(STILL_SECONDS, max(left, 0)))
        except subprocess.TimeoutExpired:
            if left <= STILL_SECONDS:
                raise
            _say(f"still {doing} ({spell(time.monotonic() - started)})")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a child with all that it started (`go build` runs compilers), and see that none is left to write."""
    patience = time.monotonic() + END_SECONDS
    with contextlib.suppress(ProcessLookupError, PermissionError):  # no such group; on macOS, a group of zombies
        while time.monotonic() < patience:
            os.killpg(process.pid, signal.SIGKILL)
            process.poll()
            time.sleep(0.02)
    process.wait()


def spell(seconds: float) -> str:
    """Write a time as people say it: 1 min 30 s."""
    minutes, rest = divmod(round(seconds), 60)
    return " ".join(part for part in (minutes and f"{minutes} min", (rest or not minutes) and f"{rest} s") if part)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    for other in STOPS:
        signal.signal(other, signal.SIG_IGN)  # A second Ctrl-C must not cut the tidying short; it takes a moment.
    raise KeyboardInterrupt(number)


def _hold_stops(came: list[int]) -> list[signal.Signals]:
    held = [stop for stop in STOPS if signal.getsignal(stop) is _stop]
    for stop in held:
        signal.signal(stop, lambda number, _frame: came.append(number))
    return held


def _release_stops(held: list[signal.Signals], came: list[int]) -> None:
    for stop in held:
        signal.signal(stop, _stop)
    if came:
        _stop(came[0], None)


def main() -> int:
    """Print the folder; return the exit code."""
    try:
        folder = engine(os.environ.get(WAY, ""))
    except EngineError as error:
        _say(str(error))
        return 1
    except OSError as error:  # A cache that is read-only, a disk that is full.
        remedy = f"{INSTALL_PULUMI} or point XDG_CACHE_HOME to another place, {AGAIN}"
        _say(f"Pulumi can't be put into {_cache()} ({error}): {remedy}.")
        return 1
    except KeyboardInterrupt as stopped:
        _say("Interrupted; nothing half-made is left behind.")
        return 128 + int(stopped.args[0])
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    for stop in STOPS:
        if signal.getsignal(stop) is not signal.SIG_IGN:  # What nohup or a background job ignores stays ignored.
            signal.signal(stop, _stop)
    sys.exit(main())
