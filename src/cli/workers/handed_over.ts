// Owns what becomes of connections that were handed to a worker which ended, or was killed, before it took them. Node.js waits for
// the worker's word for ever and keeps the connection open, so that its client would wait as long: of them all, one per port.
import type { ChildProcess } from "node:child_process";
import type { EventEmitter } from "node:events";

interface Handle {
  close(): void;
}

/** What of Node.js's own messages between a primary and its workers is looked at (lib/internal/cluster). */
interface ClusterMessage {
  cmd?: string;
  act?: string;
  seq?: number;
  ack?: number;
}

/**
 * Has connections that a worker had not taken when it ended handed to another, as if it had refused them; or closed, if there is
 * no other. Nothing was read of them yet. Should Node.js change what it says, nothing is taken back, and no more than that.
 */
export function takeBackUntaken(child: ChildProcess, otherServes: () => boolean): void {
  const untaken = new Map<number, Handle>();
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  const noting = (message: ClusterMessage, handle?: Handle, ...rest: unknown[]): boolean => {
    if (message.cmd === "NODE_CLUSTER" && message.act === "newconn" && message.seq !== undefined && handle)
      untaken.set(message.seq, handle);
    return send(message, handle, ...rest);
  };
  child.send = noting as typeof child.send;
  const inside = child as EventEmitter;
  inside.on("internalMessage", ({ ack }: ClusterMessage) => {
    if (ack !== undefined) untaken.delete(ack);
  });
  // Its last words have been read by then, and it is handed nothing more.
  child.once("close", () => {
    for (const [ack, handle] of untaken) {
      if (otherServes()) inside.emit("internalMessage", { cmd: "NODE_CLUSTER", ack, accepted: false });
      else handle.close();
    }
  });
}
