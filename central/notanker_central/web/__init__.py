"""LISTENS: TLS and HTTP for many slow strangers at once; the applications behind are plain WSGI."""
