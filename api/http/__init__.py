"""HTTP/1.1: connections, heads, bodies, headers, problem documents."""
