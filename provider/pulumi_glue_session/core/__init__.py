"""Model and rules of Glue sessions: fields, statuses, wait conditions, polling. Imports neither Pulumi nor boto3."""
