DELETE FROM sagas WHERE id = ?1
