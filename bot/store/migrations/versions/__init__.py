"""One file a version, in order; a file that has been on main is never changed."""
