"""What `tools/get_engine.py` takes, makes, says and leaves behind.

Shell scripts stand in for `pulumi` and `go`; nothing is downloaded or built.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

import get_engine

SCRIPT = Path(get_engine.__file__)
PROGRAMS = ("pulumi", "pulumi-language-nodejs", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
AGAIN = "and run the same command again"
ADVICE = "install Pulumi (https://www.pulumi.com/docs/install/)"

# Answers as `go` does; `build` writes a program that prints the version that was asked for.
GO = r"""
PATH=/usr/bin:/bin
case "$1" in
env) echo go1.99.0 ;;
list) echo "$MODULE" ;;
build)
    while [ "$1" != -o ]; do shift; done
    name="$2${3##*/}"
    printf '#!/bin/sh\necho v3.259.0\n' >"$name"
    chmod +x "$name"
    ;;
esac
"""
# A build that has begun to write, started a compiler and will not end by itself; both keep the pipe open.
ENDLESS_GO = r"""
PATH=/usr/bin:/bin
case "$1" in
env) echo go1.99.0 ;;
build)
    while [ "$1" != -o ]; do shift; done
    echo half >"$2/pulumi"
    exec 3>"$PIPE"
    sleep 600 &
    echo started >&3
    wait
    ;;
esac
"""


def program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def install(folder: Path, version: str) -> None:
    """Put in place what looks like a whole engine of that version."""
    for name in PROGRAMS:
        program(folder, name, f"echo {version}")


@dataclass(frozen=True)
class Machine:
    """The only folder on PATH, and the cache."""

    path: Path
    cache: Path

    @property
    def home(self) -> Path:
        system = os.uname()
        return self.cache / f"3.259.0-{system.sysname}-{system.machine}".lower()

    def left(self) -> list[str]:
        """What the cache holds, by path."""
        return sorted(str(file.relative_to(self.cache)) for file in self.cache.rglob("*"))

    def left_whole(self) -> list[str]:
        """What it holds after a run that made an engine."""
        name = self.home.name
        return sorted([name, f"{name}/bin", *(f"{name}/bin/{program}" for program in PROGRAMS), "lock"])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing on PATH, an empty cache and no network."""

    def refuse(*_: object) -> NoReturn:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("PULUMI_GLUE_SESSION_ENGINE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    module = tmp_path / "module"
    program(module / "python" / "cmd", "pulumi-language-python-exec", "")
    program(module / "python" / "dist", "pulumi-resource-pulumi-python", "")
    monkeypatch.setenv("MODULE", str(module))
    (tmp_path / "path").mkdir()
    return Machine(path=tmp_path / "path", cache=tmp_path / "cache" / "pulumi-glue-session" / "engine")


@pytest.mark.parametrize("version", ["v3.259.0", "3.259.0", "v3.259.1", "v3.300.0"])
def test_a_suitable_pulumi_on_path_is_used(version: str, machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    install(machine.path, version)

    assert get_engine.main() == 0
    assert capsys.readouterr() == (f"{machine.path}\n", "")
    assert not machine.cache.exists()


@pytest.mark.parametrize(
    ("version", "named"),
    [
        ("v3.258.9", "3.258.9"),
        ("v3.9.0", "3.9.0"),
        ("v4.0.0", "4.0.0"),
        ("", "of an unknown version"),
        ("nonsense", "of an unknown version"),
    ],
)
def test_a_pulumi_of_another_age_is_not_used(
    version: str, named: str, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULUMI_GLUE_SESSION_ENGINE", "path")
    install(machine.path, version)
    sentence = f"Pulumi on PATH is {named} but 3.259.0 or a newer 3.x is needed: {ADVICE} {AGAIN}.\n"

    assert get_engine.main() == 1
    assert capsys.readouterr() == ("", sentence)


def test_a_pulumi_that_fails_is_not_used(machine: Machine) -> None:
    install(machine.path, "v3.259.0")
    program(machine.path, "pulumi", "echo v3.259.0; exit 1")

    with pytest.raises(get_engine.EngineError, match=r"^Pulumi on PATH is of an unknown version but"):
        get_engine.engine("path")


def test_a_pulumi_without_its_language_host_is_not_used(machine: Machine) -> None:
    program(machine.path, "pulumi", "echo v3.259.0")
    sentence = (
        "Pulumi on PATH comes without pulumi-language-nodejs, pulumi-language-python, pulumi-language-python-exec, "
        f"pulumi-resource-pulumi-python: {ADVICE} {AGAIN}."
    )

    with pytest.raises(get_engine.EngineError, match=f"^{re.escape(sentence)}$"):
        get_engine.engine("path")


def test_the_language_host_may_be_elsewhere_on_path(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(tmp_path / "other", "v3.259.0")
    program(machine.path, "pulumi", "echo v3.259.0")
    monkeypatch.setenv("PATH", f"{machine.path}{os.pathsep}{tmp_path / 'other'}")

    assert get_engine.engine() == machine.path


def test_a_complete_cache_is_used_without_calling_go(machine: Machine, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    program(machine.path, "go", f": >{tmp_path / 'called'}")
    install(machine.home / "bin", "v3.259.0")

    assert get_engine.main() == 0
    assert capsys.readouterr() == (f"{machine.home / 'bin'}\n", "")
    assert not (tmp_path / "called").exists()


def test_it_is_said_when_the_cache_stands_in_for_the_pulumi_on_path(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    install(machine.path, "v3.100.0")
    install(machine.home / "bin", "v3.259.0")
    folder = machine.home / "bin"

    assert get_engine.main() == 0
    assert capsys.readouterr() == (
        f"{folder}\n",
        f"Pulumi on PATH is 3.100.0 but 3.259.0 or a newer 3.x is needed; using {folder} instead.\n",
    )


@pytest.mark.parametrize("go", ["", "echo go1.24.9", "echo go1.25", "echo devel", "exit 1"])
def test_missing_or_old_go_gives_one_sentence_and_leaves_nothing_behind(
    go: str, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    if go:
        program(machine.path, "go", go)
    sentence = (
        "Pulumi is not installed, its download is out of reach (Connection refused) and "
        f"Go 1.25.11 or newer, needed to build it, was not found: {ADVICE} or Go, {AGAIN}.\n"
    )

    assert get_engine.main() == 1
    assert capsys.readouterr() == ("", sentence)
    assert machine.left() == ["lock"]


def test_a_build_that_was_asked_for_without_go_says_so(machine: Machine) -> None:
    sentence = f"Go 1.25.11 or newer, needed to build Pulumi, was not found: install Go {AGAIN}."

    with pytest.raises(get_engine.EngineError, match=f"^{re.escape(sentence)}$"):
        get_engine.engine("build")
    assert machine.left() == ["lock"]


def test_a_build_leaves_the_five_programs_and_nothing_else(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    program(machine.path, "go", GO)
    folder = machine.home / "bin"

    assert get_engine.main() == 0
    out, err = capsys.readouterr()
    assert out == f"{folder}\n"
    assert re.sub(r"after \d+ s", "after 0 s", err) == (
        "The official download is out of reach here (Connection refused); building from source instead, "
        f"about five minutes on two cores, once.\nPulumi 3.259.0 is ready in {folder} (after 0 s).\n"
    )
    assert machine.left() == machine.left_whole()
    assert all(os.access(folder / name, os.X_OK) for name in PROGRAMS)


def test_a_cache_that_lost_a_program_is_made_anew(machine: Machine) -> None:
    program(machine.path, "go", GO)
    install(machine.home / "bin", "v3.259.0")
    (machine.home / "bin" / "pulumi-language-python").unlink()

    assert get_engine.engine("build") == machine.home / "bin"
    assert machine.left() == machine.left_whole()


def test_leftovers_of_a_killed_run_are_cleaned(machine: Machine) -> None:
    """Only the holder of the lock has a work folder, so any that the next holder finds is dead."""
    program(machine.path, "go", GO)
    install(machine.cache / ".work-killed" / "engine" / "bin", "half")

    get_engine.engine("build")

    assert machine.left() == machine.left_whole()


def test_a_failing_build_shows_its_last_lines_and_one_sentence(
    machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_GLUE_SESSION_ENGINE", "build")
    noise = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i >&2; done"
    program(machine.path, "go", f'if [ "$1" = env ]; then echo go1.99.0; else {noise}; exit 3; fi')
    expected = [
        "building from source, about five minutes on two cores, once.",
        *(f"line {number}" for number in range(11, 31)),
        f"Building {get_engine.CLI} failed, its last words are above: {ADVICE} or repair that, {AGAIN}.",
    ]

    assert get_engine.main() == 1
    assert capsys.readouterr().err.splitlines() == expected
    assert machine.left() == ["lock"]


def test_an_engine_of_a_wrong_version_is_not_kept(machine: Machine) -> None:
    program(machine.path, "go", GO.replace("v3.259.0", "v3.1.0"))
    sentence = f"The engine built from source is unfit (`pulumi version` gives 3.1.0, not 3.259.0): {ADVICE} {AGAIN}."

    with pytest.raises(get_engine.EngineError, match=f"^{re.escape(sentence)}$"):
        get_engine.engine("build")
    assert machine.left() == ["lock"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_build_leaves_nothing_behind(
    number: signal.Signals, machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No half-made engine, no temporary folder, and neither `go` nor the compiler that it started."""
    program(machine.path, "go", ENDLESS_GO)
    monkeypatch.setenv("PULUMI_GLUE_SESSION_ENGINE", "build")
    monkeypatch.setenv("PIPE", str(tmp_path / "pipe"))
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with subprocess.Popen(  # noqa: S603 - the script under test
        [sys.executable, str(SCRIPT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background of a shell start with SIGINT ignored, those under nohup with SIGHUP; so would the script.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - the child runs no thread
    ) as run:
        select.select([pipe], [], [], 60)
        started = os.read(pipe, 100)
        half_made = [name for name in machine.left() if name.endswith("/engine/bin/pulumi")]
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    select.select([pipe], [], [], 60)  # A killed grandchild is gone a moment after its parent.
    still_held = os.read(pipe, 100)  # Raises BlockingIOError as long as a child has it open.
    os.close(pipe)

    assert started == b"started\n"
    assert len(half_made) == 1
    assert run.returncode == 128 + number
    assert out == ""
    assert err.splitlines() == [
        "building from source, about five minutes on two cores, once.",
        "Interrupted; nothing half-made is left behind.",
    ]
    assert machine.left() == ["lock"]
    assert still_held == b""


def test_two_at_once_make_one_engine(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, then takes what the first has made; it has no Go to make its own."""
    machine.cache.mkdir(parents=True)
    said: list[str] = []
    with (machine.cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def first_run_ends(text: str) -> None:
            said.append(text)
            install(machine.home / "bin", "v3.259.0")
            fcntl.flock(lock, fcntl.LOCK_UN)

        monkeypatch.setattr(get_engine, "_say", first_run_ends)
        folder = get_engine.engine("build")

    assert folder == machine.home / "bin"
    assert said == ["waiting for another run that is already building"]


# Stands in for PulumiCommand.install: puts a whole engine under the root that it is given.
INSTALLER = """
import sys
from pathlib import Path
folder = Path(sys.argv[1], "bin")
folder.mkdir(parents=True)
for name in {names!r}:
    (folder / name).write_text("#!/bin/sh\\necho v" + sys.argv[2])
    (folder / name).chmod(0o755)
{then}
"""


def in_reach(monkeypatch: pytest.MonkeyPatch, *, then: str = "") -> None:
    monkeypatch.setattr(get_engine, "_out_of_reach", str)
    monkeypatch.setattr(get_engine, "INSTALL", INSTALLER.format(names=PROGRAMS, then=then))


def test_the_official_download_is_taken_when_it_is_in_reach(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_reach(monkeypatch)

    assert get_engine.main() == 0
    out, err = capsys.readouterr()
    assert out == f"{machine.home / 'bin'}\n"
    assert err.splitlines()[0] == "downloading Pulumi 3.259.0, up to 5 min, once"
    assert machine.left() == machine.left_whole()


def test_the_reason_of_a_failed_download_is_the_installer_s_last_line(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    in_reach(monkeypatch, then="sys.exit('trying\\nthe archive is not there\\n')")
    sentence = f"The official download is out of reach here (the archive is not there): {ADVICE} {AGAIN}."

    with pytest.raises(get_engine.EngineError, match=f"^{re.escape(sentence)}$"):
        get_engine.engine("download")
    assert machine.left() == ["lock"]


def test_a_download_that_takes_too_long_gives_way_to_the_build(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_reach(monkeypatch, then="import time; time.sleep(600)")
    monkeypatch.setattr(get_engine, "DOWNLOAD_SECONDS", 0.5)
    program(machine.path, "go", GO)

    assert get_engine.engine() == machine.home / "bin"
    assert capsys.readouterr().err.splitlines()[1] == (
        "The official download is out of reach here (not done within 0 s); building from source instead, "
        "about five minutes on two cores, once."
    )
    assert machine.left() == machine.left_whole()


def test_a_host_that_never_answers_holds_nobody(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up a name knows no time limit of its own."""

    def never(*_: object, **__: object) -> NoReturn:
        time.sleep(1)
        raise TimeoutError

    monkeypatch.setattr(get_engine, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(urllib.request, "urlopen", never)
    sentence = f"The official download is out of reach here (no answer within 0 s): {ADVICE} {AGAIN}."

    with pytest.raises(get_engine.EngineError, match=f"^{re.escape(sentence)}$"):
        get_engine.engine("download")
    assert machine.left() == ["lock"]


def test_a_long_build_says_that_it_is_still_building(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(get_engine, "STILL_SECONDS", 0.3)
    program(machine.path, "go", GO.replace("build)", "build) sleep 0.4"))

    get_engine.engine("build")

    said = [re.sub(r"\d+ s", "N s", line) for line in capsys.readouterr().err.splitlines()[1:-1]]
    assert {"still building (N s)"} == set(said)
    assert 2 <= len(said), "once in each of two builds; a busy machine may take longer over them"


@pytest.mark.parametrize(("seconds", "spelled"), [(0.4, "0 s"), (30, "30 s"), (59.7, "1 min"), (90, "1 min 30 s"), (300, "5 min")])
def test_a_time_is_spelled_in_minutes_and_seconds(seconds: float, spelled: str) -> None:
    assert get_engine.spell(seconds) == spelled


def test_a_way_that_does_not_exist_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULUMI_GLUE_SESSION_ENGINE", "magic")
    sentence = f"PULUMI_GLUE_SESSION_ENGINE is 'magic', which is none of path, download and build: correct it or unset it, {AGAIN}.\n"

    assert get_engine.main() == 1
    assert capsys.readouterr() == ("", sentence)
    assert not machine.cache.exists()


def test_a_cache_that_cannot_be_written_gives_one_sentence(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.cache.parents[1].write_text("a file where the folder should be", encoding="utf-8")
    sentence = (
        f"Pulumi can't be put into {machine.cache} ([Errno 20] Not a directory: '{machine.cache}'): "
        f"{ADVICE} or point XDG_CACHE_HOME to another place, {AGAIN}.\n"
    )

    assert get_engine.main() == 1
    assert capsys.readouterr() == ("", sentence)


def test_the_modules_that_are_built_are_of_the_version_that_is_promised() -> None:
    required = (get_engine.ENGINE_MODULES / "cli" / "go.mod").read_text(encoding="utf-8").split()

    assert required[required.index("github.com/pulumi/pulumi/pkg/v3") + 1] == f"v{get_engine.ENGINE_VERSION}"
    assert required[required.index("github.com/pulumi/pulumi/sdk/v3") + 1] == f"v{get_engine.ENGINE_VERSION}"
