"""Program of the state `0.1.0.json`, with each form of a session in a state."""

import pulumi

from pulumi_glue_session import AssumeRole, AwsOptions, GlueSession


class Notebook(pulumi.ComponentResource):
    """A component with a session as its child."""

    def __init__(self, name: str, session_id: pulumi.Input[str]) -> None:
        super().__init__("tests:index:Notebook", name)
        self.session = GlueSession(f"{name}-session", session_id=session_id, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def wait_for_ready_or_stopped(name: str) -> GlueSession:
    return GlueSession(
        name,
        session_id="plain",
        wait_for=["READY", "STOPPED"],
        timeout="1m",
        expect={"glue_version": {"at_least": "5.0"}},
    )


def declare() -> None:
    plain = GlueSession("plain", session_id="plain")
    job = pulumi.Stash("job", input={"role": plain.role, "glue_version": plain.glue_version})
    several = wait_for_ready_or_stopped("several")

    full = GlueSession("full", session_id="full")
    pulumi.Stash("arguments", input=full.default_arguments)
    pulumi.export("arguments", full.default_arguments)

    as_it_is = GlueSession("as-it-is", session_id="failed", wait_for=None)
    pulumi.export("error", as_it_is.error_message)

    GlueSession("region", session_id="plain", aws=AwsOptions(region="us-east-1"))
    role_arn = "arn:aws:iam::222222222222:role/GlueReader"
    role = AssumeRole(role_arn=role_arn, external_id="planted-external-id", duration="1h")
    options = AwsOptions(region="us-east-1", assume_roles=[role], max_retries=1, request_origin="tests")
    GlueSession("role", session_id="full", aws=options)

    GlueSession.get("read", "full")
    GlueSession.get("read-as-it-is", "failed", wait_for=None)
    GlueSession.get("read-region", "plain", aws=AwsOptions(region="us-east-1"))

    Notebook("notebook", job.output.apply(lambda _: "plain"))
    depends_on = pulumi.ResourceOptions(depends_on=[job, several])
    GlueSession("dependent", session_id="plain", opts=depends_on)
    secret = pulumi.ResourceOptions(additional_secret_outputs=["role"], ignore_changes=["number_of_workers"])
    GlueSession("secret-role", session_id="plain", opts=secret)


declare()
