"""Programs in Python that use the native resource by its token, as programs without a generated SDK do."""

BY_TOKEN = """
    import pulumi


    class Session(pulumi.CustomResource):
        def __init__(self, name, opts=None, **args):
            names = ["status", "role", "glueVersion", "numberOfWorkers", "description", "defaultArguments", "region"]
            super().__init__("glue-session:index:Session", name, {**dict.fromkeys(names), **args}, opts)
"""

ONE_SESSION = (
    BY_TOKEN
    + """
    session = Session("analytics", sessionId="analytics-prod", timeout="60s")
    pulumi.Stash("job", input=session.glueVersion)
    pulumi.export("status", session.status)
    pulumi.export("workers", session.numberOfWorkers)
"""
)
