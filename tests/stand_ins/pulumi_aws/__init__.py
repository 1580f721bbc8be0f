"""Stands for the package `pulumi_aws` where that is not installed: the part that `examples/promote_to_job` uses, and no more.

With the real one installed the engine looks for its plugin at every command. `tests/unit/test_promote_to_job.py` holds this one to the real
one where that is installed: each parameter here is there, with the same type.
"""

from pulumi_aws import glue as glue
from pulumi_aws import iam as iam
