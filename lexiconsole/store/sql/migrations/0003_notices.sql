-- Who is to be told of what. A row is made once for each event and channel, however many processes look; whoever tells it
-- holds it until `next_at`, and if that process dies another one tells it then.
CREATE TABLE notices (
    number INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL, -- open, told, failed
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, event, run, seq)
) STRICT;

CREATE INDEX notices_open ON notices (next_at) WHERE state = 'open';

-- Up to which position the journal was looked through for events; no row before anybody was to be told anything.
CREATE TABLE noticed (one INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
