-- The rows of one statement, which lie one behind the other: ?1 the last position, ?2 how many.
SELECT run, seq FROM journal WHERE position > ?1 - ?2 AND position <= ?1
