#!/bin/sh
# The customer's documented set-up with the AWS CLI (Q Business user guide, granting permissions), against a sandbox.
# Run by hand, for want of a CLI every machine has: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY name
# the sandbox and its customer; IDC_REGION, Q_REGION, ISSUER_URL, ISV_ROLE_ARN and TENANT_ID the set-up.
# Prints what the customer hands to the ISV, and removes everything again when called with --remove.
set -eu

idc() { aws sso-admin --region "$IDC_REGION" --output text "$@"; }
q() { aws qbusiness --region "$Q_REGION" --output text "$@"; }

application=$(q list-applications --query 'applications[0].applicationId')

if [ "${1:-}" = --remove ]; then
  accessor=$(q list-data-accessors --application-id "$application" \
    --query "dataAccessors[?displayName=='CliIsv'].dataAccessorId")
  q disassociate-permission --application-id "$application" --statement-id CliIsv
  q delete-data-accessor --application-id "$application" --data-accessor-id "$accessor"
  instance=$(idc list-instances --query 'Instances[0].InstanceArn')
  issuer=$(idc list-trusted-token-issuers --instance-arn "$instance" \
    --query "TrustedTokenIssuers[?Name=='cli-issuer'].TrustedTokenIssuerArn")
  idc delete-trusted-token-issuer --trusted-token-issuer-arn "$issuer"
  exit 0
fi

instance=$(idc list-instances --query 'Instances[0].InstanceArn')
issuer=$(idc create-trusted-token-issuer \
  --instance-arn "$instance" \
  --name cli-issuer \
  --trusted-token-issuer-type OIDC_JWT \
  --trusted-token-issuer-configuration "OidcJwtConfiguration={IssuerUrl=$ISSUER_URL,ClaimAttributePath=email,IdentityStoreAttributePath=emails.value,JwksRetrievalOption=OPEN_ID_DISCOVERY}" \
  --query TrustedTokenIssuerArn)

idc_application=$(q create-data-accessor \
  --application-id "$application" \
  --display-name CliIsv \
  --principal "$ISV_ROLE_ARN" \
  --action-configurations action=qbusiness:SearchRelevantContent \
  --authentication-detail "{\"authenticationType\":\"AWS_IAM_IDC_TTI\",\"authenticationConfiguration\":{\"idcTrustedTokenIssuerConfiguration\":{\"idcTrustedTokenIssuerArn\":\"$issuer\"}},\"externalIds\":[\"$TENANT_ID\"]}" \
  --query idcApplicationArn)

q associate-permission \
  --application-id "$application" \
  --statement-id CliIsv \
  --actions qbusiness:SearchRelevantContent \
  --principal "$ISV_ROLE_ARN" \
  --conditions "conditionOperator=StringEquals,conditionKey=aws:PrincipalTag/qbusiness-dataaccessor:ExternalId,conditionValues=$TENANT_ID" \
  >/dev/null

idc put-application-assignment-configuration --application-arn "$idc_application" --no-assignment-required

retriever=$(q list-retrievers --application-id "$application" --query 'retrievers[0].retrieverId')
printf 'application id:              %s\n' "$application"
printf 'application region:          %s\n' "$Q_REGION"
printf 'retriever id:                %s\n' "$retriever"
printf 'data accessor application:   %s\n' "$idc_application"
printf 'identity center region:      %s\n' "$IDC_REGION"
