"""What authors do: binders, sections, pages, blocks and questions are made, changed, ordered, found, kept and thrown away."""
