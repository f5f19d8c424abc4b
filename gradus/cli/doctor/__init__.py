"""What `gradus doctor` looks at. Nothing here changes anything."""
