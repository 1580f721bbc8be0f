"""`glue-session terraform install` and `uninstall`. tests/terraform uses the installed provider."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_glue_session.cli import terraform_install
from pulumi_glue_session.cli.app import app


def test_launcher_is_the_same_everywhere_and_can_be_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launchers, home = [], tmp_path
    for name in ("one", "two"):
        home = tmp_path / name
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "terraform-provider-gluesession").touch()
        monkeypatch.setattr(sys, "executable", str(home / "bin" / "python"))
        monkeypatch.setenv("XDG_DATA_HOME", str(home))
        monkeypatch.setenv("HOME", str(home))
        answer = CliRunner().invoke(app, ["terraform", "install", "--dir", str(home / "plugins")])
        assert 0 == answer.exit_code, answer.output
        launchers += [path.read_bytes() for path in (home / "plugins").rglob("terraform-provider-*")]

    assert 2 == len(launchers)
    assert launchers[0] == launchers[1]
    for _ in range(2):
        removed = CliRunner().invoke(app, ["terraform", "uninstall", "--dir", str(home / "plugins")])
        assert 0 == removed.exit_code
    assert [] == [path for path in home.rglob("terraform-provider*") if path.parent.name != "bin"]


def test_uninstall_from_a_project_keeps_the_launcher_of_the_home_folder_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terraform-provider-gluesession").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    project = ["--dir", str(tmp_path / "project")]

    for arguments in (["install"], ["install", *project], ["uninstall", *project]):
        assert 0 == CliRunner().invoke(app, ["terraform", *arguments]).exit_code

    assert f"{tmp_path}/terraform-provider-gluesession\n" == next((tmp_path / "data").rglob("terraform-*")).read_text()


def test_install_without_the_console_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    answer = CliRunner().invoke(app, ["terraform", "install", "--dir", str(tmp_path)])

    assert 2 == answer.exit_code
    assert "Install pulumi-glue-session again with pip" in answer.output


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_folder_that_cannot_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    (tmp_path / "terraform-provider-gluesession").touch()
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    answer = CliRunner().invoke(app, ["terraform", command, "--dir", str(tmp_path / "file")])

    assert 7 == answer.exit_code
    assert "error: cannot change" in answer.output
    assert "Not a directory" in answer.output


def test_windows_has_no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    answer = CliRunner().invoke(app, ["terraform", "install"])

    assert 2 == answer.exit_code
    assert "dev_overrides" in answer.output


@pytest.mark.parametrize(("ours", "terraforms"), [("0.2.0", "0.2.0"), ("0.2.0.dev1", "0.2.0-dev1")])
def test_version_as_terraform_accepts_it(monkeypatch: pytest.MonkeyPatch, ours: str, terraforms: str) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: ours)

    assert f'version = "{terraforms}"' in terraform_install._required_providers()  # noqa: SLF001 - no other way to see it
