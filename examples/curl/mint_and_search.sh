#!/usr/bin/env bash
# Mints an ID token for a user of yours and searches their company's index, with curl and openssl alone.
# Usage: mint_and_search.sh TENANT USER_ID EMAIL "QUERY"
#        mint_and_search.sh --jwks      the public half of the key, to register
set -euo pipefail
issuer=${TTI_ISSUER:-http://localhost:3000}
client=${CLIENT_ID:-back-end} key=${KEY_FILE:-back-end.pem}
urn=urn:ietf:params:oauth

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
claims_of() { local p; p=$(cut -d. -f2 | tr '_-' '/+'); while ((${#p} % 4)); do p+==; done; openssl base64 -d -A <<<"$p"; }
quoted() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

if [ "${1:-}" = --jwks ]; then
  hex=$(openssl rsa -in "$key" -noout -modulus | cut -d= -f2 | sed 's/../\\x&/g')
  n=$(printf "$hex" | base64url)
  echo "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"e\":\"AQAB\",\"n\":\"$n\"}]}"
  exit
fi
[ $# = 4 ] || { echo 'Usage: mint_and_search.sh TENANT USER_ID EMAIL "QUERY" (or --jwks)' >&2; exit 2; }
tenant=$1 user=$2 email=$3 query=$4 now=$(date +%s)

# jwt TYP CLAIMS: header.payload.signature (RFC 7515). It lives a minute, and its jti makes it serve once.
jwt() {
  local claims="\"iss\":\"$client\",\"aud\":\"$issuer\",\"iat\":$now,\"exp\":$((now + 60)),\"jti\":\"$(openssl rand -hex 16)\",$2"
  local signed="$(printf '{"alg":"RS256","typ":"%s"}' "$1" | base64url).$(printf '{%s}' "$claims" | base64url)"
  echo "$signed.$(printf %s "$signed" | openssl dgst -sha256 -sign "$key" -binary | base64url)"
}

# token NAME=VALUE…: POST /token. The client proves itself by a JWT of its own (private_key_jwt, RFC 7523).
# The form travels through a pipe, because the words of a command can be read by everybody on the machine.
token() {
  local pair form="client_id=$client&client_assertion_type=$urn:client-assertion-type:jwt-bearer"
  form+="&client_assertion=$(jwt JWT "\"sub\":\"$client\"")"
  for pair; do form+="&$pair"; done
  printf %s "$form" | curl -sS --fail-with-body -d @- "$issuer/token"
}

# 1. Sign who the user is. auth_time is when you last saw them log in: say the truth.
subject=$(jwt tti-subject+jwt "\"sub\":$(quoted "$user"),\"tenant\":$(quoted "$tenant"),\"email\":$(quoted "$email"),\"auth_time\":${AUTH_TIME:-$now}")

# 2. Exchange it for the ID token that AWS takes (RFC 8693).
answer=$(token "grant_type=$urn:grant-type:token-exchange" "subject_token_type=$urn:token-type:jwt" \
  "subject_token=$subject") || { echo "$answer" >&2; exit 1; }
echo "$answer" | member access_token | claims_of
echo

# 3. Search. The provider mints again and makes the three AWS calls for you.
answer=$(token grant_type=client_credentials scope=tti:search) || { echo "$answer" >&2; exit 1; }
curl -sS --fail-with-body -H @<(echo "Authorization: Bearer $(echo "$answer" | member access_token)") \
  -H 'Content-Type: application/json' -d "{\"user\":$(quoted "$user"),\"query\":$(quoted "$query")}" \
  "$issuer/v1/tenants/$tenant/search"
