-- The next one to tell at ?1, held until ?2. None waits beyond ?3, unless the clock was put back meanwhile.
UPDATE notices SET tries = tries + 1, next_at = ?2
WHERE number = (SELECT number FROM notices WHERE state = 'open' AND (next_at <= ?1 OR next_at > ?3) ORDER BY next_at LIMIT 1)
RETURNING number, channel, event, (SELECT id FROM runs AS r WHERE r.number = run), seq, tries
