// The errors of LookupEvents, with AWS's codes; all are 400 (API reference).
import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing<
  | "InvalidLookupAttributesException"
  | "InvalidNextTokenException"
  | "InvalidTimeRangeException"
  | "ThrottlingException"
>("cloudtrail", { ThrottlingException: 400 });
