-- ?3 is null when only the state changed.
INSERT INTO sagas (id, state, data) VALUES (?1, ?2, coalesce(?3, '{}'))
ON CONFLICT (id) DO UPDATE SET state = excluded.state, data = coalesce(?3, data)
