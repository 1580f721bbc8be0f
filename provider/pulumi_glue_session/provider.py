"""Import path of the dynamic provider that every state contains.

The provider is `pulumi_glue_session.dynamic.provider`.
"""

from pulumi_glue_session.dynamic import provider


class GlueSessionProvider(provider.GlueSessionProvider):
    """Dynamic provider under the name in the pickles of states (docs/decisions/0002-frozen-names.md)."""
