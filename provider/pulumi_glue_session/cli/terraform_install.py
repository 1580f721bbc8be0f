"""`glue-session terraform`: makes the provider available to `terraform init` and `tofu init`."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from pulumi_glue_session.cli.exit_codes import ExitCode
from pulumi_glue_session.cli.output import write_message, write_result

SOURCE = "terraform.local/pulumi-glue-session/gluesession"
"""Source address. No registry serves this host, so that a foreign provider cannot appear under it."""

_PROGRAM = "terraform-provider-gluesession"

_LAUNCHER = f"""\
#!/bin/sh
# Starts the provider "gluesession". Written by `glue-session terraform install`. The file is the same on every
# machine, so .terraform.lock.hcl can be committed. Where the provider is installed stands in a file of this user.
place="${{XDG_DATA_HOME:-$HOME/.local/share}}/pulumi-glue-session/terraform-provider"
if [ -r "$place" ]; then
  IFS= read -r program <"$place"
  if [ -x "$program" ]; then
    exec "$program" "$@"
  fi
fi
if command -v {_PROGRAM} >/dev/null 2>&1; then
  exec {_PROGRAM} "$@"
fi
echo 'The provider "gluesession" is not installed for this user, or its Python environment is gone. Run: \
pip install "pulumi-glue-session[cli,terraform]" && glue-session terraform install'
exit 1
"""

terraform_app = typer.Typer(
    name="terraform",
    no_args_is_help=True,
    help="Make the provider gluesession available to Terraform and OpenTofu.",
    short_help="Install the provider for Terraform.",
)

_Folder = Annotated[
    Path,
    typer.Option("--dir", metavar="FOLDER", help="Folder of local providers. For one project: terraform.d/plugins."),
]
_DEFAULT_FOLDER = Path("~/.terraform.d/plugins")
"""Both programs search it without any configuration."""


@terraform_app.command(short_help="Install the provider.")
def install(folder: _Folder = _DEFAULT_FOLDER) -> None:
    """Write a launcher into the folder of local providers, so that init finds the provider."""
    if sys.platform == "win32":
        write_message("error: on Windows, use dev_overrides with the folder of terraform-provider-gluesession.exe")
        raise typer.Exit(ExitCode.USAGE)
    program = Path(sys.executable).parent / _PROGRAM
    if not program.exists():
        write_message(f"error: {program} is missing. Install pulumi-glue-session again with pip.")
        raise typer.Exit(ExitCode.USAGE)
    launcher = _version_folder(folder) / f"{_PROGRAM}_v{_version()}"
    try:
        launcher.parent.mkdir(parents=True, exist_ok=True)
        launcher.write_text(_LAUNCHER, encoding="utf-8")
        launcher.chmod(0o755)
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{program}\n", encoding="utf-8")
    except OSError as error:
        raise _failed(error) from None
    write_message(f"Installed {launcher}. Use it with:")
    write_result(_required_providers())


@terraform_app.command(short_help="Remove the provider.")
def uninstall(folder: _Folder = _DEFAULT_FOLDER) -> None:
    """Remove all versions of the launcher from the folder."""
    try:
        shutil.rmtree(folder.expanduser() / SOURCE, ignore_errors=False)
        # The launcher of the default folder needs it if only that of a project was removed.
        if not (_DEFAULT_FOLDER.expanduser() / SOURCE).exists():
            _place().unlink(missing_ok=True)
    except FileNotFoundError:
        write_message(f"Not installed in {folder}.")
    except OSError as error:
        raise _failed(error) from None


def _failed(error: OSError) -> typer.Exit:
    reason = os.strerror(error.errno or errno.EIO)
    write_message(f"error: cannot change {error.filename}: {reason}")
    return typer.Exit(ExitCode.OUTPUT_FAILED)


def _place() -> Path:
    """File that names the program of this Python environment."""
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "pulumi-glue-session" / "terraform-provider"


def _version() -> str:
    """Version as Terraform accepts it: 0.2.0.dev1 is 0.2.0-dev1."""
    from importlib.metadata import version

    release, separator, rest = version("pulumi-glue-session").partition(".dev")
    return f"{release}-dev{rest}" if separator else release


def _version_folder(folder: Path) -> Path:
    machines = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = machines.get(platform.machine(), platform.machine())
    return folder.expanduser() / SOURCE / _version() / f"{platform.system().lower()}_{machine}"


def _required_providers() -> str:
    return f"""\
terraform {{
  required_providers {{
    gluesession = {{
      source  = "{SOURCE}"
      version = "{_version()}"
    }}
  }}
}}"""
