// Owns the kinds of trouble a store makes: each by name, with what it means. A closed list: each error of a driver that is the
// store's fault is of one kind, and metrics have a series for each.

/** What ails a store. Names are labels of metrics: add, do not rename. */
export const storeFaultKinds = {
  silent: "a statement got no answer, and its connection was thrown away",
  cut: "a connection ended under a statement",
  unreachable: "no connection could be opened",
  starting: "the server is starting, stopping, recovering or failing over",
  slow: "a statement took longer than it may, and was given up",
  contended: "a statement was given up because another held what it needed",
  pool_used_up: "every connection of this instance was in use for longer than a request waits",
  out_of_connections: "the server takes no more connections",
  read_only: "the store takes no writes: a standby, or made read-only",
  disk_full: "the disk of the store is full",
  disk_error: "the store cannot read or write its files",
  memory: "the server is out of memory",
  damaged: "data, an index or the file is damaged",
  refused: "the server refuses the user, the database, a right or the certificate",
  session_lost: "a connection is to another session than it was, so that what was prepared there is gone",
} as const;
export type StoreFaultKind = keyof typeof storeFaultKinds;

// A connection that told of one of these may be to a server that will not serve again, though another at the same address
// does: a former primary after a failover, a session that a pooler exchanged.
const endsConnection: ReadonlySet<StoreFaultKind> = new Set<StoreFaultKind>([
  "read_only",
  "starting",
  "session_lost",
]);

/** Whether a connection is of no use any more once it told of a kind of trouble. */
export const isOverAfter = (kind: StoreFaultKind): boolean => endsConnection.has(kind);
