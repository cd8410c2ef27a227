"""The browser console: one account with two factors, a gate before everything, and a page onto the app."""
