"""The plans of a network's nodes: each with every default resolved, its place in the graph, its shapes and its costs.

All nodes have the same properties. `name` is the path in the spec; `inputs` are the names of the nodes that it reads,
`input` for the network's input. Shapes are those of one example: `(units,)`, or `(height, width, channels)`.
"""
