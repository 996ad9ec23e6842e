#!/usr/bin/env bash
# Sets up, in your AWS account, what lets one supplier search your Amazon Q index as your users; --undo takes it away again.
# Run it as often as you like: what is there already is found, and left as it is. Nothing in it is secret.
# It needs bash and the AWS CLI, as AWS CloudShell has them, and somebody who may administer IAM Identity Center and Amazon Q
# Business. It calls AWS and nobody else.
set -euo pipefail

# Of the supplier, as it is registered with AWS.
SUPPLIER=@supplier@
ISSUER_URL=@issuerUrl@
CLAIM=@claim@
ROLE_ARN=@roleArn@
# What the supplier calls you, and you type at AWS as External Id.
TENANT=@tenantId@
# What the things are called in your account.
ISSUER_NAME=@issuerName@
ACCESSOR_NAME=@accessorName@
STATEMENT_ID=@statementId@
# Yours. What is empty is looked up; where there are several, the script asks you to choose by an option.
IDC_REGION=@idcRegion@
Q_REGION=@qRegion@
APPLICATION_ID=@applicationId@
RETRIEVER_ID=@retrieverId@
# What it does when no option says so.
UNDO=@undo@

INSTANCE_ARN=''
GROUP_ID=''
DATA_SOURCE_ID=''
EVERYONE=no
CHANGES=0
CONDITION_KEY='aws:PrincipalTag/qbusiness-dataaccessor:ExternalId'
JWT_BEARER='urn:ietf:params:oauth:grant-type:jwt-bearer'

usage() {
  cat <<'END'
Usage: bash setup.sh [OPTIONS]

  --idc-region REGION    where your IAM Identity Center is (default: AWS_REGION)
  --q-region REGION      where your Amazon Q Business application is (default: the same)
  --application-id ID    which Amazon Q Business application, if you have several
  --retriever-id ID      which of its retrievers, if it has several
  --instance-arn ARN     which Identity Center instance, if there are several
  --group-id ID          only this group of Identity Center may be searched for; again for another
  --everyone             everybody of the application may be searched for, although you chose people before
  --data-source-id ID    only this data source may be searched
  --undo                 take away what the script made, in the right order; with the options that set it up
  --help                 this text

It ends with 0: done; 1: stopped, it says why; 3, with --undo only: perhaps not all was found, it says what to do.
END
}

say() { printf '%s\n' "$*"; }
step() { printf '  %-9s%s\n' "$1" "$2"; }
changed() {
  CHANGES=$((CHANGES + 1))
  step "$1" "$2"
}
fail() {
  printf '\nStopped: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf 'What to do: %s\n' "$2" >&2; fi
  exit 1
}

# ---- What you say ---------------------------------------------------------------------------------------------------------

# Takes an option's value, which has the form it must have; nothing else goes on to AWS.
checked() {
  [[ ${2:-} =~ $3 ]] || fail "$1 is not $4" "Correct it; bash setup.sh --help says what each option is for."
  printf '%s' "$2"
}
REGION_FORM='^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$'
ID_FORM='^[a-zA-Z0-9][a-zA-Z0-9-]{35}$'
INSTANCE_FORM='^arn:aws[a-z-]*:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}$'
GROUP_FORM='^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$'

