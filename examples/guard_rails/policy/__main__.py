"""Policy pack for all stacks: reject sessions with an old Glue version."""

from packaging.version import InvalidVersion, Version
from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

PYTHON_SESSION = "pulumi-python:dynamic/glue:Session"
NATIVE_SESSION = "glue-session:index:Session"

# Names of the properties by the type of the resource.
PROPERTIES = {PYTHON_SESSION: ("glue_version", "session_id"), NATIVE_SESSION: ("glueVersion", "sessionId")}


def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """Check the observed values, which are properties of the resource in previews and updates."""
    version, session_id = PROPERTIES.get(args.resource_type, ("", ""))
    # A session that could not be read lacks this property and reports its own error.
    if version not in args.props:
        return
    oldest = args.get_config()["oldest"]
    found = args.props[version]
    if not is_at_least(found, oldest):
        session = args.props[session_id]
        report_violation(f"The session {session} has Glue {found or '(none)'}; the oldest allowed is {oldest}.", None)


def is_at_least(found: str, oldest: str) -> bool:
    """Compare versions numerically: 10.0 is newer than 5.0. An invalid version is too old."""
    try:
        return Version(found) >= Version(oldest)
    except InvalidVersion:
        return False


PolicyPack(
    name="glue-sessions",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="supported-glue-version",
            description="A Glue session has a Glue version that is still supported.",
            validate=validate,
            config_schema=PolicyConfigSchema(properties={"oldest": {"type": "string", "default": "4.0"}}),
        )
    ],
)
