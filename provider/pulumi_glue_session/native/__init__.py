"""Native provider: the resource and its functions for every Pulumi language."""
