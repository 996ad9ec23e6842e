// The sandbox's state: the world, its entities, its ids.
export * from "./iam_entities.ts";
export * from "./identity_center_entities.ts";
export * from "./ids.ts";
export * from "./qbusiness_entities.ts";
export * from "./qbusiness_people_entities.ts";
export * from "./s3_entities.ts";
export * from "./trail_entities.ts";
export * from "./world.ts";
