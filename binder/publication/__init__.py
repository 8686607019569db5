"""What readers see: revisions of pages, in binders that were opened to them."""
