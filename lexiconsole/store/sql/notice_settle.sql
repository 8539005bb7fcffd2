UPDATE notices SET state = ?2, next_at = ?3, error = ?4 WHERE number = ?1 AND state = 'open'
