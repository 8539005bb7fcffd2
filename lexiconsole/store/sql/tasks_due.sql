SELECT r.id, t.seq FROM tasks AS t INNER JOIN runs AS r ON r.number = t.run WHERE t.due > ?1 AND t.due <= ?2
