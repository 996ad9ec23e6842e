package example;

import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.services.qbusiness.QBusinessClient;
import software.amazon.awssdk.services.qbusiness.model.RelevantContent;
import software.amazon.awssdk.services.ssooidc.SsoOidcClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.ProvidedContext;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * Searches a customer's Amazon Q Business index as one user, from an ID token: four calls with the AWS SDK for Java.
 * Where AWS_ENDPOINT_URL is set the SDK sends them there, to a local AWS; otherwise they go to AWS.
 */
public final class SearchAsUser {
  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final String IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter";

  private final Customer customer;
  private final AwsCredentialsProvider base;

  /**
   * @param base credentials that may assume the role
   */
  public SearchAsUser(Customer customer, AwsCredentialsProvider base) {
    this.customer = customer;
    this.base = base;
  }

  /**
   * @param idToken the user's ID token; it serves once
   * @return what this user may see of the customer's documents
   */
  public List<RelevantContent> search(String idToken, String query) {
    // 1. The ISV's role, tagged with the customer it acts for.
    AwsCredentialsProvider tagged = assumeRole(List.of());

    // 2. The ID token for Identity Center's word on who the user is.
    ProvidedContext user =
        ProvidedContext.builder()
            .providerArn(IDENTITY_CENTER)
            .contextAssertion(exchange(tagged, idToken))
            .build();

    // 3. The role again, by the base credentials again, now in the user's name.
    AwsCredentialsProvider inName = assumeRole(List.of(user));

    // 4. The search. What comes back is what this user may see.
    try (QBusinessClient q =
        QBusinessClient.builder().region(customer.qRegion()).credentialsProvider(inName).build()) {
      return q.searchRelevantContent(
              request ->
                  request
                      .applicationId(customer.qApplicationId())
                      .queryText(query)
                      .contentSource(source -> source.retriever(it -> it.retrieverId(customer.qRetrieverId()))))
          .relevantContent();
    }
  }

  /** A token serves once: a repeat would be refused, so the SDK is to make none. */
  private String exchange(AwsCredentialsProvider tagged, String idToken) {
    try (SsoOidcClient oidc =
        SsoOidcClient.builder()
            .region(customer.idcRegion())
            .credentialsProvider(tagged)
            .overrideConfiguration(client -> client.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build()) {
      return oidc.createTokenWithIAM(
              request ->
                  request
                      .clientId(customer.idcApplicationArn())
                      .grantType(JWT_BEARER)
                      .assertion(idToken))
          .awsAdditionalDetails()
          .identityContext();
    }
  }

  private AwsCredentialsProvider assumeRole(List<ProvidedContext> provided) {
    Tag tenant =
        Tag.builder().key("qbusiness-dataaccessor:ExternalId").value(customer.tenantId()).build();
    try (StsClient sts =
        StsClient.builder().region(customer.idcRegion()).credentialsProvider(base).build()) {
      Credentials keys =
          sts.assumeRole(
                  request -> {
                    request
                        .roleArn(customer.roleArn())
                        .roleSessionName("search-" + customer.tenantId())
                        .tags(tenant);
                    if (!provided.isEmpty()) {
                      request.providedContexts(provided);
                    }
                  })
              .credentials();
      return StaticCredentialsProvider.create(
          AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
    }
  }

  /** Searches with the variables of the README, by the credentials the SDK finds where it always looks. */
  public static void main(String[] words) {
    if (words.length != 1) {
      System.err.println("usage: ID_TOKEN=… mvn -q compile exec:java -Dexec.args=QUERY");
      System.exit(2);
    }
    var search = new SearchAsUser(Customer.fromEnvironment(), DefaultCredentialsProvider.builder().build());
    for (RelevantContent document : search.search(Customer.read("ID_TOKEN"), words[0])) {
      System.out.println(document.documentTitle() + "\n  " + document.content());
    }
  }
}
