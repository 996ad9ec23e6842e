package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Searches with the variables of the README, by the credentials the SDK finds where it always looks.
func main() {
	if len(os.Args) != 2 {
		fail("usage: ID_TOKEN=… go run . QUERY")
	}
	ctx := context.Background()
	base, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fail(err.Error())
	}
	customer := Customer{
		RoleARN:           read("ISV_ROLE_ARN"),
		TenantID:          read("TENANT_ID"),
		IdCApplicationARN: read("IDC_APPLICATION_ARN"),
		IdCRegion:         read("IDC_REGION"),
		QApplicationID:    read("Q_APPLICATION_ID"),
		QRetrieverID:      read("Q_RETRIEVER_ID"),
		QRegion:           read("Q_REGION"),
	}
	found, err := SearchAsUser(ctx, base, customer, read("ID_TOKEN"), os.Args[1])
	if err != nil {
		fail(err.Error())
	}
	for _, document := range found {
		fmt.Printf("%s\n  %s\n", aws.ToString(document.DocumentTitle), aws.ToString(document.Content))
	}
}

func read(name string) string {
	value, found := os.LookupEnv(name)
	if !found {
		fail(name + " is not set; the README says where its value comes from")
	}
	return value
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}
