"""Deploy a nightly job with the role and Glue version of a session. The module `infrastructure` has unit tests."""

import pulumi

import infrastructure

nightly = infrastructure.deploy(infrastructure.session_id_for(pulumi.get_stack()))

pulumi.export("session_id", nightly.session.session_id)
pulumi.export("status", nightly.session.status)
