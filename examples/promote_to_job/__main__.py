"""Create a job from a notebook's session, with its role, Glue version, workers, connections and arguments."""

import pulumi
import pulumi_aws as aws
from pulumi_glue_session import GlueSession

config = pulumi.Config()

# In any status, because the notebook may have been closed since.
session = GlueSession("notebook", session_id=config.require("session_id"), wait_for=None)

job = aws.glue.Job(
    "promoted",
    command=aws.glue.JobCommandArgs(
        name=session.command.name,
        python_version=session.command.python_version,
        script_location=config.require("script_location"),
    ),
    role_arn=session.role_arn,
    glue_version=session.glue_version,
    # A session reports a missing value as an empty string or 0. Leave it out of the job.
    worker_type=session.worker_type.apply(lambda name: name or None),
    number_of_workers=session.number_of_workers.apply(lambda count: count or None),
    security_configuration=session.security_configuration.apply(lambda name: name or None),
    connections=session.connections,
    default_arguments=session.default_arguments,
)

pulumi.export("job", job.name)
