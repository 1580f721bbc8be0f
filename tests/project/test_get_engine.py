"""Which engine `tools/get_engine.py` uses, what it makes and what it leaves behind.

Shell scripts replace `pulumi` and `go`. Nothing is downloaded or built.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
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


def cached(release: Release) -> Path:
    return get_engine.cached("engine", release.version) / "bin"


def cache_content() -> list[str]:
    return sorted(each.name for each in cached(NEWEST).parents[1].iterdir())


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, which is empty. The cache is empty too, and there is no network."""
    monkeypatch.setattr(get_engine, "INSTALL", "raise SystemExit('Connection refused')")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("MODULE", str(tmp_path / "module"))
    for script in get_engine.SCRIPTS:
        write_program((tmp_path / "module" / script).parent, Path(script).name, "")
    return tmp_path / "path"


@pytest.mark.parametrize(
    ("selected", "version", "used"),
    [
        ("", "v3.259.0", None),
        ("", "v3.300.1", None),
        ("", "v3.258.9", NEWEST),
        ("", "v4.0.0", NEWEST),
        ("", "nonsense", NEWEST),
        ("oldest", "v3.259.0", None),
        ("oldest", "v3.276.0", OLDEST),
        ("newest", "v3.276.0", None),
        ("newest", "v3.300.1", None),
        ("newest", "v3.275.0", NEWEST),
    ],
)
def test_pulumi_on_path_is_used_if_its_version_is_selected(
    selected: str, version: str, used: Release | None, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_engine(path, version)
    for release in (OLDEST, NEWEST):
        write_engine(cached(release), f"v{release.version}")

    assert get_engine.get_engine(selected) == (cached(used) if used else path)
    assert bool(used) == ("The pulumi on PATH is not used" in capsys.readouterr().err)


def test_pulumi_on_path_without_language_hosts_is_not_used(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_program(path, "pulumi", "echo v3.276.0")
    write_engine(cached(NEWEST), "v3.276.0")

    assert get_engine.get_engine("newest") == cached(NEWEST)
    assert "pulumi-language-python-exec, pulumi-resource-pulumi-python is missing" in capsys.readouterr().err


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_an_engine_is_built_into_the_cache(release: Release, path: Path) -> None:
    write_program(path, "go", GO)
    write_engine(cached(NEWEST).parents[1] / ".work-of-a-killed-run", "half")

    assert get_engine.get_engine(release.module) == cached(release)
    assert cache_content() == [cached(release).parent.name, "lock"]
    assert sorted(each.name for each in cached(release).iterdir()) == sorted(PROGRAMS)
    # A second run only needs the cache.
    (path / "go").unlink()
    assert get_engine.get_engine(release.module) == cached(release)


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
def test_a_failed_build_leaves_nothing_behind(go: str, error: str, path: Path) -> None:
    if go:
        write_program(path, "go", go)

    with pytest.raises(EngineError, match=error):
        get_engine.get_engine("")
    assert cache_content() == ["lock"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_build_ends_its_processes(number: signal.Signals, path: Path) -> None:
    """`go` and the compiler that it started hold standard error open as long as they run."""
    endless = '[ "$1" = env ] && echo go1.99.0 && exit; PATH=/bin; sleep 1000 & echo started >&2; wait'
    write_program(path, "go", endless)
    command, env = [sys.executable, get_engine.__file__], os.environ | {"https_proxy": "http://127.0.0.1:9"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:  # noqa: S603
        assert b"started\n" in iter(run.stderr.readline, b"") if run.stderr else False
        run.send_signal(number)
        out, _ = run.communicate()

    assert (run.returncode, out) == (128 + number, b"")
    assert cache_content() == ["lock"]


@pytest.mark.usefixtures("path")
def test_a_second_run_waits_and_uses_the_engine_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = cached(NEWEST).parents[1]
    cache.mkdir(parents=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def finish_first_run(_text: str) -> None:
            write_engine(cached(NEWEST), "v3.276.0")
            fcntl.flock(lock, fcntl.LOCK_UN)

        monkeypatch.setattr(get_engine, "_print", finish_first_run)
        assert get_engine.get_engine("newest") == cached(NEWEST)


def test_the_official_download_is_used_if_it_is_reachable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_engine(path.with_name("download"), "v3.276.0")
    install = f"import shutil, sys; shutil.copytree({str(path.with_name('download'))!r}, sys.argv[1] + '/bin')"
    monkeypatch.setattr(get_engine, "INSTALL", install)

    assert get_engine.get_engine("newest") == cached(NEWEST)


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({get_engine.SELECT: "latest"}, r"PULUMI_GLUE_SESSION_ENGINE is 'latest': use oldest or newest"),
        ({"XDG_CACHE_HOME": os.devnull}, r"The cache cannot be used \(.*/dev/null.*\): set XDG_CACHE_HOME"),
    ],
    ids=["selection", "cache"],
)
def test_a_wrong_setting_is_one_sentence(setting: dict[str, str], error: str, path: Path) -> None:
    command = [sys.executable, get_engine.__file__]
    run = subprocess.run(command, env={"PATH": str(path)} | setting, capture_output=True, text=True, check=False)  # noqa: S603

    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(f"{error}.*\n", run.stderr)


@pytest.mark.parametrize("release", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_the_go_module_requires_the_version_of_the_release(release: Release) -> None:
    go_mod = (get_engine.ENGINE_MODULES / release.module / "go.mod").read_text(encoding="utf-8")

    assert f"github.com/pulumi/pulumi/pkg/v3 v{release.version}" in go_mod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{release.version}" in go_mod
