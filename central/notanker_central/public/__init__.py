"""Pages for people who have no part in the board: behind an alarm's link, and the status page.

Strangers reach them, so nothing here asks the database for more than a good link or a quarter of a minute
allows, and no page bears what is not meant for its reader.
"""
