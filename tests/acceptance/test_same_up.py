"""Sessions that something else creates in the same up: nothing is asked before they are there."""

from __future__ import annotations

from support.pulumi_project import ROLE, Moto, Project

CREATOR = """
    import boto3
    import pulumi
    from pulumi import dynamic


    class Creator(dynamic.ResourceProvider):
        def create(self, props):
            command = {"Name": "glueetl", "PythonVersion": "3"}
            boto3.client("glue", "eu-west-1").create_session(
                Id=props["name"], Role="arn:aws:iam::123456789012:role/GlueSession", Command=command, GlueVersion="5.0"
            )
            return dynamic.CreateResult(props["name"], props)


    class Created(dynamic.Resource):
        name: pulumi.Output[str]

        def __init__(self, resource_name, *, name, opts=None):
            super().__init__(Creator(), resource_name, {"name": name}, opts)


    class Notebook(pulumi.ComponentResource):
        def __init__(self, resource_name, *, name):
            super().__init__("test:index:Notebook", resource_name)
            Created(f"{resource_name}-session", name=name, opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({})
"""

PROGRAM = """
    import pulumi
    from creator import Created, Notebook
    from pulumi_glue_session import GlueSession

    made = Created("made", name="made-here")
    notebook = Notebook("notebook", name="in-a-notebook")
    after = lambda *resources: pulumi.ResourceOptions(depends_on=list(resources))
    sessions = {
        "by-id": GlueSession("by-id", session_id=made.id),
        "by-output": GlueSession("by-output", session_id=made.name),
        "by-depends-on": GlueSession(
            "by-depends-on", session_id="made-here", opts=pulumi.ResourceOptions(depends_on=made)
        ),
        "by-component": GlueSession("by-component", session_id="in-a-notebook", opts=after(notebook)),
        "by-output-list": GlueSession(
            "by-output-list", session_id="made-here", opts=after(pulumi.Output.from_input(made))
        ),
        "got-by-id": GlueSession.get("got-by-id", made.id),
        "got-by-depends-on": GlueSession.get("got-by-depends-on", "made-here", opts=after(made)),
        "got-secret": GlueSession.get("got-secret", pulumi.Output.secret("made-here"), opts=after(made)),
    }
    for name, session in sessions.items():
        pulumi.export(name, session.role)
    pulumi.export("id", sessions["got-by-id"].session_id)
"""


def test_session_created_in_the_same_up(aws_project: Project, moto: Moto) -> None:
    """With an Output as id, `depends_on`, a component, `.get` and a secret."""
    aws_project.program(PROGRAM, creator=CREATOR)

    preview = aws_project.preview()
    assert [] == preview.errors
    names = [
        "by-id",
        "by-output",
        "by-depends-on",
        "by-component",
        "by-output-list",
        "got-by-id",
        "got-by-depends-on",
        "got-secret",
    ]
    outputs = {line.split(":")[0].strip() for line in preview.lines if line.endswith(": [unknown]")}
    assert {*names, "id"} <= outputs
    assert [] == moto.ids()

    aws_project.up()
    assert dict.fromkeys(names, ROLE) | {"id": "made-here"} == aws_project.outputs()
    aws_project.preview("--expect-no-changes")
