# Reads a Glue session with `glue-session external`, and fails the plan with Glue's reason unless the session is READY.

terraform {
  required_version = ">= 1.5"

  required_providers {
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}

variable "session_id" {
  description = "ID of the session."
  type        = string
}

variable "region" {
  description = "Region of the session. If empty, AWS_REGION, then the region of the profile."
  type        = string
  default     = ""
}

data "external" "session" {
  program = ["glue-session", "external"]

  query = {
    session_id = var.session_id
    region     = var.region
    timeout    = "10m"
  }

  lifecycle {
    postcondition {
      condition     = self.result.status == "READY"
      error_message = "Glue session ${var.session_id} is ${self.result.status}, not READY. ${self.result.error_message}"
    }
  }
}

output "role" {
  description = "Name or ARN of the session's IAM role."
  value       = data.external.session.result.role
}

output "number_of_workers" {
  description = "Number of workers of the session."
  value       = tonumber(data.external.session.result.number_of_workers)
}