while [ $# -gt 0 ]; do
  option=$1
  case $option in
    --undo) UNDO=yes ;;
    --everyone) EVERYONE=yes ;;
    --help) usage && exit 0 ;;
    --idc-region | --q-region | --application-id | --retriever-id | --instance-arn | --group-id | --data-source-id)
      [ $# -ge 2 ] || fail "$option has no value"
      shift
      case $option in
        --idc-region) IDC_REGION=$(checked "$option" "$1" "$REGION_FORM" 'a region such as us-east-1') ;;
        --q-region) Q_REGION=$(checked "$option" "$1" "$REGION_FORM" 'a region such as us-east-1') ;;
        --application-id) APPLICATION_ID=$(checked "$option" "$1" "$ID_FORM" 'an id of 36 characters') ;;
        --retriever-id) RETRIEVER_ID=$(checked "$option" "$1" "$ID_FORM" 'an id of 36 characters') ;;
        --instance-arn) INSTANCE_ARN=$(checked "$option" "$1" "$INSTANCE_FORM" 'the ARN of an instance') ;;
        --group-id) GROUP_ID="$GROUP_ID $(checked "$option" "$1" "$GROUP_FORM" 'the id of a group')" ;;
        --data-source-id) DATA_SOURCE_ID=$(checked "$option" "$1" "$ID_FORM" 'an id of 36 characters') ;;
      esac
      ;;
    *) fail "there is no option $option" 'bash setup.sh --help lists them.' ;;
  esac
  shift
done
if [ "$EVERYONE" = yes ] && [ -n "$GROUP_ID" ]; then fail '--everyone and --group-id contradict each other'; fi

# ---- How AWS is asked -----------------------------------------------------------------------------------------------------

command -v aws >/dev/null || fail 'there is no AWS CLI here' 'Run it in AWS CloudShell, or install the AWS CLI.'
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
ERRORS=$(mktemp)
trap 'rm -f "$ERRORS"' EXIT
ANSWER=''

# Asks AWS. The answer is in ANSWER: a line for each row, cells between tabs. A refusal ends the script in AWS's own words.
ask() {
  if ! ANSWER=$(aws "$@" --output text </dev/null 2>"$ERRORS"); then refused "$@"; fi
  if [ "$ANSWER" = None ]; then ANSWER=''; fi
}
# The same, where "there is none" is an answer: an empty one.
ask_if_any() {
  if ANSWER=$(aws "$@" --output text </dev/null 2>"$ERRORS"); then
    if [ "$ANSWER" = None ]; then ANSWER=''; fi
  elif grep -q ResourceNotFoundException "$ERRORS"; then
    ANSWER=''
  else
    refused "$@"
  fi
}
refused() {
  cat "$ERRORS" >&2
  fail "AWS refused: aws $1 $2" \
    'Read what AWS says above. AccessDenied: your own permissions lack this action. Otherwise: is the region right?'
}

# The first cell of the only row of ANSWER. Of several, an option chooses.
only_row() {
  local what=$1 option=$2 where=$3 rows
  rows=$(printf '%s\n' "$ANSWER" | sed -e '/^[[:space:]]*$/d' -e '/^None/d')
  if [ -z "$rows" ]; then fail "there is no $what in $where" "Say where it is: $4"; fi
  if [ "$(printf '%s\n' "$rows" | wc -l)" -gt 1 ]; then
    printf '%s\n' "$rows" >&2
    fail "there are several: $what" "Choose one: $option"
  fi
  printf '%s' "${rows%%$'\t'*}"
}

# ---- What you have --------------------------------------------------------------------------------------------------------

look_up_places() {
  IDC_REGION=${IDC_REGION:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}
  [ -n "$IDC_REGION" ] || fail 'no region is known' 'Say where your IAM Identity Center is: --idc-region REGION'
  Q_REGION=${Q_REGION:-$IDC_REGION}
  ask sts get-caller-identity --region "$IDC_REGION" --query Account
  say "Account $ANSWER; Identity Center in $IDC_REGION, Amazon Q Business in $Q_REGION."
  if [ -z "$INSTANCE_ARN" ]; then
    ask sso-admin list-instances --region "$IDC_REGION" --query 'Instances[].[InstanceArn,Name]'
    INSTANCE_ARN=$(only_row 'instance of IAM Identity Center' '--instance-arn ARN' "$IDC_REGION" '--idc-region REGION')
  fi
  step found "Identity Center instance $INSTANCE_ARN"
}

