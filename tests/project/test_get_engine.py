"""Which engine `tools/get_engine.py` uses, what it makes and what it leaves behind.

Shell scripts replace `pulumi` and `go`. Nothing is downloaded or built.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import get_engine
from get_engine import NEWEST, OLDEST, PROGRAMS, EngineError, Release

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


def write_engine(folder: Path, version: str) -> None:
    for name in PROGRAMS:
        write_program(folder, name, f"echo {version}")


@dataclass(frozen=True)
class Machine:
    """A machine whose PATH has one folder."""

    path: Path
    cache: Path

    def cached(self, release: Release) -> Path:
        system = os.uname()
        return self.cache / f"{release.version}-{system.sysname}-{system.machine}".lower() / "bin"

    def cache_content(self) -> list[str]:
        return sorted(each.name for each in self.cache.iterdir())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with an empty PATH, an empty cache and no network."""
    monkeypatch.setattr(get_engine, "INSTALL", "raise SystemExit('Connection refused')")
    monkeypatch.delenv(get_engine.SELECT, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("MODULE", str(tmp_path / "module"))
    for script in get_engine.SCRIPTS:
        write_program((tmp_path / "module" / script).parent, Path(script).name, "")
    (tmp_path / "path").mkdir()
    return Machine(path=tmp_path / "path", cache=tmp_path / "cache" / "pulumi-glue-session" / "engine")


@pytest.mark.parametrize(
    ("selected", "version", "cached"),
    [
        ("", "v3.259.0", None),
        ("", "v3.300.1", None),
        ("", "v3.258.9", NEWEST),
        ("", "v4.0.0", NEWEST),
        ("", "nonsense", NEWEST),
        ("oldest", "v3.259.0", None),
        ("oldest", "v3.276.0", OLDEST),
        ("newest", "v3.300.1", None),
        ("newest", "v3.275.0", NEWEST),
    ],
)
def test_pulumi_on_path_is_used_if_its_version_is_selected(
    selected: str, version: str, cached: Release | None, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_engine(machine.path, version)
    for release in (OLDEST, NEWEST):
        write_engine(machine.cached(release), f"v{release.version}")

    assert get_engine.get_engine(selected) == (machine.cached(cached) if cached else machine.path)
    assert bool(cached) == ("The pulumi on PATH is not used" in capsys.readouterr().err)


def test_pulumi_on_path_without_language_hosts_is_not_used(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(machine.path, "pulumi", "echo v3.276.0")
    write_engine(machine.cached(NEWEST), "v3.276.0")

    assert get_engine.get_engine("newest") == machine.cached(NEWEST)
    assert "pulumi-language-python-exec, pulumi-resource-pulumi-python is missing" in capsys.readouterr().err


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_an_engine_is_built_into_the_cache(release: Release, machine: Machine) -> None:
    write_program(machine.path, "go", GO)
    write_engine(machine.cache / ".work-of-a-killed-run", "half")

    assert get_engine.get_engine(release.module) == machine.cached(release)
    assert machine.cache_content() == [machine.cached(release).parent.name, "lock"]
    assert sorted(each.name for each in machine.cached(release).iterdir()) == sorted(PROGRAMS)
    # A second run only needs the cache.
    (machine.path / "go").unlink()
    assert get_engine.get_engine(release.module) == machine.cached(release)


@pytest.mark.parametrize(
    ("go", "error"),
    [
        ("", r"^Go \d+\.\d+(\.\d+)? or later is needed"),
        ("echo go1.24.9", r"^Go \d+\.\d+(\.\d+)? or later is needed"),
        (GO.replace("version=", "exit 3 #"), r"^Building github\.com/pulumi/pulumi/pkg/v3/cmd/pulumi failed\."),
        (GO.replace("$version", "v3.1.0"), r"^The new engine cannot be used: its version is 3\.1\.0"),
    ],
    ids=["no Go", "old Go", "failure", "another version"],
)
def test_a_failed_build_leaves_nothing_behind(go: str, error: str, machine: Machine) -> None:
    if go:
        write_program(machine.path, "go", go)

    with pytest.raises(EngineError, match=error):
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
    install = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1], "bin")
folder.mkdir(parents=True)
for name in {!r}:
    (folder / name).write_text("#!/bin/sh\\necho v" + sys.argv[2])
    (folder / name).chmod(0o755)
"""
    monkeypatch.setattr(get_engine, "INSTALL", install.format(PROGRAMS))

    assert get_engine.get_engine("newest") == machine.cached(NEWEST)


def test_a_wrong_selection_is_one_sentence() -> None:
    with pytest.raises(EngineError, match=r"^PULUMI_GLUE_SESSION_ENGINE is 'latest': use oldest or newest"):
        get_engine.get_engine("latest")


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_the_go_module_requires_the_version_of_the_release(release: Release) -> None:
    go_mod = (get_engine.ENGINE_MODULES / release.module / "go.mod").read_text(encoding="utf-8")

    assert f"github.com/pulumi/pulumi/pkg/v3 v{release.version}" in go_mod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{release.version}" in go_mod
