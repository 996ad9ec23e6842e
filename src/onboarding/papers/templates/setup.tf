# Lets one supplier search your Amazon Q index as your users. `terraform apply` runs setup.sh beside this file, which finds what
# is there already and prints the five details; `terraform destroy` runs it with --undo. No provider has a resource for a data
# accessor with the condition that it needs, so the steps stay in the script: read it, it is short.
# It needs Terraform 1.4 or OpenTofu 1.6, bash and the AWS CLI, with your credentials in the environment.
terraform {
  required_version = ">= 1.4"
}

variable "idc_region" {
  description = "The region of your IAM Identity Center; null: AWS_REGION of the environment."
  type        = string
  default     = @idcRegion@
  validation {
    condition     = var.idc_region == null || can(regex("^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$", var.idc_region))
    error_message = "Write a region such as us-east-1."
  }
}

variable "q_region" {
  description = "The region of your Amazon Q Business application; null: that of Identity Center."
  type        = string
  default     = @qRegion@
  validation {
    condition     = var.q_region == null || can(regex("^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$", var.q_region))
    error_message = "Write a region such as us-east-1."
  }
}

variable "application_id" {
  description = "Your Amazon Q Business application; null: the only one."
  type        = string
  default     = @applicationId@
  validation {
    condition     = var.application_id == null || can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{35}$", var.application_id))
    error_message = "Write the id of 36 characters."
  }
}

variable "retriever_id" {
  description = "Its retriever; null: its only one."
  type        = string
  default     = @retrieverId@
  validation {
    condition     = var.retriever_id == null || can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{35}$", var.retriever_id))
    error_message = "Write the id of 36 characters."
  }
}

variable "instance_arn" {
  description = "Your Identity Center instance; null: the only one."
  type        = string
  default     = null
  validation {
    condition     = var.instance_arn == null || can(regex("^arn:aws[a-z-]*:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}$", var.instance_arn))
    error_message = "Write the ARN of an instance."
  }
}

variable "data_source_id" {
  description = "Only this data source may be searched; null: all of them."
  type        = string
  default     = null
  validation {
    condition     = var.data_source_id == null || can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{35}$", var.data_source_id))
    error_message = "Write the id of 36 characters."
  }
}

variable "group_id" {
  description = "Only people of this group of Identity Center may be searched for; empty: all users of the application."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^(([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12})?$", var.group_id))
    error_message = "Write the id of a group, or nothing."
  }
}

resource "terraform_data" "data_accessor" {
  # What is destroyed is what was made, whatever the variables say by then.
  input = {
    script = "${path.module}/setup.sh"
    places = join(" ", [
      for option, value in {
        "--idc-region"     = var.idc_region
        "--q-region"       = var.q_region
        "--application-id" = var.application_id
        "--retriever-id"   = var.retriever_id
        "--instance-arn"   = var.instance_arn
      } : "${option} ${value}" if value != null
    ])
  }
  triggers_replace = [
    filesha256("${path.module}/setup.sh"),
    var.idc_region, var.q_region, var.application_id, var.instance_arn, var.group_id, var.data_source_id,
  ]

  provisioner "local-exec" {
    command = "bash \"$SCRIPT\" ${self.input.places}${var.group_id == "" ? "" : " --group-id ${var.group_id}"}${var.data_source_id == null ? "" : " --data-source-id ${var.data_source_id}"}"
    environment = {
      SCRIPT = self.input.script
    }
  }

  provisioner "local-exec" {
    when    = destroy
    command = "bash \"$SCRIPT\" ${self.input.places} --undo"
    environment = {
      SCRIPT = self.input.script
    }
  }
}