look_up_application() {
  if [ -z "$APPLICATION_ID" ]; then
    ask qbusiness list-applications --region "$Q_REGION" --query 'applications[].[applicationId,displayName]'
    APPLICATION_ID=$(only_row 'Amazon Q Business application' '--application-id ID' "$Q_REGION" '--q-region REGION')
  fi
  ask qbusiness get-application --region "$Q_REGION" --application-id "$APPLICATION_ID" \
    --query '[identityType,identityCenterApplicationArn]'
  case $ANSWER in
    AWS_IAM_IDC*) ;;
    *) fail "the application $APPLICATION_ID does not use IAM Identity Center" 'Data accessors need an application that does.' ;;
  esac
  case $ANSWER in
    *application/*)
      case $ANSWER in
        *"application/${INSTANCE_ARN##*/}/"*) ;;
        *) fail "the application $APPLICATION_ID uses another Identity Center instance" 'Choose: --instance-arn ARN, --idc-region REGION' ;;
      esac
      ;;
  esac
  step found "Amazon Q Business application $APPLICATION_ID"
}

look_up_retriever() {
  if [ -z "$RETRIEVER_ID" ]; then
    ask qbusiness list-retrievers --region "$Q_REGION" --application-id "$APPLICATION_ID" \
      --query 'retrievers[].[retrieverId,displayName]'
    RETRIEVER_ID=$(only_row 'retriever' '--retriever-id ID' "application $APPLICATION_ID" '--application-id ID')
  fi
  step found "retriever $RETRIEVER_ID"
}

# ISSUER_ARN: the trusted token issuer of this very address; empty if there is none. ISSUER_MAPPING: what it compares.
find_issuer() {
  local arn
  ISSUER_ARN=''
  ISSUER_MAPPING=''
  ask sso-admin list-trusted-token-issuers --region "$IDC_REGION" --instance-arn "$INSTANCE_ARN" \
    --query 'TrustedTokenIssuers[].[TrustedTokenIssuerArn]'
  while IFS= read -r arn <&3; do
    [ -n "$arn" ] || continue
    ask sso-admin describe-trusted-token-issuer --region "$IDC_REGION" --trusted-token-issuer-arn "$arn" \
      --query 'TrustedTokenIssuerConfiguration.OidcJwtConfiguration.[IssuerUrl,ClaimAttributePath,IdentityStoreAttributePath]'
    if [ "${ANSWER%%$'\t'*}" = "$ISSUER_URL" ]; then
      ISSUER_ARN=$arn
      ISSUER_MAPPING=${ANSWER#*$'\t'}
      return
    fi
  done 3<<END
$ANSWER
END
}

# ACCESSORS: a line for each data accessor of this supplier, for you, by this method: its id, the ARN of its issuer, the ARN of
# its Identity Center application.
find_accessors() {
  local id principal type external issuer application
  ACCESSORS=''
  ask qbusiness list-data-accessors --region "$Q_REGION" --application-id "$APPLICATION_ID" \
    --query 'dataAccessors[].[dataAccessorId,principal,authenticationDetail.authenticationType,authenticationDetail.externalIds[0],authenticationDetail.authenticationConfiguration.idcTrustedTokenIssuerConfiguration.idcTrustedTokenIssuerArn,idcApplicationArn]'
  while IFS=$'\t' read -r id principal type external issuer application; do
    if [ "$principal" = "$ROLE_ARN" ] && [ "$external" = "$TENANT" ] && [ "$type" = AWS_IAM_IDC_TTI ]; then
      ACCESSORS="$ACCESSORS$id"$'\t'"$issuer"$'\t'"$application"$'\n'
    fi
  done <<END
$ANSWER
END
}

has_statement() {
  ask_if_any qbusiness get-policy --region "$Q_REGION" --application-id "$APPLICATION_ID" --query policy
  [[ $(printf '%s' "$ANSWER" | tr -d '[:space:]') == *"\"Sid\":\"$STATEMENT_ID\""* ]]
}

# ---- What is made ---------------------------------------------------------------------------------------------------------

make_issuer() {
  find_issuer
  if [ -n "$ISSUER_ARN" ]; then
    if [ "$ISSUER_MAPPING" != "$CLAIM"$'\t''emails.value' ]; then
      fail "the trusted token issuer $ISSUER_ARN compares other attributes: $ISSUER_MAPPING" \
        "It must compare $CLAIM with emails.value. Change it in IAM Identity Center, Settings, Authentication, once you know that no other application relies on it."
    fi
    step found "trusted token issuer $ISSUER_ARN"
    return
  fi
  ask sso-admin create-trusted-token-issuer --region "$IDC_REGION" --instance-arn "$INSTANCE_ARN" --name "$ISSUER_NAME" \
    --trusted-token-issuer-type OIDC_JWT --trusted-token-issuer-configuration "$(
      printf '{"OidcJwtConfiguration":{"IssuerUrl":"%s","ClaimAttributePath":"%s","IdentityStoreAttributePath":"emails.value","JwksRetrievalOption":"OPEN_ID_DISCOVERY"}}' \
        "$ISSUER_URL" "$CLAIM"
    )" --query TrustedTokenIssuerArn
  ISSUER_ARN=$ANSWER
  changed made "trusted token issuer $ISSUER_ARN"
}

