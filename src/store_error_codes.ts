// Owns the codes of refusals on a store as a whole: its backup, what is restored of one, a move to another database.

/** Part of the catalogue in errors.ts. */
export const storeErrorCodes = {
  store_not_embedded: {
    status: 409,
    meaning:
      "The command is for the embedded store, and `DATABASE_URL` names PostgreSQL, which has programs of its own.",
    fix: "Use `pg_dump` and `pg_restore`, as the message says and docs/guides/backup.md shows.",
  },
  store_in_use: {
    status: 409,
    meaning: "Another process has the embedded store open, and this needs it alone.",
    fix: "Stop the provider, and whatever else has the file open, and try again.",
  },
  store_not_empty: {
    status: 409,
    meaning: "There is a store already where another one is to go.",
    fix: "Choose an empty place, or say that it may be replaced where the command offers that.",
  },
  store_moved: {
    status: 503,
    meaning:
      "This store was moved to another database, or is being moved: what was written here would be lost.",
    fix: "Set `DATABASE_URL` to where it moved, go on with the move, or give it up with `tti store move --undo`.",
  },
  store_incomplete: {
    status: 503,
    meaning: "The move of a store to this database has not come to its end, or was undone.",
    fix: "Run the same `tti store move` again; after an undo serve from the embedded store.",
  },
  store_differs: {
    status: 500,
    meaning: "What arrived of a store is not what was sent, or cannot be carried.",
    fix: "Nothing serves from it. Look at what the message names; give the move up with `tti store move --undo`.",
  },
  backup_unusable: {
    status: 409,
    meaning:
      "The file is no backup of a store, is damaged, holds more than a store of this product, or is of a newer version.",
    fix: "Take another backup, or the version that made this one.",
  },
  backup_of_another: {
    status: 409,
    meaning: "The backup is of an installation with another issuer or another client at AWS.",
    fix: "Set `TTI_ISSUER` and `TTI_CLIENT_ID` as they were: AWS and every application know them.",
  },
} as const;
