// The wire: requests in, answers and errors out, for every service the sandbox speaks.

export { refuseUnsupported } from "../../models/refuse_request.ts";
export { serializeError } from "./error_response.ts";
export { type ParsedRequest, parseRequest, type WireRequest } from "./request.ts";
export { serializeResponse, type WireResponse } from "./response.ts";
