"""Which engine `tools/get_engine.py` uses, what it makes and what it leaves behind.

Shell scripts replace `pulumi` and `go`. Nothing is downloaded or built.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

import get_engine
from get_engine import NEWEST, OLDEST, PROGRAMS, EngineError

GO = r"""
PATH=/usr/bin:/bin
case "$1" in
env) echo go1.99.0 ;;
list) printf '{"Dir": "%s"}' "$MODULE" ;;
build)
    version="$(echo "$*" | sed -n 's/.*Version=\(v[0-9.]*\).*/\1/p')"
    while [ "$1" != -o ]; do shift; done
    program="$2${3##*/}"
    printf "#!/bin/sh\necho $version\n" >"$program"
    chmod +x "$program"
    ;;
esac
"""


def write_program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def write_engine(folder: Path, version: str) -> Path:
    for name in PROGRAMS:
        write_program(folder, name, f"echo {version}")
    return folder


@dataclass(frozen=True)
class Machine:
    """A machine whose PATH has one folder."""

    path: Path
    cache: Path

    def cached(self, release: get_engine.Release) -> Path:
        system = os.uname()
        return self.cache / f"{release.version}-{system.sysname}-{system.machine}".lower() / "bin"

    def cache_content(self) -> list[str]:
        return sorted(each.name for each in self.cache.iterdir())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with an empty PATH, an empty cache and no network."""

    def refuse(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Connection refused")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.delenv(get_engine.SELECT, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    module = tmp_path / "module"
    for script in get_engine.SCRIPTS:
        write_program((module / script).parent, Path(script).name, "")
    monkeypatch.setenv("MODULE", str(module))
    (tmp_path / "path").mkdir()
    return Machine(path=tmp_path / "path", cache=tmp_path / "cache" / "pulumi-glue-session" / "engine")


@pytest.mark.parametrize(
    ("selected", "version", "used"),
    [
        ("", "v3.259.0", True),
        ("", "v3.300.1", True),
        ("", "v3.258.9", False),
        ("", "v4.0.0", False),
        ("", "nonsense", False),
        ("oldest", "v3.259.0", True),
        ("oldest", "v3.276.0", False),
        ("newest", "v3.276.0", True),
        ("newest", "v3.300.1", True),
        ("newest", "v3.275.0", False),
    ],
)
def test_pulumi_on_path_is_used_if_its_version_is_selected(
    selected: str, version: str, *, used: bool, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_engine(machine.path, version)
    for release in (OLDEST, NEWEST):
        write_engine(machine.cached(release), f"v{release.version}")

    folder = get_engine.get_engine(selected)

    assert used == (folder == machine.path)
    assert used == (not capsys.readouterr().err)
    if not used:
        assert folder == machine.cached({"": get_engine.DEFAULT, "oldest": OLDEST, "newest": NEWEST}[selected])


def test_pulumi_on_path_without_language_hosts_is_not_used(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(machine.path, "pulumi", "echo v3.276.0")
    write_engine(machine.cached(NEWEST), "v3.276.0")

    assert get_engine.get_engine("newest") == machine.cached(NEWEST)
    assert (
        "pulumi-language-python, pulumi-language-python-exec, pulumi-resource-pulumi-python is missing"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_an_engine_is_built_into_the_cache(
    release: get_engine.Release, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(machine.path, "go", GO)
    write_engine(machine.cache / ".work-of-a-killed-run", "half")
    monkeypatch.setenv(get_engine.SELECT, release.module)

    assert get_engine.main() == 0
    assert capsys.readouterr().out == f"{machine.cached(release)}\n"
    assert machine.cache_content() == [machine.cached(release).parent.name, "lock"]
    assert sorted(each.name for each in machine.cached(release).iterdir()) == sorted(PROGRAMS)
    # A second run only needs the cache.
    (machine.path / "go").unlink()
    assert get_engine.get_engine(release.module) == machine.cached(release)


def test_a_failed_build_leaves_nothing_behind(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    write_program(
        machine.path, "go", 'if [ "$1" = env ]; then echo go1.99.0; else echo "no such package" >&2; exit 3; fi'
    )

    with pytest.raises(EngineError, match=r"^Building github\.com/pulumi/pulumi/pkg/v3/cmd/pulumi failed\."):
        get_engine.get_engine("")
    assert "no such package" in capfd.readouterr().err
    assert machine.cache_content() == ["lock"]


def test_an_engine_that_reports_another_version_is_not_kept(machine: Machine) -> None:
    write_program(machine.path, "go", GO.replace('"#!/bin/sh\\necho $version\\n"', '"#!/bin/sh\\necho v3.1.0\\n"'))

    with pytest.raises(EngineError, match=r"^The new engine cannot be used: its version is 3\.1\.0"):
        get_engine.get_engine("")
    assert machine.cache_content() == ["lock"]


@pytest.mark.parametrize("go", ["", "echo go1.24.9", "echo devel", "exit 1"])
def test_without_a_new_enough_go_the_message_names_the_version(go: str, machine: Machine) -> None:
    if go:
        write_program(machine.path, "go", go)

    with pytest.raises(EngineError, match=r"^Go \d+\.\d+(\.\d+)? or later is needed to build Pulumi: install Pulumi"):
        get_engine.get_engine("")
    assert machine.cache_content() == ["lock"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_build_ends_its_processes(number: signal.Signals, machine: Machine, tmp_path: Path) -> None:
    """`go` and the compiler that it started hold the pipe open as long as they run."""
    endless = (
        'if [ "$1" = env ]; then echo go1.99.0; else PATH=/bin; exec 3>"$PIPE"; sleep 600 & echo started >&3; wait; fi'
    )
    write_program(machine.path, "go", endless)
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with subprocess.Popen(  # noqa: S603
        [sys.executable, get_engine.__file__],
        env=os.environ | {"PIPE": str(tmp_path / "pipe"), "https_proxy": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
    ) as run:
        select.select([pipe], [], [])
        os.read(pipe, 100)
        run.send_signal(number)
        out, _ = run.communicate()
    select.select([pipe], [], [])
    held_open = os.read(pipe, 100)  # raises BlockingIOError while a process has it open
    os.close(pipe)

    assert (run.returncode, out, held_open) == (128 + number, b"", b"")
    assert machine.cache_content() == ["lock"]


def test_a_second_run_waits_and_uses_the_engine_of_the_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.cache.mkdir(parents=True)
    with (machine.cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def finish_first_run(_text: str) -> None:
            write_engine(machine.cached(NEWEST), "v3.276.0")
            fcntl.flock(lock, fcntl.LOCK_UN)

        monkeypatch.setattr(get_engine, "_print", finish_first_run)
        assert get_engine.get_engine("newest") == machine.cached(NEWEST)


def test_the_official_download_is_used_if_it_is_reachable(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: (machine.path / "page").open("w"))
    install = """
import pathlib, sys
for name in {!r}:
    program = pathlib.Path(sys.argv[1], "bin", name)
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\\necho v" + sys.argv[2])
    program.chmod(0o755)
"""
    monkeypatch.setattr(get_engine, "INSTALL", install.format(PROGRAMS))

    assert get_engine.get_engine("newest") == machine.cached(NEWEST)


def test_wrong_settings_are_one_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(get_engine.SELECT, "latest")
    assert get_engine.main() == 1
    assert capsys.readouterr() == ("", "PULUMI_GLUE_SESSION_ENGINE is 'latest': use oldest or newest, or unset it.\n")

    monkeypatch.delenv(get_engine.SELECT)
    machine.cache.parents[1].write_text("a file instead of a folder", encoding="utf-8")
    assert get_engine.main() == 1
    assert re.match(rf"{machine.cache} cannot be used \(.*Not a directory.*\): install Pulumi", capsys.readouterr().err)


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_the_go_module_requires_the_version_of_the_release(release: get_engine.Release) -> None:
    go_mod = (get_engine.ENGINE_MODULES / release.module / "go.mod").read_text(encoding="utf-8")

    assert f"github.com/pulumi/pulumi/pkg/v3 v{release.version}" in go_mod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{release.version}" in go_mod