make_accessor() {
  local id issuer authentication actions='[{"action":"qbusiness:SearchRelevantContent"}]'
  authentication=$(
    printf '{"authenticationType":"AWS_IAM_IDC_TTI","authenticationConfiguration":{"idcTrustedTokenIssuerConfiguration":{"idcTrustedTokenIssuerArn":"%s"}},"externalIds":["%s"]}' \
      "$ISSUER_ARN" "$TENANT"
  )
  if [ -n "$DATA_SOURCE_ID" ]; then
    actions=$(
      printf '[{"action":"qbusiness:SearchRelevantContent","filterConfiguration":{"documentAttributeFilter":{"equalsTo":{"name":"_data_source_id","value":{"stringValue":"%s"}}}}}]' \
        "$DATA_SOURCE_ID"
    )
  fi
  find_accessors
  if [ -z "$ACCESSORS" ]; then
    ask qbusiness create-data-accessor --region "$Q_REGION" --application-id "$APPLICATION_ID" --principal "$ROLE_ARN" \
      --display-name "$ACCESSOR_NAME" --action-configurations "$actions" --authentication-detail "$authentication" \
      --query '[dataAccessorId,idcApplicationArn]'
    IDC_APPLICATION_ARN=${ANSWER##*$'\t'}
    changed made "data accessor ${ANSWER%%$'\t'*}"
    return
  fi
  IFS=$'\t' read -r id issuer IDC_APPLICATION_ARN <<<"$ACCESSORS"
  step found "data accessor $id"
  if [ "$issuer" != "$ISSUER_ARN" ] || [ -n "$DATA_SOURCE_ID" ]; then
    # What you let it search stays as you chose it, unless you choose anew.
    if [ -z "$DATA_SOURCE_ID" ]; then
      actions=$(aws qbusiness get-data-accessor --region "$Q_REGION" --application-id "$APPLICATION_ID" \
        --data-accessor-id "$id" --query actionConfigurations --output json </dev/null)
    fi
    ask qbusiness update-data-accessor --region "$Q_REGION" --application-id "$APPLICATION_ID" --data-accessor-id "$id" \
      --action-configurations "$actions" --authentication-detail "$authentication"
    changed changed "data accessor $id: its issuer is $ISSUER_ARN${DATA_SOURCE_ID:+, its data source $DATA_SOURCE_ID}"
  fi
}

make_permission() {
  if has_statement; then
    step found "permission $STATEMENT_ID"
    return
  fi
  ask qbusiness associate-permission --region "$Q_REGION" --application-id "$APPLICATION_ID" \
    --statement-id "$STATEMENT_ID" --actions qbusiness:SearchRelevantContent --principal "$ROLE_ARN" --conditions "$(
      printf '[{"conditionOperator":"StringEquals","conditionKey":"%s","conditionValues":["%s"]}]' "$CONDITION_KEY" "$TENANT"
    )"
  changed made "permission $STATEMENT_ID, only with the External Id $TENANT"
}

