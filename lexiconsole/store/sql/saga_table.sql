-- One row a saga. `compensated` says of a failed one that it was undone completely.
CREATE TABLE IF NOT EXISTS sagas (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    data TEXT NOT NULL,
    compensated INTEGER NOT NULL AS (coalesce(data ->> '$.compensated', 0)) VIRTUAL
) STRICT, WITHOUT ROWID
