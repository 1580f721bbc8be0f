"""Floor of the function: a program without a resource."""