make_assignment() {
  local required assigned group
  ask sso-admin get-application-assignment-configuration --region "$IDC_REGION" \
    --application-arn "$IDC_APPLICATION_ARN" --query AssignmentRequired
  required=$ANSWER
  ask sso-admin list-application-assignments --region "$IDC_REGION" --application-arn "$IDC_APPLICATION_ARN" \
    --query 'ApplicationAssignments[].[PrincipalId]'
  assigned=$ANSWER
  for group in $GROUP_ID; do
    if grep -qxF "$group" <<<"$assigned"; then
      step found "assignment of group $group"
    else
      ask sso-admin create-application-assignment --region "$IDC_REGION" --application-arn "$IDC_APPLICATION_ARN" \
        --principal-type GROUP --principal-id "$group"
      changed made "assignment of group $group"
    fi
  done
  if [ -n "$GROUP_ID" ]; then
    if [ "$required" = True ]; then return; fi
    ask sso-admin put-application-assignment-configuration --region "$IDC_REGION" \
      --application-arn "$IDC_APPLICATION_ARN" --assignment-required
    changed changed 'assignment: only who is assigned may be searched for'
  elif [ "$required" = True ] && [ -n "$assigned" ] && [ "$EVERYONE" = no ]; then
    step kept 'assignment: only whom you assigned; --everyone opens it to all users of the application'
  elif [ "$required" = True ]; then
    ask sso-admin put-application-assignment-configuration --region "$IDC_REGION" \
      --application-arn "$IDC_APPLICATION_ARN" --no-assignment-required
    changed changed 'assignment: all users of the application may be searched for, each sees what they may see'
  else
    step found 'assignment: all users of the application'
  fi
}

set_up() {
  look_up_places
  look_up_application
  look_up_retriever
  make_issuer
  make_accessor
  make_permission
  make_assignment
  say ''
  if [ "$CHANGES" -eq 0 ]; then say 'Everything was there: nothing was changed.'; else say "Changed: $CHANGES."; fi
  say ''
  say "Send these five details to $SUPPLIER, or paste the last line into its portal:"
  say "  External Id                       $TENANT"
  say "  Application ID                    $APPLICATION_ID"
  say "  Application region                $Q_REGION"
  say "  Retriever ID                      $RETRIEVER_ID"
  say "  Data accessor application ARN     $IDC_APPLICATION_ARN"
  say "  IAM Identity Center region        $IDC_REGION"
  say ''
  say 'To take it all away again:'
  say "  bash setup.sh --undo --idc-region $IDC_REGION --q-region $Q_REGION --application-id $APPLICATION_ID --instance-arn $INSTANCE_ARN"
  say ''
  say "tti-details tenant=$TENANT application=$APPLICATION_ID q-region=$Q_REGION retriever=$RETRIEVER_ID idc-application=$IDC_APPLICATION_ARN idc-region=$IDC_REGION"
}

# ---- What is taken away ---------------------------------------------------------------------------------------------------

# First what lets the supplier in, then what it was let in by. What was not found here may stand in another region: then this
# does not end as if all were done.
OVERLOOKED=''
SEEN=''
FOUND_ACCESSOR=no
take_away() {
  look_up_places
  if application_is_gone; then
    step absent "Amazon Q Business application ${APPLICATION_ID:-in $Q_REGION}"
    OVERLOOKED="no Amazon Q Business application was found in $Q_REGION"
  else
    look_up_application
    take_away_access
  fi
  take_away_issuer
  say ''
  if [ "$CHANGES" -gt 0 ]; then say "Taken away: $CHANGES."; fi
  if [ -n "$OVERLOOKED" ]; then not_all_found; fi
  if [ "$CHANGES" -eq 0 ]; then say 'There was nothing to take away.'; fi
}

