"""Reads sessions from AWS Glue with boto3. The only folder that imports boto3."""
