"""tests/stand_ins/pulumi_aws takes the same arguments as the real package, which `make` downloads to be read."""

from __future__ import annotations

import ast
import sys
import zipfile
from pathlib import Path

import pytest

STAND_INS = Path(__file__).parents[1] / "stand_ins"


def real(path: str) -> str:
    """Source of a module of the real package."""
    (wheel,) = Path(sys.prefix, "pulumi-aws").glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        return package.read(path).decode()


class _Modern(ast.NodeTransformer):
    """Rewrites types in the style of the stand-in: `X | None` for `Optional[X]`, and `str` for `_builtins.str`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node.value) == "Optional":
            return ast.BinOp(left=node.slice, op=ast.BitOr(), right=ast.Constant(None))
        if ast.unparse(node.value) == "Union" and isinstance(node.slice, ast.Tuple):
            # The example uses the first of several forms.
            return node.slice.elts[0]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr) if ast.unparse(node.value) == "_builtins" else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Name(node.value) if isinstance(node.value, str) else node


def parameters(text: str, name: str) -> dict[str, str]:
    """Types of the parameters of a function, or of the first constructor of a class."""
    found = next(
        node for node in ast.parse(text).body if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name
    )
    function = next(each for each in ast.walk(found) if isinstance(each, ast.FunctionDef))
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return {each.arg: ast.unparse(_Modern().visit(each.annotation)) for each in arguments if each.annotation}


@pytest.mark.parametrize(
    ("path", "name", "stand_in"),
    [
        ("pulumi_aws/glue/job.py", "Job", "pulumi_aws/glue.py"),
        ("pulumi_aws/glue/_inputs.py", "JobCommandArgs", "pulumi_aws/glue.py"),
        ("pulumi_aws/provider.py", "Provider", "pulumi_aws/provider.py"),
    ],
)
def test_stand_in_has_the_parameters_of_the_real_package(path: str, name: str, stand_in: str) -> None:
    theirs, ours = parameters(real(path), name), parameters((STAND_INS / stand_in).read_text(), name)

    assert ours == {each: theirs.get(each) for each in ours}


def test_provider_returns_its_configuration() -> None:
    """The name of the method, its token and its result."""
    theirs = real("pulumi_aws/provider.py")

    assert "def terraform_config(__self__)" in theirs
    assert "pulumi.runtime.call('pulumi:providers:aws/terraformConfig'" in theirs
    assert "def result(self) -> Mapping[str, Any]:" in theirs
