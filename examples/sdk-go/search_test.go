package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	oidc "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// What a local AWS tells of its example seed.
type seed struct {
	Connections map[string]struct {
		Principal, ExternalID, IdcApplicationARN, IdcRegion string
		ApplicationID, RetrieverID, ApplicationRegion       string
	}
	Credentials map[string]struct{ AccessKeyID, SecretAccessKey, SessionToken string }
}

// Asks the local AWS itself, not AWS's API. Without AWS_ENDPOINT_URL the test is skipped.
func ask(t *testing.T, path string, body, answer any) {
	t.Helper()
	sandbox, found := os.LookupEnv("AWS_ENDPOINT_URL")
	if !found {
		t.Skip("AWS_ENDPOINT_URL is not set: start tti-sandbox, as the README says")
	}
	method, sent := http.MethodGet, []byte(nil)
	if body != nil {
		method = http.MethodPost
		sent, _ = json.Marshal(body)
	}
	request, err := http.NewRequest(method, sandbox+"/_sandbox/"+path, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("content-type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}

func search(t *testing.T, tokenRequest map[string]any) ([]string, error) {
	t.Helper()
	var made seed
	ask(t, "seed", nil, &made)
	handedOver, found := made.Connections["example-isv"]
	if !found {
		t.Fatal("the local AWS has another seed: start it with that of tti-sandbox --example-seed --issuer own")
	}
	keys := made.Credentials["isv"]
	customer := Customer{
		RoleARN:           handedOver.Principal,
		TenantID:          handedOver.ExternalID,
		IdCApplicationARN: handedOver.IdcApplicationARN,
		IdCRegion:         handedOver.IdcRegion,
		QApplicationID:    handedOver.ApplicationID,
		QRetrieverID:      handedOver.RetrieverID,
		QRegion:           handedOver.ApplicationRegion,
	}
	ctx := context.Background()
	base, err := config.LoadDefaultConfig(ctx, config.WithCredentialsProvider(
		credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken)))
	if err != nil {
		t.Fatal(err)
	}
	var token struct{ IDToken string }
	ask(t, "id-token", tokenRequest, &token)
	documents, err := SearchAsUser(ctx, base, customer, token.IDToken, "vacation")
	titles := []string{}
	for _, document := range documents {
		titles = append(titles, aws.ToString(document.DocumentTitle))
	}
	slices.Sort(titles)
	return titles, err
}

func TestEachUserFindsWhatTheyMaySee(t *testing.T) {
	for email, expected := range map[string][]string{
		"ada@acme.example": {"Design", "Handbook"},
		"bob@acme.example": {"Handbook"},
	} {
		found, err := search(t, map[string]any{"email": email})
		if err != nil || !slices.Equal(found, expected) {
			t.Errorf("%s found %v (%v), not %v", email, found, err, expected)
		}
	}
}

func TestATokenForAnotherAudienceIsRefusedAndTheLocalAWSSaysWhy(t *testing.T) {
	_, err := search(t, map[string]any{
		"email":  "ada@acme.example",
		"claims": map[string]any{"aud": "somebody-else"},
	})
	var refused *oidc.InvalidGrantException
	if !errors.As(err, &refused) {
		t.Fatalf("no InvalidGrantException but %v", err)
	}
	if refused.ErrorCode() != "InvalidGrantException" || aws.ToString(refused.Error_) != "invalid_grant" {
		t.Errorf("its codes are %s and %s", refused.ErrorCode(), aws.ToString(refused.Error_))
	}
	var seen struct {
		Requests []struct{ Operation, Rule, Reason, Fix string }
	}
	ask(t, "requests?limit=1", nil, &seen)
	last := seen.Requests[0]
	t.Logf("%s was refused by %s: %s %s", last.Operation, last.Rule, last.Reason, last.Fix)
	if last.Rule != "token.audience" {
		t.Errorf("the rule is %s", last.Rule)
	}
}
