// Searches a customer's Amazon Q Business index as one user, from an ID token: four calls with the AWS SDK for Go.
// Where AWS_ENDPOINT_URL is set the SDK sends them there, to a local AWS; otherwise they go to AWS.
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/qbusiness"
	q "github.com/aws/aws-sdk-go-v2/service/qbusiness/types"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const (
	jwtBearer      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	identityCenter = "arn:aws:iam::aws:contextProvider/IdentityCenter"
)

// Customer is what the customer handed over, and the ISV's own role and name for the customer.
type Customer struct {
	RoleARN           string
	TenantID          string
	IdCApplicationARN string
	IdCRegion         string
	QApplicationID    string
	QRetrieverID      string
	QRegion           string
}

// SearchAsUser returns what the user of the ID token may see. The token serves once.
// The base configuration has credentials that may assume the role.
func SearchAsUser(ctx context.Context, base aws.Config, customer Customer, idToken, query string) ([]q.RelevantContent, error) {
	// 1. The ISV's role, tagged with the customer it acts for.
	tagged, err := assumeRole(ctx, base, customer, nil)
	if err != nil {
		return nil, fmt.Errorf("assume the role: %w", err)
	}

	// 2. The ID token for Identity Center's word on who the user is. A token serves once: a repeat is refused.
	oidc := ssooidc.NewFromConfig(base, func(o *ssooidc.Options) {
		o.Region, o.Credentials, o.RetryMaxAttempts = customer.IdCRegion, tagged, 1
	})
	exchanged, err := oidc.CreateTokenWithIAM(ctx, &ssooidc.CreateTokenWithIAMInput{
		ClientId:  aws.String(customer.IdCApplicationARN),
		GrantType: aws.String(jwtBearer),
		Assertion: aws.String(idToken),
	})
	if err != nil {
		return nil, fmt.Errorf("exchange the ID token: %w", err)
	}

	// 3. The role again, by the base credentials again, now in the user's name.
	inName, err := assumeRole(ctx, base, customer, []types.ProvidedContext{{
		ProviderArn:      aws.String(identityCenter),
		ContextAssertion: exchanged.AwsAdditionalDetails.IdentityContext,
	}})
	if err != nil {
		return nil, fmt.Errorf("assume the role in the user's name: %w", err)
	}

	// 4. The search. What comes back is what this user may see.
	client := qbusiness.NewFromConfig(base, func(o *qbusiness.Options) {
		o.Region, o.Credentials = customer.QRegion, inName
	})
	found, err := client.SearchRelevantContent(ctx, &qbusiness.SearchRelevantContentInput{
		ApplicationId: aws.String(customer.QApplicationID),
		QueryText:     aws.String(query),
		ContentSource: &q.ContentSourceMemberRetriever{
			Value: q.RetrieverContentSource{RetrieverId: aws.String(customer.QRetrieverID)},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found.RelevantContent, nil
}

func assumeRole(ctx context.Context, base aws.Config, customer Customer, provided []types.ProvidedContext) (aws.CredentialsProvider, error) {
	client := sts.NewFromConfig(base, func(o *sts.Options) { o.Region = customer.IdCRegion })
	answer, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:          aws.String(customer.RoleARN),
		RoleSessionName:  aws.String("search-" + customer.TenantID),
		Tags:             []types.Tag{{Key: aws.String("qbusiness-dataaccessor:ExternalId"), Value: aws.String(customer.TenantID)}},
		ProvidedContexts: provided,
	})
	if err != nil {
		return nil, err
	}
	keys := answer.Credentials
	return credentials.NewStaticCredentialsProvider(
		aws.ToString(keys.AccessKeyId), aws.ToString(keys.SecretAccessKey), aws.ToString(keys.SessionToken)), nil
}
