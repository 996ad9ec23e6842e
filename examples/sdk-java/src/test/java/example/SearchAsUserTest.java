package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.qbusiness.model.RelevantContent;
import software.amazon.awssdk.services.ssooidc.model.InvalidGrantException;

/** The four calls against a local AWS, and a refusal as the SDK throws it. */
@EnabledIfEnvironmentVariable(
    named = "AWS_ENDPOINT_URL",
    matches = ".+",
    disabledReason = "start tti-sandbox, as the README says")
class SearchAsUserTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  @Test
  void eachUserFindsWhatTheyMaySee() throws Exception {
    assertEquals(List.of("Design", "Handbook"), search("{\"email\": \"ada@acme.example\"}"));
    assertEquals(List.of("Handbook"), search("{\"email\": \"bob@acme.example\"}"));
  }

  @Test
  void aTokenForAnotherAudienceIsRefusedAndTheLocalAwsSaysWhy() throws Exception {
    String forAnother = "{\"email\": \"ada@acme.example\", \"claims\": {\"aud\": \"somebody-else\"}}";
    InvalidGrantException refused = assertThrows(InvalidGrantException.class, () -> search(forAnother));
    assertEquals("InvalidGrantException", refused.awsErrorDetails().errorCode());
    assertEquals("invalid_grant", refused.error());
    JsonNode seen = ask("requests?limit=1", null).path("requests").path(0);
    System.out.printf(
        "%s was refused by %s: %s %s%n",
        seen.path("operation").asText(),
        seen.path("rule").asText(),
        seen.path("reason").asText(),
        seen.path("fix").asText());
    assertEquals("token.audience", seen.path("rule").asText());
  }

  private List<String> search(String tokenRequest) throws Exception {
    JsonNode seed = ask("seed", null);
    JsonNode handedOver = seed.path("connections").path("example-isv");
    assertFalse(
        handedOver.isMissingNode(),
        "the local AWS has another seed: start it with that of tti-sandbox --example-seed --issuer own");
    JsonNode keys = seed.path("credentials").path("isv");
    Customer customer =
        new Customer(
            handedOver.path("principal").asText(),
            handedOver.path("externalId").asText(),
            handedOver.path("idcApplicationArn").asText(),
            Region.of(handedOver.path("idcRegion").asText()),
            handedOver.path("applicationId").asText(),
            handedOver.path("retrieverId").asText(),
            Region.of(handedOver.path("applicationRegion").asText()));
    var base =
        AwsSessionCredentials.create(
            keys.path("accessKeyId").asText(),
            keys.path("secretAccessKey").asText(),
            keys.path("sessionToken").asText());
    String idToken = ask("id-token", tokenRequest).path("idToken").asText();
    return new SearchAsUser(customer, StaticCredentialsProvider.create(base))
        .search(idToken, "vacation").stream().map(RelevantContent::documentTitle).sorted().toList();
  }

  /** Asks the local AWS itself, not AWS's API. */
  private JsonNode ask(String path, String body) throws Exception {
    URI address = URI.create(System.getenv("AWS_ENDPOINT_URL") + "/_sandbox/" + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    if (body != null) {
      request
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer.body());
    return json.readTree(answer.body());
  }
}
