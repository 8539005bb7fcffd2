UPDATE requests SET state = ?2, reply = ?3 WHERE number = ?1 AND state = 'open'
