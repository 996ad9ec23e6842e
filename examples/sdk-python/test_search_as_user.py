"""The four calls against a local AWS, and a refusal as the SDK raises it. Without AWS_ENDPOINT_URL these are skipped."""

import json
import os
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from search_as_user import Customer, search_as_user

SANDBOX = os.environ.get("AWS_ENDPOINT_URL")
WRONG_SEED = "the local AWS has another seed: start it with that of tti-sandbox --example-seed --issuer own"

pytestmark = pytest.mark.skipif(
    SANDBOX is None, reason="AWS_ENDPOINT_URL is not set: start tti-sandbox, as the README says"
)


def ask(path: str, body: dict | None = None) -> dict:
    """Asks the local AWS itself, not AWS's API."""
    request = urllib.request.Request(
        f"{SANDBOX}/_sandbox/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def search(token_request: dict) -> list[str]:
    seed = ask("seed")
    assert "example-isv" in seed["connections"], WRONG_SEED
    handed_over, keys = seed["connections"]["example-isv"], seed["credentials"]["isv"]
    customer = Customer(
        role_arn=handed_over["principal"],
        tenant_id=handed_over["externalId"],
        idc_application_arn=handed_over["idcApplicationArn"],
        idc_region=handed_over["idcRegion"],
        q_application_id=handed_over["applicationId"],
        q_retriever_id=handed_over["retrieverId"],
        q_region=handed_over["applicationRegion"],
    )
    base = boto3.Session(
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )
    id_token = ask("id-token", token_request)["idToken"]
    return sorted(each["documentTitle"] for each in search_as_user(customer, id_token, "vacation", base))


def test_each_user_finds_what_they_may_see():
    assert search({"email": "ada@acme.example"}) == ["Design", "Handbook"]
    assert search({"email": "bob@acme.example"}) == ["Handbook"]


def test_a_token_for_another_audience_is_refused_and_the_local_aws_says_why():
    with pytest.raises(ClientError) as refused:
        search({"email": "ada@acme.example", "claims": {"aud": "somebody-else"}})
    assert type(refused.value).__name__ == "InvalidGrantException"
    assert refused.value.response["Error"]["Code"] == "InvalidGrantException"
    assert refused.value.response["error"] == "invalid_grant"
    [seen] = ask("requests?limit=1")["requests"]
    print(f"{seen['operation']} was refused by {seen['rule']}: {seen['reason']} {seen['fix']}")
    assert seen["rule"] == "token.audience"
