"""HTTP/1.1: connections, request heads, request bodies, headers, problem documents."""