not_all_found() {
  printf '\nPerhaps not everything was found: %s.\n' "$OVERLOOKED" >&2
  printf 'What to do: run it again with the options that set it up: --undo --idc-region REGION --q-region REGION --application-id ID. ' >&2
  printf 'What you set up may be in another region, or in another application. Nothing is left to do if you deleted that application.\n' >&2
  exit 3
}

# An application that was deleted took its data accessors along.
application_is_gone() {
  if [ -n "$APPLICATION_ID" ]; then
    ask_if_any qbusiness get-application --region "$Q_REGION" --application-id "$APPLICATION_ID" --query applicationId
  else
    ask qbusiness list-applications --region "$Q_REGION" --query 'applications[].[applicationId]'
  fi
  [ -z "${ANSWER//[[:space:]]/}" ]
}

take_away_access() {
  local id issuer application
  if has_statement; then
    ask qbusiness disassociate-permission --region "$Q_REGION" --application-id "$APPLICATION_ID" \
      --statement-id "$STATEMENT_ID"
    changed removed "permission $STATEMENT_ID"
  else
    step absent "permission $STATEMENT_ID"
  fi
  # Whatever this application lets in is in sight here: none of it is ours in another place.
  ask qbusiness list-data-accessors --region "$Q_REGION" --application-id "$APPLICATION_ID" \
    --query 'dataAccessors[].[idcApplicationArn]'
  SEEN=$ANSWER
  find_accessors
  if [ -z "$ACCESSORS" ]; then step absent "data accessor of $ROLE_ARN for $TENANT"; fi
  while IFS=$'\t' read -r id issuer application <&3; do
    [ -n "$id" ] || continue
    ask qbusiness delete-data-accessor --region "$Q_REGION" --application-id "$APPLICATION_ID" --data-accessor-id "$id"
    FOUND_ACCESSOR=yes
    changed removed "data accessor $id, and its Identity Center application $application"
  done 3<<<"$ACCESSORS"
  ask_if_any qbusiness get-policy --region "$Q_REGION" --application-id "$APPLICATION_ID" --query policy
  case $ANSWER in
    *"$ROLE_ARN"*)
      step left "the application's policy still names $ROLE_ARN, by a statement that this script did not make:"
      say "           aws qbusiness get-policy --region $Q_REGION --application-id $APPLICATION_ID"
      ;;
  esac
}

# The issuer goes last, and only if no application of yours relies on it.
take_away_issuer() {
  local application
  find_issuer
  if [ -z "$ISSUER_ARN" ]; then
    step absent "trusted token issuer of $ISSUER_URL"
    return
  fi
  ask sso-admin list-applications --region "$IDC_REGION" --instance-arn "$INSTANCE_ARN" \
    --query 'Applications[].[ApplicationArn]'
  while IFS= read -r application <&3; do
    [ -n "$application" ] || continue
    ask_if_any sso-admin get-application-grant --region "$IDC_REGION" --application-arn "$application" \
      --grant-type "$JWT_BEARER" --query 'Grant.JwtBearer.AuthorizedTokenIssuers[].[TrustedTokenIssuerArn]'
    if grep -qxF "$ISSUER_ARN" <<<"$ANSWER"; then
      step kept "trusted token issuer $ISSUER_ARN: $application relies on it"
      if [ "$FOUND_ACCESSOR" = no ] && [ -z "$OVERLOOKED" ] && ! grep -qxF "$application" <<<"$SEEN"; then
        OVERLOOKED="the trusted token issuer is relied on by $application, which is not of the application $APPLICATION_ID in $Q_REGION"
      fi
      return
    fi
  done 3<<END
$ANSWER
END
  ask sso-admin delete-trusted-token-issuer --region "$IDC_REGION" --trusted-token-issuer-arn "$ISSUER_ARN"
  changed removed "trusted token issuer $ISSUER_ARN"
}

if [ "$UNDO" = yes ]; then take_away; else set_up; fi
