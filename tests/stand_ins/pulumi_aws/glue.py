"""The part of `pulumi_aws.glue` that the example uses."""

from collections.abc import Mapping, Sequence

import pulumi


@pulumi.input_type
class JobCommandArgs:
    """Command of a job."""

    script_location: pulumi.Input[str] = pulumi.property("scriptLocation")
    name: pulumi.Input[str | None]
    python_version: pulumi.Input[str | None] = pulumi.property("pythonVersion")

    def __init__(
        self,
        *,
        script_location: pulumi.Input[str],
        name: pulumi.Input[str | None] = None,
        python_version: pulumi.Input[str | None] = None,
    ) -> None:
        pulumi.set(self, "script_location", script_location)
        pulumi.set(self, "name", name)
        pulumi.set(self, "python_version", python_version)


class Job(pulumi.CustomResource):
    """A job."""

    name: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        command: pulumi.Input[JobCommandArgs | None] = None,
        connections: pulumi.Input[Sequence[pulumi.Input[str]] | None] = None,
        default_arguments: pulumi.Input[Mapping[str, pulumi.Input[str]] | None] = None,
        glue_version: pulumi.Input[str | None] = None,
        number_of_workers: pulumi.Input[int | None] = None,
        role_arn: pulumi.Input[str | None] = None,
        security_configuration: pulumi.Input[str | None] = None,
        worker_type: pulumi.Input[str | None] = None,
    ) -> None:
        inputs = {
            "command": command,
            "connections": connections,
            "defaultArguments": default_arguments,
            "glueVersion": glue_version,
            "name": None,
            "numberOfWorkers": number_of_workers,
            "roleArn": role_arn,
            "securityConfiguration": security_configuration,
            "workerType": worker_type,
        }
        super().__init__("aws:glue/job:Job", resource_name, inputs, opts)
