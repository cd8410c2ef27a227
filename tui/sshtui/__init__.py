"""sshtui: saved SSH hosts in tabbed terminals."""
