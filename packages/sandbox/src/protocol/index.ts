// The wire: requests in, answers and errors out, for every service the sandbox speaks.

export { serializeError } from "./error_response.ts";
export { refuseUnsupported } from "./refuse.ts";
export { type ParsedRequest, parseRequest, type WireRequest } from "./request.ts";
export { serializeResponse, type WireResponse } from "./response.ts";
