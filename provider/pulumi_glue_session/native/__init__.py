"""Native provider: the resource and its functions for every language that Pulumi supports."""
