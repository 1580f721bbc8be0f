"""Import path of the dynamic provider that every user's state names; the provider is in `pulumi_glue_session.dynamic.provider`."""

from pulumi_glue_session.dynamic import provider


class GlueSessionProvider(provider.GlueSessionProvider):
    """Dynamic provider under the name that states hold as a pickle (docs/decisions/0002-frozen-names.md)."""
