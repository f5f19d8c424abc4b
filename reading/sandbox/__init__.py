"""What the reading process must not do, whatever the bytes it reads make of its parsers."""
