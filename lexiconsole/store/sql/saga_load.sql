SELECT state, data FROM sagas WHERE id = ?1
