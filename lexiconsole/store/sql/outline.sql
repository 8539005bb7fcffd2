SELECT data FROM outlines WHERE digest = ?
