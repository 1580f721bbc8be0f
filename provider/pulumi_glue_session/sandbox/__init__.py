"""A small local Glue for tutorials, demos and tests. The status of its sessions changes over time.

    with Sandbox() as glue:
        glue.put("analytics-prod", then(("PROVISIONING", 20.0), "READY"))
        os.environ |= glue.environment

`python -m pulumi_glue_session.sandbox` and `glue-session sandbox` run one in a terminal. It
listens on loopback only.
"""

from pulumi_glue_session.sandbox.life import GONE, Life, Step, always, parse_life, reads, step, then, verbatim
from pulumi_glue_session.sandbox.server import Sandbox

__all__ = ["GONE", "Life", "Sandbox", "Step", "always", "parse_life", "reads", "step", "then", "verbatim"]
