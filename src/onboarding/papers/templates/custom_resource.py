# What CloudFormation has no type for: a trusted token issuer, and who may use an Identity Center application.
import boto3
import cfnresponse


def settings(want):
    return {
        "ClaimAttributePath": want["Claim"],
        "IdentityStoreAttributePath": "emails.value",
    }


def find(sso, want):
    pages = sso.get_paginator("list_trusted_token_issuers").paginate(InstanceArn=want["InstanceArn"])
    for arn in [i["TrustedTokenIssuerArn"] for page in pages for i in page["TrustedTokenIssuers"]]:
        told = sso.describe_trusted_token_issuer(TrustedTokenIssuerArn=arn)
        have = told["TrustedTokenIssuerConfiguration"]["OidcJwtConfiguration"]
        if have["IssuerUrl"] == want["IssuerUrl"]:
            return arn, {name: have[name] for name in settings(want)}
    return None, None


# Its id here is its ARN; one that was there before the stack is "found:" and its ARN, and stays.
def issuer(sso, event, want):
    old = event.get("PhysicalResourceId", "")
    if event["RequestType"] == "Delete":
        if old.startswith("arn:"):
            try:
                sso.delete_trusted_token_issuer(TrustedTokenIssuerArn=old)
            except sso.exceptions.ResourceNotFoundException:
                pass
        return old, {}
    arn, have = find(sso, want)
    mine = arn is not None and old == arn
    if arn is None:
        arn = sso.create_trusted_token_issuer(
            InstanceArn=want["InstanceArn"],
            Name=want["Name"],
            TrustedTokenIssuerType="OIDC_JWT",
            TrustedTokenIssuerConfiguration={
                "OidcJwtConfiguration": {
                    "IssuerUrl": want["IssuerUrl"],
                    "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
                    **settings(want),
                }
            },
        )["TrustedTokenIssuerArn"]
        mine = True
    elif have != settings(want):
        raise ValueError(f"{arn} compares {have}, which other applications may rely on: change it by hand")
    return (arn if mine else f"found:{arn}"), {"Arn": arn}


def leave(sso, app, group):
    try:
        sso.delete_application_assignment(ApplicationArn=app, PrincipalType="GROUP", PrincipalId=group)
    except sso.exceptions.ResourceNotFoundException:
        pass


# Its id here is application and group; a group that was assigned before the stack is "found:" and that, and stays on Delete.
# The former group of an Update goes: only people of the new one may be searched for.
def access(sso, event, want):
    app, group = want["ApplicationArn"], want["GroupId"]
    old, id = event.get("PhysicalResourceId", ""), f"{app} {group}"
    if event["RequestType"] == "Delete":
        if group and old == id:
            leave(sso, app, group)
        return old, {}
    if group:
        pages = sso.get_paginator("list_application_assignments").paginate(ApplicationArn=app)
        if group not in [a["PrincipalId"] for page in pages for a in page["ApplicationAssignments"]]:
            sso.create_application_assignment(ApplicationArn=app, PrincipalType="GROUP", PrincipalId=group)
        elif old != id:
            id = f"found:{id}"
    sso.put_application_assignment_configuration(ApplicationArn=app, AssignmentRequired=bool(group))
    was = event.get("OldResourceProperties", {})
    if was.get("ApplicationArn") == app and was["GroupId"] not in ("", group):
        leave(sso, app, was["GroupId"])
    return id, {}


def handler(event, context):
    old = event.get("PhysicalResourceId", "none")
    try:
        want = event["ResourceProperties"]
        sso = boto3.client("sso-admin", region_name=want["IdcRegion"])
        make = {"issuer": issuer, "access": access}[want["What"]]
        id, data = make(sso, event, want)
        cfnresponse.send(event, context, cfnresponse.SUCCESS, data, id)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, old, reason=str(error))
