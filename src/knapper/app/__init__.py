"""One verb a module: what a front end can ask for."""
