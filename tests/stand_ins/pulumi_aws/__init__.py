"""Stand-in for the package `pulumi_aws`: the part that examples and tests use.

With the real package installed the engine looks for its plugin at every command. `tests/project/test_stand_in.py`
compares the stand-in with the real package.
"""

from pulumi_aws import glue as glue
from pulumi_aws.provider import Provider as Provider
