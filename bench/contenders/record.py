"""A session as notebooks and dbt create them: with arguments, connections, tags and a description."""

from __future__ import annotations

from typing import Any

DESCRIPTION = "dbt run of the nightly marts, started by the pipeline"
CONNECTIONS = ["warehouse", "events"]
ARGUMENTS = {
    "--additional-python-modules": "dbt-core,dbt-glue",
    "--conf": "spark.sql.catalogImplementation=hive --conf spark.sql.shuffle.partitions=64",
    "--enable-glue-datacatalog": "true",
    "--enable-metrics": "true",
    "--extra-jars": "s3://etl/jars/warehouse.jar",
    "--warehouse-password": "for benchmarks only",
}

API_FIELDS: dict[str, Any] = {
    "Connections": {"Connections": CONNECTIONS},
    "DefaultArguments": ARGUMENTS,
    "Description": DESCRIPTION,
    "Tags": {"owner": "data-platform", "project": "marts"},
}

OUTPUTS: dict[str, Any] = {
    "region": "eu-west-1",
    "status": "READY",
    "role": "arn:aws:iam::123456789012:role/GlueSession",
    "glue_version": "5.0",
    "worker_type": "G.1X",
    "number_of_workers": 2,
    "max_capacity": 0,
    "idle_timeout": 60,
    "description": DESCRIPTION,
    "error_message": "",
    "created_on": "2026-01-05T09:30:15.250Z",
    "completed_on": "",
    "security_configuration": "",
    "profile_name": "",
    "session_type": "",
    "command": {"name": "glueetl", "python_version": "3"},
    "connections": CONNECTIONS,
}
"""All recorded outputs except `default_arguments`, which are recorded as a secret."""
