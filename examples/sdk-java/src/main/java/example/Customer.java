package example;

import software.amazon.awssdk.regions.Region;

/** What the customer handed over, and the ISV's own role and name for the customer. */
public record Customer(
    String roleArn,
    String tenantId,
    String idcApplicationArn,
    Region idcRegion,
    String qApplicationId,
    String qRetrieverId,
    Region qRegion) {

  /** Reads the variables of the README. */
  static Customer fromEnvironment() {
    return new Customer(
        read("ISV_ROLE_ARN"),
        read("TENANT_ID"),
        read("IDC_APPLICATION_ARN"),
        Region.of(read("IDC_REGION")),
        read("Q_APPLICATION_ID"),
        read("Q_RETRIEVER_ID"),
        Region.of(read("Q_REGION")));
  }

  static String read(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set; the README says where its value comes from");
    }
    return value;
  }
}
