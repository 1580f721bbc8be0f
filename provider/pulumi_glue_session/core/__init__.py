"""Rules and model of Glue sessions: what a session is, what to wait for, when to ask again. Knows neither Pulumi nor boto3."""
