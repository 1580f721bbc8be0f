"""Resource and functions for Pulumi programs in Python (dynamic provider)."""
