"""Fronts for those who write no Pulumi program in Python: a command line, a data source for Terraform, a native provider plugin.

Each asks, waits, judges and fails by way of the core, and none of the core knows of any. What a field, a status or an error is, is said
there once.
"""
