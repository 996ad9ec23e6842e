"""Searches a customer's Amazon Q Business index as one user, from an ID token: four calls with the AWS SDK for Python.

Where AWS_ENDPOINT_URL is set the SDK sends them there, to a local AWS; otherwise they go to AWS.
"""

import os
import sys
from dataclasses import dataclass

import boto3
from botocore.config import Config

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter"


@dataclass(frozen=True)
class Customer:
    """What the customer handed over, and the ISV's own role and name for the customer."""

    role_arn: str
    tenant_id: str
    idc_application_arn: str
    idc_region: str
    q_application_id: str
    q_retriever_id: str
    q_region: str

    @classmethod
    def from_environment(cls) -> "Customer":
        """Reads the variables of the README. A KeyError names the one that is missing."""
        return cls(
            role_arn=os.environ["ISV_ROLE_ARN"],
            tenant_id=os.environ["TENANT_ID"],
            idc_application_arn=os.environ["IDC_APPLICATION_ARN"],
            idc_region=os.environ["IDC_REGION"],
            q_application_id=os.environ["Q_APPLICATION_ID"],
            q_retriever_id=os.environ["Q_RETRIEVER_ID"],
            q_region=os.environ["Q_REGION"],
        )


def search_as_user(
    customer: Customer, id_token: str, query: str, base: boto3.Session | None = None
) -> list[dict]:
    """Returns what the user of the ID token may see. The token serves once.

    base: credentials that may assume the role; without them boto3 looks where it always does.
    """
    base = base or boto3.Session()

    # 1. The ISV's role, tagged with the customer it acts for.
    tagged = _assume_role(base, customer)

    # 2. The ID token for Identity Center's word on who the user is. A token serves once: a repeat is refused.
    once = Config(retries={"total_max_attempts": 1})
    oidc = tagged.client("sso-oidc", region_name=customer.idc_region, config=once)
    exchanged = oidc.create_token_with_iam(
        clientId=customer.idc_application_arn, grantType=JWT_BEARER, assertion=id_token
    )

    # 3. The role again, by the base credentials again, now in the user's name.
    context = exchanged["awsAdditionalDetails"]["identityContext"]
    in_name = _assume_role(
        base, customer, ProvidedContexts=[{"ProviderArn": IDENTITY_CENTER, "ContextAssertion": context}]
    )

    # 4. The search. What comes back is what this user may see.
    q = in_name.client("qbusiness", region_name=customer.q_region)
    found = q.search_relevant_content(
        applicationId=customer.q_application_id,
        queryText=query,
        contentSource={"retriever": {"retrieverId": customer.q_retriever_id}},
    )
    return found["relevantContent"]


def _assume_role(base: boto3.Session, customer: Customer, **more) -> boto3.Session:
    answer = base.client("sts", region_name=customer.idc_region).assume_role(
        RoleArn=customer.role_arn,
        RoleSessionName=f"search-{customer.tenant_id}",
        Tags=[{"Key": "qbusiness-dataaccessor:ExternalId", "Value": customer.tenant_id}],
        **more,
    )
    keys = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: ID_TOKEN=… python search_as_user.py QUERY")
    for document in search_as_user(Customer.from_environment(), os.environ["ID_TOKEN"], sys.argv[1]):
        print(f"{document['documentTitle']}\n  {document['content']}")
