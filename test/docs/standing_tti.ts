// Owns the tti that stands beside a reader's terminal: one process that runs each typed command as a new one would, for
// to read the sources anew takes a second of a processor, and the pages hold forty commands. What stays (`tti serve`) is
// a process of its own, and so is every command of test/cli that is about processes.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { typed } from "../support/typed.ts";

interface Asked {
  words: string[];
  environment: Record<string, string>;
  folder: string;
}

const [socketPath = ""] = process.argv.slice(2);
createServer(async (request, response) => {
  const { words, environment, folder } = (await json(request)) as Asked;
  response.end(JSON.stringify(await typed(words, { environment, folder })));
}).listen(socketPath);
