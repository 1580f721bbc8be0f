# Deploys only after a Glue session is READY, with the provider "gluesession".

terraform {
  required_version = ">= 1.5"

  required_providers {
    gluesession = {
      source = "terraform.local/pulumi-glue-session/gluesession"
    }
  }
}

provider "gluesession" {
  region = var.region
}

variable "session_id" {
  description = "ID of the session."
  type        = string
}

variable "region" {
  description = "Region of the session. If null, AWS_REGION, then the region of the profile."
  type        = string
  default     = null
}

# The apply waits until the session is READY, and fails if it cannot become READY.
resource "gluesession_session" "this" {
  session_id = var.session_id

  expect = {
    glue_version = ">= 4.0"
  }

  timeouts {
    create = "15m"
    update = "15m"
  }
}

# Placeholder for a resource that needs the session.
resource "terraform_data" "nightly_job" {
  input = {
    role         = gluesession_session.this.role
    glue_version = gluesession_session.this.glue_version
    workers      = gluesession_session.this.number_of_workers
  }
}

output "job" {
  description = "Settings of the job."
  value       = terraform_data.nightly_job.output
}
