"""What a beat costs on the wire: two namespaces, one cable with a tap, the real centre at its end."""
